# SPDX-License-Identifier: EUPL-1.2
"""Why Puente refuses what other verifiers accept: a row for each reason, with what must be seen in the document for it.

A row explains a refusal only where Puente names one of its `faults` *and* `seen` finds the oddity in the document, by
means that share nothing with Puente.
"""
import base64
import functools
import re
import subprocess
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree

from . import keys
from .names import CURVE_OIDS, DIGESTS, EC14N, ENVELOPED, SIGNATURES, ds

CHILDREN = {"Signature": ("SignedInfo", "SignatureValue", "KeyInfo"),
            "SignedInfo": ("CanonicalizationMethod", "SignatureMethod", "Reference"),
            "Reference": ("Transforms", "DigestMethod", "DigestValue"), "Transforms": ("Transform", "Transform")}
ATTRIBUTES = {"Signature": {"Id"}, "SignedInfo": {"Id"}, "Reference": {"Id", "URI", "Type"}, "Transforms": set(),
              "SignatureMethod": {"Algorithm"}, "DigestMethod": {"Algorithm"}, "CanonicalizationMethod": {"Algorithm"},
              "Transform": {"Algorithm"}, "SignatureValue": {"Id"}, "DigestValue": set(), "KeyInfo": {"Id"},
              "X509Data": set(), "X509Certificate": set()}
TEXTS = {"SignatureValue", "DigestValue", "KeyInfo", "X509Certificate"}    # may have some
KEYS = {"KeyName", "KeyValue", "RetrievalMethod", "X509Data", "PGPData", "SPKIData", "MgmtData"}
SHOWN = {"KeyInfo", "X509Data", "X509Certificate"}
HIDDEN = {ds(name) for name in ("Signature", "SignedInfo", "SignatureValue", "Reference", "Object", "Manifest",
                                "SignatureProperties")}
BLANKS = " \t\r\n"    # those of XML; Python knows more
SAML = "urn:oasis:names:tc:SAML:"
INCLUSIVE = f"{{{EC14N}}}InclusiveNamespaces"
BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?")
MESSAGE_SIZE = 131_072


