"""Names to addresses, at connect time: what `safety.py` refuses is never handed to the connection.

Twisted's endpoints ask the resolver for every connection, also for literal addresses and for names that the
system reads as one (`127.1`, `0x7f000001`), and connect to just what it gives: a name that changes its
address between two requests gains nothing.
"""

from collections.abc import Sequence
from typing import Any

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import (
    IHostnameResolver,
    IHostResolution,
    IResolutionReceiver,
)
from zope.interface import implementer

from pipeline.scrape.safety import refused_address


@implementer(IResolutionReceiver)
class _Sieve:
    """Passes on the addresses that may be asked."""

    def __init__(self, receiver: Any, host: str, refused: dict[str, str]) -> None:
        self._receiver, self._host, self._refused = receiver, host, refused

    def resolutionBegan(self, resolution: Any) -> None:  # noqa: N802  (Twisted's name)
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: IPv4Address | IPv6Address) -> None:  # noqa: N802
        reason = refused_address(address.host)
        if reason:
            self._refused[self._host] = f"private_address ({reason})"
        else:
            self._receiver.addressResolved(address)

    def resolutionComplete(self) -> None:  # noqa: N802
        self._receiver.resolutionComplete()


@implementer(IHostnameResolver)
class PublicResolver:
    """Resolves as the system does and keeps back what is not global."""

    def __init__(self, reactor: Any, private_hosts: frozenset[str]) -> None:
        """Stand before the reactor's own resolver; `private_hosts` may have any address."""
        self._private_hosts = private_hosts
        self._reactor = reactor
        self._inner = reactor.nameResolver
        self.refused: dict[str, str] = {}  # host -> why it was refused last

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> "PublicResolver":
        """Make one, as Scrapy asks for it."""
        return cls(reactor, frozenset(crawler.settings.getlist("FANWEN_PRIVATE_HOSTS")))

    def install_on_reactor(self) -> None:
        """Take the place of the reactor's resolver."""
        self._reactor.installNameResolver(self)

    def resolveHostName(  # noqa: N802  (Twisted's interface)
        self,
        resolutionReceiver: Any,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[Any]] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> IHostResolution:
        """Resolve a host, literal addresses included."""
        self.refused.pop(hostName, None)
        sieve = resolutionReceiver
        if hostName not in self._private_hosts:
            sieve = _Sieve(resolutionReceiver, hostName, self.refused)
        resolution: IHostResolution = self._inner.resolveHostName(
            sieve, hostName, portNumber, addressTypes, transportSemantics
        )
        return resolution


def refusal_of(host: str) -> str:
    """Return why the installed resolver refused a host, "" when it did not."""
    from twisted.internet import reactor

    refused: dict[str, str] = getattr(getattr(reactor, "nameResolver", None), "refused", {})
    return refused.get(host, "")
