# SPDX-License-Identifier: EUPL-1.2
"""XML Encryption 1.1 of one element, written from the W3C recommendation.

Key transport RSA-OAEP (both identifiers), key agreement ECDH-ES with ConcatKDF and AES key wrap,
content AES-GCM (and AES-CBC for peers without GCM).
"""
import base64
import hashlib
import os
from xml.sax.saxutils import quoteattr

from cryptography.hazmat.primitives import keywrap
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree

from . import suites as S
from .rng import Drbg
from .xmldsig import HASHES, cert_b64, mgf1, parse

P256_URN = "urn:oid:1.2.840.10045.3.1.7"


class DecryptionError(Exception):
    pass


def _xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b))


def oaep_seeded(public, message, oaep_hash, mgf_hash, rng):
    """RSA-OAEP with the seed taken from `rng`: byte-reproducible, test material only."""
    n = public.public_numbers()
    k = public.key_size // 8
    h_len = hashlib.new(oaep_hash).digest_size
    db = (hashlib.new(oaep_hash, b"").digest()
          + b"\0" * (k - len(message) - 2 * h_len - 2) + b"\x01" + message)
    seed = rng.bytes(h_len)
    masked_db = _xor(db, mgf1(seed, len(db), mgf_hash))
    masked_seed = _xor(seed, mgf1(masked_db, h_len, mgf_hash))
    m = int.from_bytes(b"\0" + masked_seed + masked_db, "big")
    return pow(m, n.e, n.n).to_bytes(k, "big")


def _content_encrypt(cipher, key, data, rng):
    take = rng.bytes if rng else os.urandom
    if cipher.endswith("gcm"):
        iv = take(12)
        return iv + AESGCM(key).encrypt(iv, data, None)
    iv = take(16)
    fill = 16 - len(data) % 16  # XML-Enc padding: arbitrary bytes, then the length
    padded = data + b"\0" * (fill - 1) + bytes([fill])
    enc = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    return iv + enc.update(padded) + enc.finalize()


def _content_decrypt(cipher, key, blob):
    try:
        if cipher.endswith("gcm"):
            return AESGCM(key).decrypt(blob[:12], blob[12:], None)
        dec = Cipher(algorithms.AES(key), modes.CBC(blob[:16])).decryptor()
        data = dec.update(blob[16:]) + dec.finalize()
        if not 1 <= data[-1] <= 16:
            raise ValueError
        return data[:-data[-1]]
    except Exception:
        raise DecryptionError("content does not decrypt") from None


def _kdf(shared, size, hash_name, other_info):
    return ConcatKDFHash(HASHES[hash_name](), size, other_info).derive(shared)