class View:
    """A document as the rows see it."""

    def __init__(self, octets, attribute, identifier, certificate):
        self.octets, self.attribute, self.identifier, self.certificate = octets, attribute, identifier, certificate
        self.parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, strip_cdata=False,
                                      huge_tree=True, recover=True)

    @functools.cached_property
    def text(self):
        for name in ("utf-16", "utf-32") if self.octets[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8", "latin-1"):
            try:
                return self.octets.decode(name)
            except UnicodeDecodeError:
                continue
        return self.octets.decode("latin-1")

    @functools.cached_property
    def root(self):
        try:
            return etree.fromstring(self.octets, self.parser)
        except (etree.XMLSyntaxError, ValueError):
            return None

    @property
    def parser_errors(self):
        return self.parser.error_log if self.root is not None else ()

    @functools.cached_property
    def nodes(self):
        return [] if self.root is None else list(self.root.iter())

    @functools.cached_property
    def elements(self):
        return [n for n in self.nodes if isinstance(n.tag, str)]

    @functools.cached_property
    def element(self):
        if not self.identifier:
            return self.root
        return next((e for e in self.elements if e.get(self.attribute) == self.identifier), None)

    @functools.cached_property
    def signatures(self):
        return [] if self.element is None else self.element.findall(ds("Signature"))

    @functools.cached_property
    def signature(self):
        return self.signatures[0] if self.signatures else None

    def parts(self, name):
        """Parts of the signature with that local name, itself included; in KeyInfo, only what belongs there."""
        found = [] if self.signature is None else self.signature.iter(ds(name))
        return [p for p in found if name in SHOWN or not any(a.tag == ds("KeyInfo") for a in p.iterancestors())]

    def algorithms(self, name):
        return [p.get("Algorithm") for p in self.parts(name)]

    def shown(self):
        return [] if self.signature is None else [
            c for c in self.signature.findall(f"{ds('KeyInfo')}/{ds('X509Data')}/{ds('X509Certificate')}")]


@dataclass(frozen=True)
class Row:
    name: str
    faults: tuple
    seen: object
    why: str


ROWS = []


def row(name, *faults, why):
    def note(seen):
        ROWS.append(Row(name, faults, seen, why))
        return seen
    return note


def explanation(fault, view):
    """The first row that explains this fault of this document, or None."""
    return next((r for r in ROWS if fault in r.faults and r.seen(view)), None)


# --- the document --------------------------------------------------------------------------------------------------


@row("a document type", "documentType", "encoding", "malformed",
     why="A DTD can give entities, default attributes and identifiers; no message of SAML needs one.")
def _(view):
    return "<!DOCTYPE" in view.text or "<!ENTITY" in view.text


@row("another encoding than UTF-8, or a byte order mark", "encoding", "malformed",
     why="The profiles say UTF-8; two readers that decode differently read two documents.")
def _(view):
    declared = re.match(r"\s*<\?xml[^>]*encoding\s*=\s*[\"']([^\"']*)", view.text)
    try:
        view.octets.decode("utf-8")
    except UnicodeDecodeError:
        return True
    odd = declared is not None and declared.group(1).lower() not in ("utf-8", "utf8")
    return odd or view.octets[:3] == b"\xef\xbb\xbf" or b"\0" in view.octets


@row("XML 1.1, or another version", "malformed",
     why="Line ends and characters mean other things in XML 1.1; SAML is XML 1.0.")
def _(view):
    return re.match(r"\s*<\?xml\s+version\s*=\s*[\"']1\.[1-9]", view.text) is not None


@row("CDATA, a processing instruction or an entity", "forbiddenNode", "malformed",
     why="Canonical XML turns CDATA into text and signs instructions; readers that differ over them read two texts.")
def _(view):
    return "<![CDATA[" in view.text or re.search(r"<\?(?!xml\s)", view.text) is not None or any(
        n.tag is etree.Entity for n in view.nodes)


@row("a comment in a text", "commentInText",
     why="Canonical XML drops comments, so anybody may put one in; a reader who stops there reads half the text.")
def _(view):
    return any(any(c.tag is etree.Comment for c in e)
               and "".join([e.text or "", *(c.tail or "" for c in e)]).strip(BLANKS) for e in view.elements)


@row("an identifier that occurs twice, in whatever spelling", "identifierRepeated",
     why="`ID`, `Id`, `id` and `xml:id` share one space here, regardless of case and blanks: whoever looks an"
         " identifier up finds the same element.")
def _(view):
    found = [v.strip(BLANKS).lower() for e in view.elements for n, v in e.attrib.items()
             if etree.QName(n).localname.lower() == "id"]
    return len(found) != len(set(found))


@row("a relative or blank namespace", "namespace", "malformed",
     why="Canonical XML gives relative namespaces no meaning (Exclusive C14N §1.3).")
def _(view):
    return any(uri and (":" not in uri or re.search(r"\s", uri)) for e in view.elements for uri in e.nsmap.values())


@row("a prefix not declared, or as XML does not allow", "namespace", "malformed",
     why="A prefix for nothing, or `xml` and `xmlns` for something else (Namespaces in XML §3, §5).")
def _(view):
    if any(entry.type_name == "NS_ERR_UNDEFINED_NAMESPACE" for entry in view.parser_errors):
        return True
    return re.search(r"""xmlns:[^\s=]+\s*=\s*(""|'')|xmlns:(xmlns|xml)\s*=""", view.text) is not None


@row("too large, too deep, too wide", "limit",
     why="A message has some 30 levels and 300 elements; more is refused before it costs anything.")
def _(view):
    size = len(view.octets) <= MESSAGE_SIZE
    depth = max((len(list(e.iterancestors())) for e in view.elements), default=0)
    declared = max((len(set(e.nsmap) - set(() if e.getparent() is None else e.getparent().nsmap))
                    for e in view.elements), default=0)
    listed = max((len((e.get("PrefixList") or "").split()) for e in view.elements), default=0)
    return (not size or depth >= 40 or len(view.elements) > 4000 or listed > 32 or declared > 32
            or any(len(e.attrib) > 32 or len(etree.QName(e).localname) > 128 for e in view.elements)
            or any(re.search("[\u0300-\u036f]{31}", text or "") for e in view.nodes for text in (
                e.text, e.tail, *e.attrib.values()))
            or re.search("[\u0300-\u036f]{31}", view.text) is not None or len(view.shown()) > 10)


# --- where the signature is, and what it covers --------------------------------------------------------------------


@row("a signature that is not a child of what it signs", "signatureMissing",
     why="SAML signatures are enveloped (SAML Core §5.4.1): enveloping and detached ones cover something else.")
def _(view):
    return view.element is not None and not view.signatures


@row("several signatures of one element", "signatureRepeated",
     why="Two signatures ask which of them counts.")
def _(view):
    return len(view.signatures) > 1


@row("several References, or none", "signatureStructure",
     why="SAML allows just one (Core §5.4.2): what is read must be all that is signed.")
def _(view):
    return len(view.parts("Reference")) != 1


@row("a Reference that does not name the element by its ID", "signatureReference",
     why="`#ID` of the very element, or nothing for the document element; no XPointer, no URI that leads elsewhere"
         " (SAML Core §5.4.2).")
def _(view):
    found = {r.get("URI") for r in view.parts("Reference")}
    mine = "#" + (view.element.get(view.attribute) or "")
    return bool(found - {mine}) and (found != {""} or view.element is not view.root)


@row("a Reference whose Type is one of XML Signature", "signatureReference",
     why="What is signed is a message, and no Object, Manifest or SignatureProperties (XML Signature §4.4.3.1).")
def _(view):
    return any((r.get("Type") or "").startswith(ds("").strip("{}")) for r in view.parts("Reference"))


@row("an identifier in another attribute", "signatureReference", "signatureMissing",
     why="Only `ID` identifies what SAML signs.")
def _(view):
    return view.element is not None and not view.element.get(view.attribute)


# --- algorithms ----------------------------------------------------------------------------------------------------


@row("a signature method outside the list", "signatureAlgorithm",
     why="SHA-1, MD5, HMAC and everything that Cryptographic Requirements 1.4 do not list.")
def _(view):
    return bool(set(view.algorithms("SignatureMethod")) - set(SIGNATURES.values()))


@row("a digest outside the list", "signatureAlgorithm",
     why="SHA-256, SHA-384 and SHA-512 only.")
def _(view):
    return bool(set(view.algorithms("DigestMethod")) - set(DIGESTS.values()))


@row("another canonicalisation than exclusive C14N without comments", "signatureAlgorithm",
     why="Inclusive C14N makes a signature depend on what stands around it (SAML Core §5.4.3).")
def _(view):
    return set(view.algorithms("CanonicalizationMethod")) != {EC14N}


@row("other transforms than enveloped signature and exclusive C14N, in this order", "signatureAlgorithm",
     "signatureStructure", why="Any other could take out of the signature what is read (SAML Core §5.4.4).")
def _(view):
    return [t.get("Algorithm") for part in view.parts("Transforms") for t in part if isinstance(t.tag, str)] != [
        ENVELOPED, EC14N]


# --- the form of the signature -------------------------------------------------------------------------------------


@row("more, fewer or other parts in the signature", "signatureStructure",
     why="Object, Manifest, a second value or key: nothing that no profile has, in no other order.")
def _(view):
    for name, wanted in CHILDREN.items():
        for part in view.parts(name)[:1]:
            found = [c.tag for c in part if isinstance(c.tag, str)]
            allowed = [ds(w) for w in wanted]
            if found != allowed and not (name == "Signature" and found == allowed[:2]):
                return True
    for part in view.parts("KeyInfo"):
        if any(isinstance(c.tag, str) and c.tag.startswith(ds("")) and c.tag not in map(ds, KEYS) for c in part):
            return True
    return any(len([c for c in p if isinstance(c.tag, str)]) for name in ("SignatureMethod", "DigestMethod")
               for p in view.parts(name)) or bool(view.signature is not None and view.signature.find(ds("Object")))


@row("a message, a part of a signature or an identifier within KeyInfo", "signatureStructure",
     why="Nobody signs KeyInfo: what a reader could take for the message or its signature may not hide there.")
def _(view):
    return any((etree.QName(e).namespace or "").startswith(SAML) or e.tag in HIDDEN
               or any(etree.QName(name).localname.lower() == "id" for name in e.attrib)
               for info in view.parts("KeyInfo") for e in info.iterdescendants(etree.Element))


@row("text or foreign attributes in the signature", "signatureStructure",
     why="The schema has none; they change what is signed and what it says to nobody.")
def _(view):
    for name, allowed in ATTRIBUTES.items():
        for part in view.parts(name):
            text = "" if name in TEXTS else "".join([part.text or "", *(c.tail or "" for c in part)])
            if set(part.attrib) - allowed or text.strip(BLANKS):
                return True
    return False


@row("InclusiveNamespaces of another form", "signatureStructure",
     why="Exclusive C14N §4 has one element with a PrefixList. A tab or a line end in it, which takes a reference to"
         " write, separates prefixes for Santuario and not for libxmlsec1; the empty prefix between two blanks is the"
         " default namespace for libxmlsec1 and nothing for Santuario.")
def _(view):
    for name in ("CanonicalizationMethod", "Transform"):
        for part in view.parts(name):
            inside = [c for c in part if isinstance(c.tag, str)]
            if len(inside) > 1 or any(c.tag != INCLUSIVE or set(c.attrib) != {"PrefixList"} or len(c)
                                      or (c.text or "").strip(BLANKS) or re.search(r"[\t\r\n]|^ |  ", c.get("PrefixList"))
                                      for c in inside):
                return True
    return False


@row("Base64 that is none", "signatureStructure",
     why="White space may stand anywhere but within the padding (`xs:base64Binary`); other characters, loose bits,"
         " missing or surplus padding, and elements inside may not.")
def _(view):
    parts = [p for name in ("SignatureValue", "DigestValue") for p in view.parts(name)] + view.shown()
    return any(len(p) or re.search(r"=\s+=", p.text or "") or not BASE64.fullmatch("".join((p.text or "").split(" ")).translate(
        {9: None, 10: None, 13: None})) or not (p.text or "").strip(BLANKS) for p in parts)


# --- keys ----------------------------------------------------------------------------------------------------------


@row("a key that is too short, or of another kind", "keyWeak",
     why="RSA of 2048 bits or more (3072 between nodes), a public exponent of 65537 or more, one of six curves.")
def _(view):
    public = view.certificate.public_key()
    if isinstance(public, rsa.RSAPublicKey):
        return public.key_size < 2048 or public.public_numbers().e < 65537 or any(
            "ecdsa" in (a or "") for a in view.algorithms("SignatureMethod"))
    return getattr(getattr(public, "curve", None), "name", "") not in CURVE_OIDS or any(
        "rsa" in (a or "").lower() for a in view.algorithms("SignatureMethod"))


@row("KeyInfo that shows another key, or only what cannot be read", "keyUnknown",
     why="A certificate in KeyInfo selects among the registered ones, by its key; a stranger's selects none.")
def _(view):
    mine = keys.public_pem(view.certificate.public_key())
    return bool(view.shown()) and all(_key_of(c) != mine for c in view.shown())


def _key_of(shown):
    """The public key of a shown certificate; None unless the openssl program can read it too."""
    try:
        octets = _octets(shown.text)
        key = keys.public_pem(x509.load_der_x509_certificate(octets).public_key())
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    read = subprocess.run(["openssl", "x509", "-inform", "der", "-noout"], input=octets, capture_output=True,
                          timeout=60, check=False)
    return key if read.returncode == 0 else None


def _octets(text):
    return base64.b64decode("".join((text or "").split()))


@row("a signature value of another form", "signatureValue",
     why="An RSA value is as long as the modulus. An ECDSA value is two numbers of one width, not wider than the"
         " curve's (XML Signature §6.4.3), and not DER.")
def _(view):
    try:
        value = _octets("".join(view.parts("SignatureValue")[0].itertext()))
    except (ValueError, IndexError):
        return True
    public = view.certificate.public_key()
    size = (public.key_size + 7) // 8
    if isinstance(public, rsa.RSAPublicKey):
        return len(value) != size
    return len(value) > 2 * size or len(value) % 2 == 1
