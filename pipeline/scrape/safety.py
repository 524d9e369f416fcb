"""Which network addresses a crawler may connect to. Pure; the resolver that asks here is in `resolver.py`."""

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Global by registration, but they answer only inside a cloud: Azure's wire server.
METADATA = frozenset({ipaddress.ip_address("168.63.129.16")})
# Of IANA's special-purpose registries (RFC 6890), what `ipaddress` of Python 3.11 still takes for global.
SPECIAL = tuple(
    ipaddress.ip_network(block)
    for block in ("192.0.0.0/24", "192.88.99.0/24", "64:ff9b:1::/48", "2001::/23", "3fff::/20", "5f00::/16")
)
NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address
V4_COMPATIBLE = ipaddress.ip_network("::/96")  # RFC 4291 §2.5.5.1, deprecated, still routed by some stacks


def refused_address(text: str) -> str:
    """Return why an address is refused (`loopback`, `private`, …), or "" when it is global and may be asked.

    IPv6 forms that carry an IPv4 address (mapped, compatible, 6to4, Teredo, NAT64) are judged by it. What is
    no address is refused as `unreadable`.

    >>> [refused_address(a) for a in ("8.8.8.8", "127.0.0.1", "::ffff:10.0.0.1", "169.254.169.254", "x")]
    ['', 'loopback', 'private', 'link_local', 'unreadable']
    """
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return "unreadable"
    return next((reason for inner in (address, *_carried(address)) if (reason := _refused(inner))), "")


def _refused(address: Address) -> str:
    if address.is_loopback:
        return "loopback"
    if address.is_link_local:
        return "link_local"
    if address.is_multicast:
        return "multicast"
    if address in METADATA:
        return "metadata"
    if any(address in block for block in SPECIAL):
        return "special"
    if isinstance(address, ipaddress.IPv6Address):
        return _refused_v6(address)
    return "" if address.is_global else "private"


def _refused_v6(address: ipaddress.IPv6Address) -> str:
    if address.is_site_local:
        return "private"
    carrier = bool(_carried(address))  # judged by what it carries; ::ffff:8.8.8.8 itself counts as not global
    return "" if carrier or address.is_global else "private"


def _carried(address: Address) -> tuple[ipaddress.IPv4Address, ...]:
    """Return the IPv4 addresses inside an IPv6 address."""
    if isinstance(address, ipaddress.IPv4Address):
        return ()
    if address.ipv4_mapped is not None:
        return (address.ipv4_mapped,)
    if address.sixtofour is not None:
        return (address.sixtofour,)
    if address.teredo is not None:
        return address.teredo
    if address in NAT64 or (address in V4_COMPATIBLE and int(address) > 1):
        return (ipaddress.IPv4Address(int(address) & 0xFFFFFFFF),)
    return ()


def literal_address(host: str) -> str:
    """Return the address when a host is written as one, in the form `ipaddress` reads; else "".

    >>> literal_address("[::1]"), literal_address("127.0.0.1"), literal_address("example.com")
    ('::1', '127.0.0.1', '')
    """
    bare = host.strip("[]")
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        return ""