def encrypt(data, cert, suite, rng=None, key_name=None):
    """EncryptedData (as bytes) holding `data`, an element serialised on its own, for `cert`."""
    take = rng.bytes if rng else os.urandom
    uri, size = S.CIPHERS[suite.cipher]
    cek = take(size)
    blob = _content_encrypt(suite.cipher, cek, data, rng)
    public = cert.public_key()
    x509 = (f"<ds:X509Data><ds:X509Certificate>{cert_b64(cert)}</ds:X509Certificate>"
            f"</ds:X509Data>")
    if suite.transport == "ecdh-es":
        if rng is None:
            ephemeral = ec.generate_private_key(ec.SECP256R1())
        else:
            ephemeral = ec.derive_private_key(1 + rng.below(2 ** 255), ec.SECP256R1())
        party_u, party_v = b"proxy-bench-u", b"proxy-bench-v"
        algorithm_id = b"\0" + S.KW_AES[size].encode()
        # the attributes hold a bit string as hex, with a leading octet that counts unused bits
        kek = _kdf(ephemeral.exchange(ec.ECDH(), public), size, "sha256",
                   algorithm_id[1:] + party_u + party_v)
        wrapped = keywrap.aes_key_wrap(kek, cek)
        point = ephemeral.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        method = f'<xenc:EncryptionMethod Algorithm="{S.KW_AES[size]}"/>'
        key_info = (
            f'<ds:KeyInfo><xenc:AgreementMethod Algorithm="{S.ECDH_ES}">'
            f'<xenc11:KeyDerivationMethod xmlns:xenc11="{S.XENC11}" Algorithm="{S.CONCAT_KDF}">'
            f'<xenc11:ConcatKDFParams AlgorithmID="{algorithm_id.hex().upper()}"'
            f' PartyUInfo="00{party_u.hex().upper()}" PartyVInfo="00{party_v.hex().upper()}">'
            f'<ds:DigestMethod Algorithm="{S.DIGESTS["sha256"]}"/></xenc11:ConcatKDFParams>'
            f'</xenc11:KeyDerivationMethod><xenc:OriginatorKeyInfo><ds:KeyValue>'
            f'<dsig11:ECKeyValue xmlns:dsig11="{S.DSIG11}"><dsig11:NamedCurve URI="{P256_URN}"/>'
            f'<dsig11:PublicKey>{base64.b64encode(point).decode()}</dsig11:PublicKey>'
            f'</dsig11:ECKeyValue></ds:KeyValue></xenc:OriginatorKeyInfo>'
            f'<xenc:RecipientKeyInfo>{x509}</xenc:RecipientKeyInfo>'
            f'</xenc:AgreementMethod></ds:KeyInfo>')
    else:
        if rng is None:
            wrapped = public.encrypt(cek, padding.OAEP(
                padding.MGF1(HASHES[suite.mgf_hash]()), HASHES[suite.oaep_hash](), None))
        else:
            wrapped = oaep_seeded(public, cek, suite.oaep_hash, suite.mgf_hash, rng)
        digest = f'<ds:DigestMethod Algorithm="{S.OAEP_DIGESTS[suite.oaep_hash]}"/>'
        if suite.transport == "oaep-mgf1p":
            method = f'<xenc:EncryptionMethod Algorithm="{S.OAEP_MGF1P}">{digest}'
        else:
            method = (f'<xenc:EncryptionMethod Algorithm="{S.OAEP_11}">{digest}'
                      f'<xenc11:MGF xmlns:xenc11="{S.XENC11}"'
                      f' Algorithm="{S.XENC11}mgf1{suite.mgf_hash}"/>')
        method += "</xenc:EncryptionMethod>"
        key_info = f"<ds:KeyInfo>{x509}</ds:KeyInfo>"
    ident = (rng or Drbg(os.urandom(16).hex())).ident()
    return (
        f'<xenc:EncryptedData xmlns:xenc="{S.XENC}" Id="{ident}" Type="{S.XENC}Element">'
        f'<xenc:EncryptionMethod Algorithm="{uri}"/>'
        f'<ds:KeyInfo xmlns:ds="{S.DS}"><xenc:EncryptedKey>{method}{key_info}'
        f'<xenc:CipherData><xenc:CipherValue>{base64.b64encode(wrapped).decode()}'
        f'</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey></ds:KeyInfo>'
        f'<xenc:CipherData><xenc:CipherValue>{base64.b64encode(blob).decode()}'
        f'</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>').encode()


def _text(node, path):
    return base64.b64decode(node.findtext(path) or "")


def _hex_bits(value):
    raw = bytes.fromhex(value or "")
    if raw and raw[0] != 0:
        raise DecryptionError("ConcatKDF parameter is not octet-aligned")
    return raw[1:]


