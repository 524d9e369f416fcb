import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.scrape.safety import literal_address, refused_address

V4 = st.ip_addresses(v=4)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "10.1.2.3", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254",
        "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.88.99.1",
        "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255",
        "240.0.0.1", "255.255.255.255", "168.63.129.16", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "::ffff:169.254.169.254", "::127.0.0.1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0",
        "fec0::1", "ff02::1", "2001:db8::1", "3fff::1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1", "2002:7f00:1::", "2002:a00:1::1", "2001:0:7f00:1::", "100::1", "not an address", "",
    ],
)  # fmt: skip
def test_refused(address: str) -> None:
    assert refused_address(address)


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "8.8.8.8", "114.114.114.114", "172.32.0.1", "192.167.255.255", "2606:4700::1111",
     "::ffff:8.8.8.8", "64:ff9b::808:808", "2400:3200::1"],
)  # fmt: skip
def test_allowed(address: str) -> None:
    assert refused_address(address) == ""


@given(V4)
def test_a_mapped_address_is_judged_as_the_address_it_carries(inner: ipaddress.IPv4Address) -> None:
    plain = refused_address(str(inner))
    assert bool(refused_address(f"::ffff:{inner}")) == bool(plain)
    assert bool(refused_address(str(ipaddress.IPv6Address(0x64FF9B << 96 | int(inner))))) == bool(plain)


@given(V4.filter(lambda a: not a.is_global))
def test_nothing_that_is_not_global_passes(address: ipaddress.IPv4Address) -> None:
    assert refused_address(str(address))


@pytest.mark.parametrize(
    ("host", "expected"),
    [("[::1]", "::1"), ("10.0.0.1", "10.0.0.1"), ("127.1", ""), ("a.com", ""), ("", ""), ("1.2.3.4.5", "")],
)
def test_literal_address(host: str, expected: str) -> None:
    assert literal_address(host) == expected
