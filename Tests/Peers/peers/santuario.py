# SPDX-License-Identifier: EUPL-1.2
"""Apache Santuario (Debian: libxml-security-java) with BouncyCastle, by way of ../santuario/Santuario.java.

It verifies and signs with all nine methods and all six curves, and opens and closes RSA-OAEP in all its forms. Version
2.1.7 knows no ECDH-ES: there BouncyCastle agrees and derives, and Santuario unwraps and opens.
"""
import pathlib

from cryptography.hazmat.primitives import serialization
from lxml import etree

from . import keys
from .encryption import Transport
from .lines import LineProgram, field, octets
from .names import CIPHERS, DIGESTS, MGF, OAEP, OAEP_DIGESTS, SIGNATURES, xenc
from .xml import parse, require

SOURCE = pathlib.Path(__file__).resolve().parents[1] / "santuario" / "Santuario.java"
JARS = [pathlib.Path("/usr/share/java", f"{name}.jar")
        for name in ("xmlsec", "bcprov", "slf4j-api", "slf4j-nop", "commons-codec")]
PROGRAM = LineProgram("Santuario", [
    "java", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-Xmx1g",
    "-Djdk.xml.totalEntitySizeLimit=1000000", "-cp", ":".join(map(str, JARS)), str(SOURCE)])


def judge(document, identifier, certificate, attribute="ID"):
    """(octets of the first reference, number of references) of the signature in the element with that ID."""
    signed, count = PROGRAM.ask("verify", attribute, identifier, keys.der(certificate), document)
    return octets(signed), int(count)


def by_santuario(root, certificate):
    """The octets that are signed: a judge like those of `signatures`. Raises Refused."""
    return judge(etree.tostring(root), root.get("ID", ""), certificate)[0]


def sign(root, signer, algorithm, *, digest=None, empty_reference=False, prefixes=(), at=0):
    """A copy of `root` with an enveloped signature in front of the child element with that index."""
    signed, = PROGRAM.ask(
        "sign", SIGNATURES[algorithm], DIGESTS[digest or algorithm.rsplit("-", 1)[-1]],
        "" if empty_reference else "#" + root.get("ID"), " ".join(prefixes), at, _pkcs8(signer),
        keys.der(signer.certificate), etree.tostring(root))
    return parse(octets(signed))


def decrypt(container, identity):
    """Plain octets of the first EncryptedData. Raises Refused."""
    return octets(PROGRAM.ask("decrypt", _pkcs8(identity), etree.tostring(container, with_tail=False))[0])


def encrypt(plain, recipients, *, transport=Transport(), cipher="aes256-gcm"):
    """[EncryptedData] with one EncryptedKey for each certificate in its KeyInfo."""
    digest = OAEP_DIGESTS[transport.digest] if transport.digest else ""
    mgf = MGF[transport.mgf] if transport.mgf and transport.method == OAEP else ""
    closed, = PROGRAM.ask("encrypt", CIPHERS[cipher], transport.method, digest, mgf,
                          ",".join(field(keys.der(c)) for c in recipients), plain)
    data = parse(octets(closed))
    require(data.tag == xenc("EncryptedData"), "Santuario wrote something else")
    return [data]


def _pkcs8(identity):
    return identity.key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8,
                                      serialization.NoEncryption())