def _unwrap(encrypted_key, private):
    method = encrypted_key.find(f"{{{S.XENC}}}EncryptionMethod")
    uri = method.get("Algorithm")
    wrapped = _text(encrypted_key, f"{{{S.XENC}}}CipherData/{{{S.XENC}}}CipherValue")
    if uri in S.KW_SIZE_BY_URI:
        if not isinstance(private, ec.EllipticCurvePrivateKey):
            raise DecryptionError("EC key needed")
        agreement = encrypted_key.find(f"{{{S.DS}}}KeyInfo/{{{S.XENC}}}AgreementMethod")
        if agreement is None or agreement.get("Algorithm") != S.ECDH_ES:
            raise DecryptionError("ECDH-ES expected")
        kdf = agreement.find(f"{{{S.XENC11}}}KeyDerivationMethod")
        params = kdf.find(f"{{{S.XENC11}}}ConcatKDFParams")
        if kdf.get("Algorithm") != S.CONCAT_KDF:
            raise DecryptionError("ConcatKDF expected")
        hash_name = S.DIGEST_BY_URI[params.find(f"{{{S.DS}}}DigestMethod").get("Algorithm")]
        point = _text(agreement, f"{{{S.XENC}}}OriginatorKeyInfo/{{{S.DS}}}KeyValue/"
                                 f"{{{S.DSIG11}}}ECKeyValue/{{{S.DSIG11}}}PublicKey")
        peer = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        info = b"".join(_hex_bits(params.get(a)) for a in (
            "AlgorithmID", "PartyUInfo", "PartyVInfo", "SuppPubInfo", "SuppPrivInfo"))
        kek = _kdf(private.exchange(ec.ECDH(), peer), S.KW_SIZE_BY_URI[uri], hash_name, info)
        try:
            return keywrap.aes_key_unwrap(kek, wrapped)
        except keywrap.InvalidUnwrap:
            raise DecryptionError("key does not unwrap") from None
    if not isinstance(private, rsa.RSAPrivateKey) or uri not in (S.OAEP_MGF1P, S.OAEP_11):
        raise DecryptionError(f"key transport not allowed: {uri}")
    digest = method.find(f"{{{S.DS}}}DigestMethod")
    oaep = S.OAEP_DIGEST_BY_URI[digest.get("Algorithm")] if digest is not None else "sha1"
    mgf = "sha1"
    if uri == S.OAEP_11 and method.find(f"{{{S.XENC11}}}MGF") is not None:
        mgf = S.MGF_BY_URI[method.find(f"{{{S.XENC11}}}MGF").get("Algorithm")]
    try:
        return private.decrypt(
            wrapped, padding.OAEP(padding.MGF1(HASHES[mgf]()), HASHES[oaep](), None))
    except ValueError:
        raise DecryptionError("key does not unwrap") from None


def decrypt(container, private, allow_cbc=False):
    """Plain bytes of the EncryptedData inside `container` (an EncryptedAssertion)."""
    data = container.find(f"{{{S.XENC}}}EncryptedData")
    uri = data.find(f"{{{S.XENC}}}EncryptionMethod").get("Algorithm")
    if uri not in S.CIPHER_BY_URI or (uri.endswith("cbc") and not allow_cbc):
        raise DecryptionError(f"cipher not allowed: {uri}")
    cipher, size = S.CIPHER_BY_URI[uri]
    keys = data.findall(f"{{{S.DS}}}KeyInfo/{{{S.XENC}}}EncryptedKey")
    keys += container.findall(f"{{{S.XENC}}}EncryptedKey")
    if not keys:
        raise DecryptionError("no EncryptedKey")
    last = None
    for encrypted_key in keys:
        try:
            cek = _unwrap(encrypted_key, private)
            break
        except DecryptionError as error:
            last = error
    else:
        raise last
    if len(cek) != size:
        raise DecryptionError("content key has the wrong length")
    return _content_decrypt(cipher, cek, _text(data, f"{{{S.XENC}}}CipherData/"
                                                     f"{{{S.XENC}}}CipherValue"))


def decrypt_element(container, private, **kw):
    """The decrypted element. XML Encryption parses the plain text in the context of the EncryptedData:
    some senders (simpleSAMLphp's clave2 module is one) rely on namespaces declared further out."""
    plain = decrypt(container, private, **kw)
    try:
        return parse(plain)
    except etree.XMLSyntaxError:
        if b"<!" in plain or b"<?" in plain:
            raise
    declared = "".join(f" xmlns{':' + prefix if prefix else ''}={quoteattr(uri)}"
                       for prefix, uri in container.nsmap.items())
    children = list(parse(b"<context" + declared.encode() + b">" + plain + b"</context>"))
    if len(children) != 1:
        raise DecryptionError("plain text is not one element")
    return children[0]
