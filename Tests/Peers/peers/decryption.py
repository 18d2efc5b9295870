# SPDX-License-Identifier: EUPL-1.2
"""XML Encryption, read by hand on `cryptography` and by libxmlsec, one checking the other."""
import xmlsec
from cryptography.hazmat.primitives import keywrap
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from lxml import etree

from . import keys
from .encryption import Transport, add_key, concat_kdf, oaep, other_info
from .names import (CIPHERS, CONCAT_KDF, CURVE_OIDS, DS, DSIG11, ECDH_ES, KEY_WRAPS, MGF, OAEP, OAEP_DIGESTS,
                    OAEP_MGF1P, XENC11, ds, xenc)
from .xml import Refused, encode, parse, require, unwrapped

T = xmlsec.constants
DIGEST_OF = {uri: name for name, uri in OAEP_DIGESTS.items()}
MGF_OF = {uri: name for name, uri in MGF.items()}
CIPHER_OF = {uri: name for name, uri in CIPHERS.items()}
WRAP_OF = {uri: bits for bits, uri in KEY_WRAPS.items()}


def parts_of(container):
    """(EncryptedData, [EncryptedKey]) of an EncryptedAssertion, wherever the keys stand."""
    data = container if container.tag == xenc("EncryptedData") else container.find(xenc("EncryptedData"))
    require(data is not None, "no EncryptedData")
    found = data.findall(f"{ds('KeyInfo')}/{xenc('EncryptedKey')}")
    if container is not data:
        found += container.findall(xenc("EncryptedKey"))
    require(found, "no EncryptedKey")
    return data, found


def describe(container):
    """Names of the algorithms in use: cipher, key transport and its digest and mask (or curve)."""
    data, found = parts_of(container)
    method = found[0].find(xenc("EncryptionMethod"))
    uri, digest, mgf = method.get("Algorithm"), method.find(ds("DigestMethod")), method.find(f"{{{XENC11}}}MGF")
    curve = found[0].find(f".//{{{DSIG11}}}NamedCurve")
    return {
        "cipher": data.find(xenc("EncryptionMethod")).get("Algorithm"), "transport": uri,
        "digest": None if digest is None else digest.get("Algorithm"),
        "mgf": None if mgf is None else mgf.get("Algorithm"),
        "curve": None if curve is None else curve.get("URI"),
        "agreement": found[0].find(f".//{xenc('AgreementMethod')}") is not None,
    }


def decrypt(container, identity, **options):
    """Plain octets, by hand. Raises Refused."""
    data, found = parts_of(container)
    method = data.find(xenc("EncryptionMethod")).get("Algorithm")
    require(method in CIPHER_OF, f"content cipher {method}")
    sealed = unwrapped(data.findtext(f"{xenc('CipherData')}/{xenc('CipherValue')}"))
    for key in found:
        try:
            secret = content_key(key, identity.key)
            require(len(secret) * 8 == int(CIPHER_OF[method][3:6]), "content key of another length")
            return AESGCM(secret).decrypt(sealed[:12], sealed[12:], None)
        except (Refused, ValueError, keywrap.InvalidUnwrap, KeyError) as error:
            last = error
        except Exception:  # InvalidTag
            last = "content does not open"
    raise Refused(f"decryption: {last}")


def content_key(key, private):
    value = unwrapped(key.findtext(f"{xenc('CipherData')}/{xenc('CipherValue')}"))
    method = key.find(xenc("EncryptionMethod"))
    if isinstance(private, rsa.RSAPrivateKey):
        require(method.get("Algorithm") in (OAEP, OAEP_MGF1P), f"key transport {method.get('Algorithm')}")
        digest, mgf = method.find(ds("DigestMethod")), method.find(f"{{{XENC11}}}MGF")
        return private.decrypt(value, oaep(Transport(
            method.get("Algorithm"), None if digest is None else DIGEST_OF[digest.get("Algorithm")],
            None if mgf is None else MGF_OF[mgf.get("Algorithm")])))
    return keywrap.aes_key_unwrap(wrapping_key(key, private), value)


