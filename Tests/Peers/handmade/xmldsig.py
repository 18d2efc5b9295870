# SPDX-License-Identifier: EUPL-1.2
"""Enveloped XML signatures in the SAML profile, written from the W3C recommendation.

Deliberately narrow: one same-document Reference to the enclosing element's ID, the transforms
`enveloped-signature` then exclusive C14N, and the key is always given by the caller (KeyInfo in a
message is never trusted).
"""
import base64
import hashlib

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from lxml import etree

from .suites import DIGEST_BY_URI, DIGESTS, DS, ENVELOPED, EXC_C14N, SIGNATURE_BY_URI

HASHES = {"sha1": hashes.SHA1, "sha256": hashes.SHA256, "sha384": hashes.SHA384,
          "sha512": hashes.SHA512}
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"


class SignatureError(Exception):
    pass


def _ds(tag):
    return f"{{{DS}}}{tag}"


def parser():
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False,
                           dtd_validation=False, huge_tree=False, remove_blank_text=False)


def parse(data):
    root = etree.fromstring(data, parser())
    if root.getroottree().docinfo.doctype:
        raise ValueError("DOCTYPE is not allowed")
    return root


def standalone(element):
    """A copy of `element` as its own document, with every in-scope namespace declared on it."""
    return parse(etree.tostring(element, with_tail=False))


def c14n(element, prefixes=None):
    return etree.tostring(element, method="c14n", exclusive=True, with_comments=False,
                          with_tail=False, inclusive_ns_prefixes=prefixes or None)


# --- signature primitives ------------------------------------------------------------------

def _pss_encode(digest, hash_name, em_bits, salt):
    h_len = len(digest)
    em_len = (em_bits + 7) // 8
    h = hashlib.new(hash_name, b"\0" * 8 + digest + salt).digest()
    db = b"\0" * (em_len - len(salt) - h_len - 2) + b"\x01" + salt
    mask = mgf1(h, len(db), hash_name)
    masked = bytearray(a ^ b for a, b in zip(db, mask))
    masked[0] &= 0xFF >> (8 * em_len - em_bits)
    return bytes(masked) + h + b"\xbc"


