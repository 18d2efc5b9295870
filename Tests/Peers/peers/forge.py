# SPDX-License-Identifier: EUPL-1.2
"""Ways to abuse a signature or a document, the same for requests and answers. Classes A, B and C of the threat model.

Each entry is (class, title, make). A signature abuse makes a document out of an unsigned root; a document trick makes
other octets out of good ones.
"""
import base64
import copy
import hashlib
import os

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils
from cryptography.hazmat.primitives.hmac import HMAC
from lxml import etree

from . import keys, xml
from .names import DIGESTS, DS, EC14N, ENVELOPED, MORE, MORE07, SAMLP, SIGNATURES, ds, samlp
from .signatures import place, sign, template

HASHES = {"sha256": hashes.SHA256, "sha384": hashes.SHA384, "sha512": hashes.SHA512, "sha1": hashes.SHA1,
          "md5": hashes.MD5}
XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"


def unchanged(value):
    return value


def raw(signer, algorithm, data, salt=None):
    """Signature value over `data`; `algorithm` is a name."""
    digest = HASHES[algorithm.rsplit("-", 1)[-1]]()
    if algorithm.startswith("ecdsa"):
        r, s = utils.decode_dss_signature(signer.key.sign(data, ec.ECDSA(digest)))
        size = (signer.key.key_size + 7) // 8
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")
    if algorithm.startswith("rsa-pss"):
        length = digest.digest_size if salt is None else salt
        return signer.key.sign(data, padding.PSS(padding.MGF1(digest), length), digest)
    return signer.key.sign(data, padding.PKCS1v15(), digest)


def craft(root, signer, algorithm, *, before=unchanged, info=unchanged, value=None, after=unchanged, at=None,
          method=None, digest="sha256", certificate=None, uri=None):
    """Signs by hand, with hooks: `info` edits SignedInfo before its signature is made, `after` edits the signature."""
    root = xml.parse(etree.tostring(root))
    before(root)
    signature = template(method or SIGNATURES[algorithm], DIGESTS.get(digest, digest),
                         "#" + (root.get("ID") or "") if uri is None else uri)
    octets = hashlib.new(digest.rsplit("#", 1)[-1], xml.canonical(root)).digest()
    signature.find(f".//{ds('DigestValue')}").text = xml.encode(octets)
    root.insert(place(root) if at is None else at, signature)
    info(signature[0])
    made = (value or (lambda data: raw(signer, algorithm, data)))(xml.canonical(signature[0]))
    signature[1].text = xml.encode(made)
    shown = certificate or signer.certificate
    signature.find(f".//{ds('X509Certificate')}").text = xml.encode(keys.der(shown))
    after(signature)
    return root


def element(text):
    return xml.parse(text)


def transforms(*algorithms):
    """Replaces the transforms of the reference."""
    def edit(info):
        parent = info.find(f".//{ds('Transforms')}")
        parent[:] = [etree.SubElement(parent, ds("Transform"), Algorithm=a) for a in algorithms]
        if not algorithms:
            parent.getparent().remove(parent)
    return edit


def xpath_filter(info):
    parent = info.find(f".//{ds('Transforms')}")
    added = etree.SubElement(parent, ds("Transform"), Algorithm=XPATH)
    etree.SubElement(added, ds("XPath")).text = "not(ancestor-or-self::*[local-name()='Status'])"


def set_uri(uri):
    return lambda info: info.find(ds("Reference")).set("URI", uri)


def second_reference(first):
    def edit(info):
        other = copy.deepcopy(info.find(ds("Reference")))
        other.set("URI", "")
        info.insert(2 if first else 3, other)
    return edit


def doubled(name):
    return lambda signature: signature.insert(1, copy.deepcopy(signature.find(ds(name))))


def extra(text):
    return lambda signature: signature.append(element(text))


def into(path, node):
    """Puts a comment or a processing instruction into the middle of a text."""
    def edit(parent):
        target = parent if path is None else parent.find(".//" + ds(path))
        half = len(target.text) // 2
        node_ = node()
        target.text, node_.tail = target.text[:half], target.text[half:]
        target.append(node_)
    return edit


def comment():
    return etree.Comment("x")


def instruction():
    return etree.PI("x", "y")


def in_digest(node):
    return lambda info: into("DigestValue", node)(info)


def key_info(text):
    def edit(signature):
        info = signature.find(ds("KeyInfo"))
        info[:] = list(element(f'<w xmlns:ds="{DS}">{text}</w>'))
    return edit