def wrapping_key(key, private):
    """The key-encryption key that ECDH-ES and ConcatKDF give."""
    wrap = key.find(xenc("EncryptionMethod")).get("Algorithm")
    require(wrap in WRAP_OF, f"key wrap {wrap}")
    agreed = key.find(f"{ds('KeyInfo')}/{xenc('AgreementMethod')}")
    require(agreed is not None and agreed.get("Algorithm") == ECDH_ES, "no ECDH-ES")
    derivation = agreed.find(f"{{{XENC11}}}KeyDerivationMethod")
    require(derivation.get("Algorithm") == CONCAT_KDF, "no ConcatKDF")
    parameters = derivation.find(f"{{{XENC11}}}ConcatKDFParams")
    digest = DIGEST_OF[parameters.find(ds("DigestMethod")).get("Algorithm")]
    secret = private.exchange(ec.ECDH(), originator(agreed, private.curve))
    return concat_kdf(secret, WRAP_OF[wrap], digest, other_info(parameters.get))


def originator(agreed, curve):
    value = agreed.find(f"{xenc('OriginatorKeyInfo')}/{ds('KeyValue')}/{{{DSIG11}}}ECKeyValue")
    require(value is not None, "no ECKeyValue of the originator")
    named = value.find(f"{{{DSIG11}}}NamedCurve").get("URI")
    require(named == "urn:oid:" + CURVE_OIDS[curve.name], f"originator on another curve: {named}")
    return ec.EllipticCurvePublicKey.from_encoded_point(curve, unwrapped(value.findtext(f"{{{DSIG11}}}PublicKey")))


def decrypt_by_xmlsec(container, identity):
    """Plain octets, by libxmlsec. With an empty OtherInfo it gets the key-encryption key that was derived by hand."""
    data, found = parts_of(container)
    data, manager = parse(_text(data)), xmlsec.KeysManager()
    inside = data.find(ds("KeyInfo"))
    for child in list(inside):
        inside.remove(child)
    key = parse(_text(found[0] if len(found) == 1 else for_recipient(identity, found)))
    inside.append(key)
    info, name = key.find(ds("KeyInfo")), "recipient"
    agreed = info.find(xenc("AgreementMethod"))
    if agreed is None:
        add_key(manager, name, identity.key_pem)
        info[:] = [_named(name)]
    elif other_info(agreed.find(f".//{{{XENC11}}}ConcatKDFParams").get):
        add_key(manager, name, identity.key_pem)
        add_key(manager, "originator", keys.public_pem(originator(agreed, identity.key.curve)))
        agreed.find(xenc("OriginatorKeyInfo"))[:] = [_named("originator")]
        agreed.find(xenc("RecipientKeyInfo"))[:] = [_named(name)]
    else:
        symmetric = xmlsec.Key.from_binary_data(T.KeyDataAes, wrapping_key(key, identity.key))
        symmetric.name = name
        manager.add_key(symmetric)
        info[:] = [_named(name)]
    data.attrib.pop("Type", None)  # so that octets come back and not a tree
    try:
        return xmlsec.EncryptionContext(manager).decrypt(data)
    except xmlsec.Error as error:
        raise Refused(f"decryption: {error}") from None


def for_recipient(identity, found):
    """The EncryptedKey that names this recipient's certificate."""
    wanted = encode(keys.der(identity.certificate))
    for key in found:
        if any("".join((c.text or "").split()) == wanted for c in key.iter(ds("X509Certificate"))):
            return key
    raise Refused("no EncryptedKey names this recipient")


def _named(name):
    return parse(f'<ds:KeyName xmlns:ds="{DS}">{name}</ds:KeyName>')


def _text(element):
    return etree.tostring(element, with_tail=False)
