# SPDX-License-Identifier: EUPL-1.2
"""XML Encryption of one element, made by libxmlsec (PyPI wheel, 1.3) or by hand on `cryptography`.

libxmlsec 1.3.9 refuses a ConcatKDF whose parameters are all empty (`00`), which is just what OpenSAML and node 2.9
write: that form is made by hand here. It reads no brainpool curve in an ECKeyValue either, so the
originator's key is handed to it by KeyName, which it accepts on every curve.
"""
import hashlib
import os
from dataclasses import dataclass, replace

import xmlsec
from cryptography.hazmat.primitives import hashes, keywrap
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from . import keys
from .names import (CIPHERS, CONCAT_KDF, CURVE_OIDS, DIGESTS, DS, DSIG11, ECDH_ES, KEY_WRAPS, MGF, OAEP,
                    OAEP_DIGESTS, XENC, XENC11, ds, xenc)
from .xml import encode, parse, require

T = xmlsec.constants
HASHES = {"sha1": hashes.SHA1, "sha256": hashes.SHA256, "sha384": hashes.SHA384, "sha512": hashes.SHA512}
PARAMETERS = ("AlgorithmID", "PartyUInfo", "PartyVInfo", "SuppPubInfo", "SuppPrivInfo")
NO_PARTIES = {"AlgorithmID": "00", "PartyUInfo": "00", "PartyVInfo": "00"}
OLD_PARTIES = {"AlgorithmID": "0000", "PartyUInfo": "0000", "PartyVInfo": "0000"}


@dataclass(frozen=True)
class Transport:
    """How the content key reaches one recipient; the certificate's key type decides between RSA and ECDH-ES."""

    method: str = OAEP          # for RSA: OAEP or OAEP_MGF1P
    digest: str = "sha256"      # of OAEP or of ConcatKDF; None leaves the element out (SHA-1 by specification)
    mgf: str = "sha256"         # of OAEP; None leaves the element out
    wrap: int = 256             # bits of AES key wrap
    parameters: tuple = tuple(NO_PARTIES.items())

    def named(self, **changes):
        return replace(self, **changes)


def agreement(**parameters):
    return Transport(parameters=tuple((NO_PARTIES | parameters).items()))


def encrypt(plain, recipients, *, transport=Transport(), cipher="aes256-gcm", engine=None, beside=False,
            type_uri=XENC + "Element", identifier="_ed1"):
    """EncryptedData and the EncryptedKeys that stand beside it (none unless `beside`), as a list of elements.

    `recipients` are certificates; each of them can open the result. With `beside` the keys are siblings that
    EncryptedData names in a RetrievalMethod each.
    """
    recipients = list(recipients)
    engine = engine or ("hand" if _needs_hand(recipients, transport) else "xmlsec")
    machine = _encrypt_by_xmlsec if engine == "xmlsec" else _encrypt_by_hand
    data = machine(plain, recipients, transport, cipher, type_uri, identifier)
    if not beside:
        return [data]
    info, out = data.find(ds("KeyInfo")), [data]
    for key in info.findall(xenc("EncryptedKey")):
        info.remove(key)
        info.append(parse(f'<ds:RetrievalMethod xmlns:ds="{DS}" Type="{XENC}EncryptedKey" URI="#{key.get("Id")}"/>'))
        key.append(parse(f'<xenc:ReferenceList xmlns:xenc="{XENC}"><xenc:DataReference URI="#{identifier}"/>'
                         '</xenc:ReferenceList>'))
        out.append(key)
    return out


def _needs_hand(recipients, transport):
    is_ec = any(isinstance(c.public_key(), ec.EllipticCurvePublicKey) for c in recipients)
    return is_ec and not other_info(dict(transport.parameters).get)


def other_info(get):
    """Octets of OtherInfo: each parameter is hexadecimal, its first octet counts the unused bits."""
    out = b""
    for name in PARAMETERS:
        octets = bytes.fromhex(get(name) or "")
        require(not octets or octets[0] == 0, "ConcatKDF parameter is not whole octets")
        out += octets[1:]
    return out


def _method(certificate, transport):
    if isinstance(certificate.public_key(), ec.EllipticCurvePublicKey):
        return f'<xenc:EncryptionMethod Algorithm="{KEY_WRAPS[transport.wrap]}"/>'
    digest = f'<ds:DigestMethod Algorithm="{OAEP_DIGESTS[transport.digest]}"/>' if transport.digest else ""
    mgf = ""
    if transport.method == OAEP and transport.mgf:
        mgf = f'<xenc11:MGF xmlns:xenc11="{XENC11}" Algorithm="{MGF[transport.mgf]}"/>'
    return f'<xenc:EncryptionMethod Algorithm="{transport.method}">{digest}{mgf}</xenc:EncryptionMethod>'


def _x509(certificate):
    return (f'<ds:X509Data><ds:X509Certificate>{encode(keys.der(certificate))}</ds:X509Certificate></ds:X509Data>')


def _point(public):
    return public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _key_value(public):
    return (f'<ds:KeyValue><dsig11:ECKeyValue xmlns:dsig11="{DSIG11}"><dsig11:NamedCurve'
            f' URI="urn:oid:{CURVE_OIDS[public.curve.name]}"/><dsig11:PublicKey>{encode(_point(public))}'
            '</dsig11:PublicKey></dsig11:ECKeyValue></ds:KeyValue>')