def value_of(octets):
    def edit(signature):
        signature.find(ds("SignatureValue")).text = xml.encode(octets)
    return edit


def hmac(secret):
    def make(root, signer, algorithm):
        def value(data):
            machine = HMAC(secret(signer), hashes.SHA256())
            machine.update(data)
            return machine.finalize()
        return craft(root, signer, algorithm, value=value, method=MORE + "hmac-sha256")
    return make


def der_value(root, signer, algorithm):
    digest = HASHES[algorithm.rsplit("-", 1)[-1]]()
    return craft(root, signer, algorithm, value=lambda data: signer.key.sign(data, ec.ECDSA(digest)))


def tampered(root, signer, algorithm):
    signed = sign(root, signer, algorithm)
    signed.set("ID", signed.get("ID"))
    signed.set("Version", "2.0")
    signed.set("Consent", "urn:oasis:names:tc:SAML:2.0:consent:unavailable")
    return signed


def two_signatures(first_good):
    def make(root, signer, algorithm):
        signed = sign(root, signer, algorithm)
        at = place(signed)
        bad = copy.deepcopy(signed[at])
        value_of(os.urandom(384))(bad)
        signed.insert(at + 1 if first_good else at, bad)
        return signed
    return make


def moved(to):
    def make(root, signer, algorithm):
        signed = sign(root, signer, algorithm)
        signature = signed.find(ds("Signature"))
        signed.remove(signature)
        to(signed, signature)
        return signed
    return make


def repeated_id(root):
    for child in root:
        if child.tag in (samlp("Status"), samlp("Extensions")):
            child.set("ID", root.get("ID"))


def renamed_id(name):
    def before(root):
        root.set(name, root.attrib.pop("ID"))
    return lambda root, signer, algorithm: craft(root, signer, algorithm, before=before, uri="#" + root.get("ID"))


def many_certificates(signature):
    data = signature.find(f".//{ds('X509Data')}")
    for _ in range(50):
        data.append(copy.deepcopy(data[0]))


def signing(**options):
    """Like `craft`, as a maker."""
    return lambda root, signer, algorithm: craft(root, signer, algorithm, **options)


def by(other, **options):
    """Signed by somebody else."""
    def make(root, signer, algorithm):
        who = other(signer)
        name = algorithm if who.is_rsa == signer.is_rsa else who.signature()
        return sign(root, who, name, certificate=options.get("shown", lambda s, w: w.certificate)(signer, who))
    return make