def mgf1(seed, length, hash_name):
    out = b""
    for i in range((length + hashlib.new(hash_name).digest_size - 1)
                   // hashlib.new(hash_name).digest_size):
        out += hashlib.new(hash_name, seed + i.to_bytes(4, "big")).digest()
    return out[:length]


def raw_sign(key, scheme, hash_name, data, rng=None):
    """Signature value for `data`. With an rng the result is a function of the seed only."""
    algo = HASHES[hash_name]()
    if scheme == "ecdsa":
        der = key.sign(data, ec.ECDSA(algo, deterministic_signing=rng is not None))
        r, s = utils.decode_dss_signature(der)
        size = (key.key_size + 7) // 8
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")
    if scheme == "pkcs1":
        return key.sign(data, padding.PKCS1v15(), algo)
    if scheme == "pss":
        if rng is None:
            return key.sign(data, padding.PSS(padding.MGF1(algo), algo.digest_size), algo)
        em_bits = key.key_size - 1
        em = _pss_encode(hashlib.new(hash_name, data).digest(), hash_name, em_bits,
                         rng.bytes(algo.digest_size))
        n = key.private_numbers()
        m = int.from_bytes(em, "big")
        m1, m2 = pow(m, n.dmp1, n.p), pow(m, n.dmq1, n.q)
        s = m2 + ((m1 - m2) * n.iqmp % n.p) * n.q
        return s.to_bytes(key.key_size // 8, "big")
    raise ValueError(scheme)


def raw_verify(public, scheme, hash_name, signature, data):
    algo = HASHES[hash_name]()
    try:
        if scheme == "ecdsa" and isinstance(public, ec.EllipticCurvePublicKey):
            size = (public.key_size + 7) // 8
            if len(signature) != 2 * size:
                raise SignatureError("bad ECDSA signature length")
            der = utils.encode_dss_signature(int.from_bytes(signature[:size], "big"),
                                             int.from_bytes(signature[size:], "big"))
            public.verify(der, data, ec.ECDSA(algo))
        elif scheme == "pkcs1" and isinstance(public, rsa.RSAPublicKey):
            public.verify(signature, data, padding.PKCS1v15(), algo)
        elif scheme == "pss" and isinstance(public, rsa.RSAPublicKey):
            public.verify(signature, data,
                          padding.PSS(padding.MGF1(algo), algo.digest_size), algo)
        else:
            raise SignatureError("key type does not fit the signature algorithm")
    except InvalidSignature:
        raise SignatureError("signature value does not verify") from None


# --- XML level -----------------------------------------------------------------------------

def cert_b64(cert):
    return base64.b64encode(cert.public_bytes(serialization.Encoding.DER)).decode()


def sign(element, key, cert, suite, rng=None, after=f"{{{SAML}}}Issuer"):
    """Insert an enveloped signature after the child `after` (or first when there is none)."""
    ref_id = element.get("ID")
    digest = base64.b64encode(hashlib.new(suite.hash, c14n(element)).digest()).decode()
    signed_info = (
        f'<ds:SignedInfo xmlns:ds="{DS}">'
        f'<ds:CanonicalizationMethod Algorithm="{EXC_C14N}"></ds:CanonicalizationMethod>'
        f'<ds:SignatureMethod Algorithm="{suite.signature_uri}"></ds:SignatureMethod>'
        f'<ds:Reference URI="#{ref_id}"><ds:Transforms>'
        f'<ds:Transform Algorithm="{ENVELOPED}"></ds:Transform>'
        f'<ds:Transform Algorithm="{EXC_C14N}"></ds:Transform></ds:Transforms>'
        f'<ds:DigestMethod Algorithm="{suite.digest_uri}"></ds:DigestMethod>'
        f'<ds:DigestValue>{digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>')
    # written in canonical form above, so it can be signed as it stands
    value = base64.b64encode(
        raw_sign(key, suite.scheme, suite.hash, signed_info.encode(), rng)).decode()
    signature = parse(
        f'<ds:Signature xmlns:ds="{DS}">'
        + signed_info.replace(f' xmlns:ds="{DS}"', "", 1)
        + f'<ds:SignatureValue>{value}</ds:SignatureValue>'
        f'<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{cert_b64(cert)}'
        f'</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>')
    place = 0
    for i, child in enumerate(element):
        if child.tag == after:
            place = i + 1
            break
    element.insert(place, signature)
    return element


def _one(parent, tag):
    found = parent.findall(_ds(tag))
    if len(found) != 1:
        raise SignatureError(f"expected one ds:{tag}, found {len(found)}")
    return found[0]


def _exc_prefixes(node):
    extra = [c for c in node if isinstance(c.tag, str)]
    if not extra:
        return []
    if len(extra) != 1 or extra[0].tag != f"{{{EXC_C14N}}}InclusiveNamespaces":
        raise SignatureError("unexpected child of a C14N transform")
    return (extra[0].get("PrefixList") or "").split()


def verify(element, trusted, allowed=None):
    """Verify the signature that is a direct child of `element` with the trusted certificate or key.

    Returns the verified content as a new standalone element (signature removed), so that callers
    read only what was signed. `allowed` limits the signature algorithm identifiers.
    """
    public = trusted.public_key() if isinstance(trusted, x509.Certificate) else trusted
    copy = standalone(element)
    for other in copy.iter():
        if other is not copy and other.get("ID") == copy.get("ID"):
            raise SignatureError("duplicate ID")
    signature = _one(copy, "Signature")
    info = _one(signature, "SignedInfo")
    method = _one(info, "SignatureMethod").get("Algorithm")
    if method not in SIGNATURE_BY_URI or (allowed is not None and method not in allowed):
        raise SignatureError(f"signature algorithm not allowed: {method}")
    scheme, hash_name = SIGNATURE_BY_URI[method]
    canon = _one(info, "CanonicalizationMethod")
    if canon.get("Algorithm") != EXC_C14N:
        raise SignatureError("SignedInfo canonicalisation not allowed")
    reference = _one(info, "Reference")
    if not copy.get("ID") or reference.get("URI") != "#" + copy.get("ID"):
        raise SignatureError("Reference does not point to the enclosing element")
    transforms = _one(reference, "Transforms").findall(_ds("Transform"))
    if [t.get("Algorithm") for t in transforms] != [ENVELOPED, EXC_C14N]:
        raise SignatureError("transforms not allowed")
    digest_uri = _one(reference, "DigestMethod").get("Algorithm")
    if digest_uri not in DIGEST_BY_URI:
        raise SignatureError(f"digest algorithm not allowed: {digest_uri}")

    value = base64.b64decode("".join(_one(signature, "SignatureValue").itertext()))
    raw_verify(public, scheme, hash_name, value, c14n(standalone(info), _exc_prefixes(canon)))

    prefixes = _exc_prefixes(transforms[1])
    expected = base64.b64decode("".join(_one(reference, "DigestValue").itertext()))
    _remove_keeping_tail(signature)
    got = hashlib.new(DIGEST_BY_URI[digest_uri], c14n(copy, prefixes)).digest()
    if got != expected:
        raise SignatureError("digest does not match")
    return copy


def _remove_keeping_tail(node):
    parent, previous = node.getparent(), node.getprevious()
    if node.tail:
        if previous is not None:
            previous.tail = (previous.tail or "") + node.tail
        else:
            parent.text = (parent.text or "") + node.tail
    parent.remove(node)


assert set(DIGESTS) <= set(HASHES)