def _key_info(certificate, transport, originator, recipient):
    """KeyInfo of an EncryptedKey. `originator` and `recipient` are what stands for the two keys."""
    if originator is None:
        return f"<ds:KeyInfo>{recipient}</ds:KeyInfo>"
    attributes = "".join(f' {name}="{value}"' for name, value in transport.parameters)
    return (f'<ds:KeyInfo><xenc:AgreementMethod Algorithm="{ECDH_ES}"><xenc11:KeyDerivationMethod'
            f' xmlns:xenc11="{XENC11}" Algorithm="{CONCAT_KDF}"><xenc11:ConcatKDFParams{attributes}>'
            f'<ds:DigestMethod Algorithm="{DIGESTS[transport.digest]}"/></xenc11:ConcatKDFParams>'
            f'</xenc11:KeyDerivationMethod><xenc:OriginatorKeyInfo>{originator}</xenc:OriginatorKeyInfo>'
            f'<xenc:RecipientKeyInfo>{recipient}</xenc:RecipientKeyInfo></xenc:AgreementMethod></ds:KeyInfo>')


def _document(cipher, type_uri, identifier, encrypted_keys, value=""):
    kind = f' Type="{type_uri}"' if type_uri else ""
    return parse(
        f'<xenc:EncryptedData xmlns:xenc="{XENC}" xmlns:ds="{DS}" Id="{identifier}"{kind}>'
        f'<xenc:EncryptionMethod Algorithm="{CIPHERS[cipher]}"/><ds:KeyInfo>{encrypted_keys}</ds:KeyInfo>'
        f'<xenc:CipherData><xenc:CipherValue>{value}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>')


def _encrypted_key(number, certificate, transport, originator, recipient, value="", identifier="_ed1"):
    return (f'<xenc:EncryptedKey Id="{identifier}k{number}">{_method(certificate, transport)}'
            f'{_key_info(certificate, transport, originator, recipient)}'
            f'<xenc:CipherData><xenc:CipherValue>{value}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey>')


def _ephemeral(certificate):
    public = certificate.public_key()
    return ec.generate_private_key(public.curve) if isinstance(public, ec.EllipticCurvePublicKey) else None


def _encrypt_by_xmlsec(plain, recipients, transport, cipher, type_uri, identifier):
    """The two parties are named by KeyName while libxmlsec works; the names give way to keys afterwards."""
    manager, parts, shown = xmlsec.KeysManager(), [], {}
    for number, certificate in enumerate(recipients):
        ephemeral = _ephemeral(certificate)
        names = [f"r{number}"] + ([f"o{number}"] if ephemeral else [])
        add_key(manager, names[0], keys.public_pem(certificate.public_key()))
        shown[names[0]] = _x509(certificate)
        if ephemeral:
            add_key(manager, names[1], keys.Identity(ephemeral, None, "").key_pem)
            shown[names[1]] = _key_value(ephemeral.public_key())
        tags = [f"<ds:KeyName>{name}</ds:KeyName>" for name in names]
        parts.append(_encrypted_key(number, certificate, transport, tags[1] if ephemeral else None, tags[0],
                                    identifier=identifier))
    context = xmlsec.EncryptionContext(manager)
    context.key = xmlsec.Key.generate(T.KeyDataAes, int(cipher[3:6]), T.KeyDataTypeSession)
    data = context.encrypt_binary(_document(cipher, type_uri, identifier, "".join(parts)), plain)
    for name in list(data.iter(ds("KeyName"))):
        name.getparent().replace(name, parse(f'<w xmlns:ds="{DS}">{shown[name.text]}</w>')[0])
    return data


def _encrypt_by_hand(plain, recipients, transport, cipher, type_uri, identifier):
    content_key, iv, parts = os.urandom(int(cipher[3:6]) // 8), os.urandom(12), []
    for number, certificate in enumerate(recipients):
        public, ephemeral = certificate.public_key(), _ephemeral(certificate)
        if ephemeral:
            wrapping_key = concat_kdf(ephemeral.exchange(ec.ECDH(), public), transport.wrap, transport.digest,
                                      other_info(dict(transport.parameters).get))
            value, originator = keywrap.aes_key_wrap(wrapping_key, content_key), _key_value(ephemeral.public_key())
        else:
            value, originator = public.encrypt(content_key, oaep(transport)), None
        parts.append(_encrypted_key(number, certificate, transport, originator, _x509(certificate), encode(value),
                                    identifier))
    sealed = iv + AESGCM(content_key).encrypt(iv, plain, None)
    return _document(cipher, type_uri, identifier, "".join(parts), encode(sealed))


def oaep(transport):
    mgf = (transport.mgf or "sha1") if transport.method == OAEP else "sha1"
    return padding.OAEP(padding.MGF1(HASHES[mgf]()), HASHES[transport.digest or "sha1"](), None)


def concat_kdf(secret, bits, digest, other_info):
    """NIST SP 800-56A ConcatKDF, written out, so that it shares nothing with OpenSSL's."""
    out, counter = b"", 0
    while len(out) < bits // 8:
        counter += 1
        out += hashlib.new(digest, counter.to_bytes(4, "big") + secret + other_info).digest()
    return out[:bits // 8]


def add_key(manager, name, pem):
    key = xmlsec.Key.from_memory(pem, T.KeyDataFormatPem)
    key.name = name
    manager.add_key(key)