SIGNATURES_ABUSED = (
    ("C01", "no signature", lambda root, signer, algorithm: root),
    ("C02", "unknown key, shown in KeyInfo", by(lambda s: keys.stranger())),
    ("C03", "KeyInfo shows the registered certificate, a stranger signs",
     by(lambda s: keys.stranger(), shown=lambda s, w: s.certificate)),
    ("C04", "clone: same subject, issuer and serial, other key", by(keys.clone)),
    ("C02", "KeyInfo with the stranger's KeyValue only",
     lambda root, signer, algorithm: craft(
         root, keys.stranger(), "rsa-pss-sha256" if algorithm.startswith("ecdsa") else algorithm, after=key_info(
             "<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>" + xml.encode(
                 keys.stranger().key.public_key().public_numbers().n.to_bytes(384, "big"))
             + "</ds:Modulus><ds:Exponent>AQAB</ds:Exponent></ds:RSAKeyValue></ds:KeyValue>"))),
    ("A15", "KeyInfo with a RetrievalMethod to the web",
     lambda root, signer, algorithm: craft(
         root, keys.stranger(), "rsa-pss-sha256" if algorithm.startswith("ecdsa") else algorithm,
         after=key_info('<ds:RetrievalMethod URI="http://127.0.0.1:9/key"/>'))),
    ("C07", "HMAC with the PEM certificate as secret", hmac(lambda s: s.certificate_pem)),
    ("C07", "HMAC with the DER certificate as secret", hmac(lambda s: keys.der(s.certificate))),
    ("C07", "HMAC with the public key as secret", hmac(lambda s: keys.public_pem(s.certificate.public_key()))),
    ("C08", "RSA-SHA1 or ECDSA-SHA1",
     lambda root, signer, algorithm: craft(
         root, signer, "rsa-sha1" if signer.is_rsa else "ecdsa-sha1", digest=DS + "sha1",
         method=DS + "rsa-sha1" if signer.is_rsa else MORE + "ecdsa-sha1")),
    ("C08", "SHA-1 as digest only", signing(digest=DS + "sha1")),
    ("C08", "RSA-MD5 or ECDSA named MD5", lambda root, signer, algorithm: craft(
        root, signer, algorithm, method=MORE + "rsa-md5")),
    ("C08", "SHA-1 in RSA-PSS", lambda root, signer, algorithm: craft(
        root, signer, algorithm, method=MORE07 + "sha1-rsa-MGF1")),
    ("C09", "algorithm named that does not fit the value", lambda root, signer, algorithm: craft(
        root, signer, algorithm, method=SIGNATURES["ecdsa-sha256" if signer.is_rsa else "rsa-pss-sha256"])),
    ("C09", "unknown algorithm", signing(method="urn:none")),
    ("C12", "signature value cut by one octet", lambda root, signer, algorithm: craft(
        root, signer, algorithm, value=lambda data: raw(signer, algorithm, data)[:-1])),
    ("C12", "signature value with an octet more", lambda root, signer, algorithm: craft(
        root, signer, algorithm, value=lambda data: raw(signer, algorithm, data) + b"\0")),
    ("C12", "empty signature value", signing(value=lambda data: b"")),
    ("C12", "signature value of zeros", signing(value=lambda data: b"\0" * 384)),
    ("C12", "signature value not Base64", signing(after=lambda s: setattr(s[1], "text", "*****"))),
    ("A24", "content changed after signing", tampered),
    ("A07", "signature as last child", moved(lambda root, s: root.append(s))),
    ("A07", "signature before Issuer, or deep", moved(
        lambda root, s: root.insert(0, s) if place(root) else root[-1].append(s))),
    ("A07", "signature within another child", moved(lambda root, s: root[place(root)].append(s))),
    ("A08", "the same ID twice", signing(before=repeated_id)),
    ("A08", "ID written Id", renamed_id("Id")),
    ("A08", "ID written xml:id", renamed_id("{http://www.w3.org/XML/1998/namespace}id")),
    ("A10", "reference to an ID that is not there", signing(info=set_uri("#_nowhere"))),
    ("A11", "two references, ours first", signing(info=second_reference(False))),
    ("A11", "two references, ours last", signing(info=second_reference(True))),
    ("A11", "no reference at all", signing(info=lambda info: info.remove(info[2]))),
    ("A12", "two SignatureValue", signing(after=doubled("SignatureValue"))),
    ("A12", "two SignedInfo", signing(after=doubled("SignedInfo"))),
    ("A12", "an Object in the signature", signing(after=extra(f'<ds:Object xmlns:ds="{DS}">x</ds:Object>'))),
    ("A13", "two signatures, the first good", two_signatures(True)),
    ("A13", "two signatures, the second good", two_signatures(False)),
    ("A14", "XPointer to the root", signing(info=set_uri("#xpointer(/)"))),
    ("A14", "XPointer by id", lambda root, signer, algorithm: craft(
        root, signer, algorithm, info=set_uri(f"#xpointer(id('{root.get('ID')}'))"))),
    ("A14", "XPath filter", signing(info=xpath_filter)),
    ("A15", "reference to the web", signing(info=set_uri("http://127.0.0.1:9/x"))),
    ("A15", "reference to a file", signing(info=set_uri("file:///etc/hostname"))),
    ("A15", "reference without URI", signing(info=lambda info: info[2].attrib.pop("URI"))),
    ("A16", "no transforms", signing(info=transforms())),
    ("A16", "enveloped only (inclusive C14N)", signing(info=transforms(ENVELOPED))),
    ("A16", "transforms in odd order", signing(info=transforms(EC14N, ENVELOPED))),
    ("A16", "three transforms", signing(info=transforms(ENVELOPED, EC14N, EC14N))),
    ("A16", "unknown transform", signing(info=transforms(ENVELOPED, EC14N, "urn:none"))),
    ("A16", "Base64 transform", signing(info=transforms(ENVELOPED, DS + "base64"))),
    ("A16", "XSLT transform", signing(info=transforms(ENVELOPED, "http://www.w3.org/TR/1999/REC-xslt-19991116"))),
    ("A16", "exclusive C14N with comments", signing(info=transforms(ENVELOPED, EC14N + "WithComments"))),
    ("A16", "SignedInfo in inclusive C14N", signing(
        info=lambda info: info[0].set("Algorithm", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"))),
    ("A18", "comment within DigestValue", signing(info=in_digest(comment))),
    ("A18", "comment within SignatureValue", signing(after=into("SignatureValue", comment))),
    ("A18", "processing instruction within SignatureValue", signing(after=into("SignatureValue", instruction))),
    ("A19", "empty DigestValue", signing(info=lambda info: setattr(info.find(f".//{ds('DigestValue')}"), "text", ""))),
    ("A19", "digest of nothing", signing(info=lambda info: setattr(
        info.find(f".//{ds('DigestValue')}"), "text", xml.encode(hashlib.sha256(b"").digest())))),
    ("A19", "digest cut to one octet", signing(info=lambda info: setattr(
        info.find(f".//{ds('DigestValue')}"), "text",
        xml.encode(base64.b64decode(info.find(f".//{ds('DigestValue')}").text)[:1])))),
    ("H03", "fifty certificates", signing(after=many_certificates)),
)
PSS_ABUSED = (
    ("C10", "PSS without salt", lambda root, signer, algorithm: craft(
        root, signer, algorithm, value=lambda data: raw(signer, algorithm, data, 0))),
    ("C10", "PSS with a salt of 20 octets", lambda root, signer, algorithm: craft(
        root, signer, algorithm, value=lambda data: raw(signer, algorithm, data, 20))),
)
ECDSA_ABUSED = (
    ("C11", "ECDSA value in DER", der_value),
    ("C11", "ECDSA r = s = 0", lambda root, signer, algorithm: craft(
        root, signer, algorithm, value=lambda data: b"\0" * (2 * ((signer.key.key_size + 7) // 8)))),
    ("C11", "ECDSA r = s = 1", lambda root, signer, algorithm: craft(
        root, signer, algorithm, value=lambda data: (1).to_bytes((signer.key.key_size + 7) // 8, "big") * 2)),
    ("C11", "ECDSA r = s = order", lambda root, signer, algorithm: craft(
        root, signer, algorithm, value=lambda data: bytes.fromhex(
            "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551") * 2)),
    ("C11", "ECDSA halves of other width", lambda root, signer, algorithm: craft(
        root, signer, algorithm, value=lambda data: b"\0" + raw(signer, algorithm, data)[:32]
        + b"\0" + raw(signer, algorithm, data)[32:])),
)

# --- signature wrapping --------------------------------------------------------------------------------------------


def _parts(signed):
    """(signature, the signed element without it)."""
    bare = xml.parse(etree.tostring(signed))
    signature = bare.find(ds("Signature"))
    bare.remove(signature)
    return signature, bare


def _extensions(content):
    holder = etree.Element(samlp("Extensions"), nsmap={"saml2p": SAMLP})
    holder.extend(content)
    return holder


def _with(evil, *inserted):
    evil = xml.parse(etree.tostring(evil))
    at = place(evil)
    for number, child in enumerate(inserted):
        evil.insert(at + number, child)
    return evil


def xsw_object(signed, evil):
    signature, bare = _parts(signed)
    etree.SubElement(signature, ds("Object")).append(bare)
    return _with(evil, signature)


def xsw_key_info(signed, evil):
    signature, bare = _parts(signed)
    signature.find(ds("KeyInfo")).append(bare)
    return _with(evil, signature)


def xsw_before(signed, evil):
    signature, bare = _parts(signed)
    return _with(evil, bare, signature)


def xsw_after(signed, evil):
    signature, bare = _parts(signed)
    out = _with(evil, signature)
    out.append(bare)
    return out


def xsw_extensions(signed, evil):
    return _with(evil, _extensions([xml.parse(etree.tostring(signed))]))


def xsw_extensions_copy(signed, evil):
    signature, bare = _parts(signed)
    return _with(evil, signature, _extensions([bare]))


def xsw_same_id(signed, evil):
    signature, bare = _parts(signed)
    evil = xml.parse(etree.tostring(evil))
    evil.set("ID", bare.get("ID"))
    return _with(evil, signature, _extensions([bare]))


def xsw_first_child(signed, evil):
    """The signed root keeps its place, the evil one is its first child."""
    out = xml.parse(etree.tostring(signed))
    out.insert(0, xml.parse(etree.tostring(evil)))
    return out


def xsw_envelope(signed, evil):
    holder = etree.Element("{urn:x}Envelope")
    holder.extend([xml.parse(etree.tostring(evil)), xml.parse(etree.tostring(signed))])
    return holder


WRAPPINGS = (
    ("A03", "XSW1: signed original in the evil root's Object", xsw_object),
    ("A01", "XSW2: signed original before the copied signature", xsw_before),
    ("A02", "XSW3: signed original after everything", xsw_after),
    ("A04", "XSW4: signed original whole in Extensions", xsw_extensions),
    ("A04", "XSW5: signed original in Extensions, its signature on top", xsw_extensions_copy),
    ("A08", "XSW6: the same with one ID for both", xsw_same_id),
    ("A03", "XSW7: signed original in KeyInfo", xsw_key_info),
    ("A05", "XSW8: evil element first within the signed root", xsw_first_child),
    ("A05", "an envelope around both", xsw_envelope),
)

# --- documents -----------------------------------------------------------------------------------------------------


def body(octets):
    return octets.split(b"?>", 1)[1].lstrip()


def before_root(text):
    return lambda octets: text + body(octets)


def inserted(text, marker=b"Issuer"):
    """Puts text right after the first start tag; with an internal subset in front of it."""
    def make(octets):
        rest = body(octets)
        end = rest.index(b">") + 1
        return text[0] + rest[:end] + text[1] + rest[end:]
    return make


LAUGHS = b"<!DOCTYPE l [<!ENTITY a '" + b"A" * 50 + b"'>" + b"".join(
    b"<!ENTITY %c '%s'>" % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(9)) + b"]>"

DOCUMENTS = (
    ("B01", "DOCTYPE", before_root(b"<!DOCTYPE x>")),
    ("B01", "DOCTYPE with external identifier", before_root(b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">')),
    ("B02", "external entity", inserted((b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>', b"&e;"))),
    ("B02", "parameter entity",
     before_root(b'<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]>')),
    ("B03", "a billion laughs", inserted((LAUGHS, b"&j;"))),
    ("B03", "quadratic blow-up", inserted((b"<!DOCTYPE x [<!ENTITY q '" + b"Q" * 20000 + b"'>]>", b"&q;" * 2000))),
    ("B10", "UTF-16 with BOM", lambda o: body(o).decode().encode("utf-16")),
    ("B10", "UTF-16 without BOM", lambda o: b'<?xml version="1.0" encoding="UTF-16"?>'.decode().encode("utf-16-le")
     + body(o).decode().encode("utf-16-le")),
    ("B10", "UTF-8 with BOM", lambda o: b"\xef\xbb\xbf" + o),
    ("B10", "declared ISO-8859-1", before_root(b'<?xml version="1.0" encoding="ISO-8859-1"?>')),
    ("B10", "declared UTF-7", before_root(b'<?xml version="1.0" encoding="UTF-7"?>')),
    ("B10", "declared UTF-16, octets UTF-8", before_root(b'<?xml version="1.0" encoding="UTF-16"?>')),
    ("B10", "UTF-32", lambda o: body(o).decode().encode("utf-32")),
    ("B10", "overlong UTF-8", inserted((b"", b"\xc0\xbc"))),
    ("B10", "XML 1.1", before_root(b'<?xml version="1.1"?>')),
    ("B11", "NUL as reference", inserted((b"", b"&#0;"))),
    ("B11", "control character as reference", inserted((b"", b"&#1;"))),
    ("B11", "control character", inserted((b"", b"\x01"))),
    ("B11", "surrogate as reference", inserted((b"", b"&#xD800;"))),
    ("B13", "text after the root", lambda o: o + b"x"),
    ("B13", "two roots", lambda o: o + body(o)),
    ("B13", "text before the root", lambda o: b"x" + body(o)),
    ("B13", "NUL octet after the root", lambda o: o + b"\0"),
    ("B05", "processing instruction before the root", before_root(b"<?xml-stylesheet href='http://127.0.0.1:9/'?>")),
    ("B19", "cut in half", lambda o: o[:len(o) // 2]),
    ("B19", "empty document", lambda o: b""),
    ("B19", "not XML", lambda o: b"\x1f\x8b\x08" + os.urandom(200)),
    ("B09", "right names, wrong namespace",
     lambda o: o.replace(SAMLP.encode(), b"urn:oasis:names:tc:SAML:1.0:protocol")),
    ("B19", "depth 20000", inserted((b"", b"<a>" * 20000 + b"</a>" * 20000))),
    ("B19", "8000 attributes", inserted((b"", b"<a " + b" ".join(b'a%d="1"' % i for i in range(8000)) + b"/>"))),
    ("B19", "over 131072 characters", lambda o: o.replace(b"?>", b"?>" + b" " * 140000, 1)),
)

