# SPDX-License-Identifier: EUPL-1.2
"""A Spanish service that speaks Cl@ve 2.0 through one generation of integration kit."""
import datetime as dt
import secrets
from dataclasses import dataclass, replace

from . import kits, xml
from .clave_answer import Reader
from .names import OAEP_MGF1P


@dataclass(frozen=True)
class Sent:
    """A request that is under way, and what its answer has to repeat."""

    id: str
    octets: bytes
    relay_field: str
    relay_attribute: str | None
    loa: str
    at: dt.datetime

    def form(self, **extra):
        return {"SAMLRequest": xml.encode(self.octets), "RelayState": self.relay_field} | extra


@dataclass
class ClaveService:
    provider: str
    acs: str
    signer: object
    kit: kits.Kit
    recipient: object = None      # Identity that opens encrypted assertions; None: plain assertions expected
    transport: str = OAEP_MGF1P   # what the service registered for an RSA recipient
    wants: tuple = ()             # (name, friendly name, required)
    skew: dt.timedelta = dt.timedelta(0)
    cipher: str = "aes256-gcm"

    @property
    def issuer(self):
        return self.acs

    def draft(self, gateway, *, loa="low", **changes):
        """(unsigned request, Sent without octets): both so that a hostile case can spoil the former."""
        relay = secrets.token_urlsafe(6)
        sent = Sent(kits.identifier(self.kit.id_length), b"", secrets.token_urlsafe(6),
                    relay if self.kit.relay_attribute else None, loa, xml.now())
        options = {"provider": self.provider, "acs": self.acs, "destination": gateway, "issuer": self.issuer,
                   "identifier": sent.id, "instant": sent.at, "loa": loa, "relay": relay, "attributes": self.wants}
        return kits.draft(self.kit, **(options | changes)), sent

    def request(self, gateway, **changes):
        root, sent = self.draft(gateway, **changes)
        return self.sealed(root, sent)

    def sealed(self, root, sent, **changes):
        return replace(sent, octets=xml.write(kits.seal(self.kit, root, self.signer, **changes)))

    def read(self, fields, sent, certificate, gateway_issuer=None):
        """The login that an answer means. Raises Refused for anything that some kit would refuse."""
        return Reader(self, sent, certificate).read(fields, gateway_issuer)
