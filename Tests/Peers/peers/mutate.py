# SPDX-License-Identifier: EUPL-1.2
"""Signed messages, and ways to change them: by octets, by tree, within the signature; before it is made and after.

A change is `early` if it may be signed again afterwards, so that the signature holds and only the form is odd, or
`late` if not. Each takes a random generator and a `Draft` and changes the draft in place.
"""
import pathlib
import re

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree

from . import forge, keys, maker, santuario, signatures, xml
from .names import CURVE_OIDS, DIGESTS, DS, DSIG11, EC14N, ENVELOPED, MORE, MORE07, SIGNATURES, XENC, ds
from .xml import Refused

C14N = ("http://www.w3.org/TR/2001/REC-xml-c14n-20010315", "http://www.w3.org/2006/12/xml-c14n11")
XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
KEYS = pathlib.Path(__file__).resolve().parents[2] / "Vectors" / "keys"
METHODS = (*SIGNATURES.values(), DS + "rsa-sha1", MORE + "ecdsa-sha1", MORE07 + "sha1-rsa-MGF1", DS + "hmac-sha1",
           MORE + "hmac-sha256", MORE + "rsa-md5", MORE07 + "rsa-pss", "urn:none", "")
HASHES = {"sha256": hashes.SHA256, "sha384": hashes.SHA384, "sha512": hashes.SHA512, "sha1": hashes.SHA1}
CHANGES = []


class Unfit(Exception):
    """This change cannot be made to this draft."""


class Draft:
    """A document while it is changed: octets, and whose signature it has."""

    def __init__(self, octets, signer, algorithm, identifier):
        self.octets, self.signer, self.algorithm, self.identifier = octets, signer, algorithm, identifier
        self.certificate, self.done = signer.certificate, []

    def tree(self):
        try:
            return etree.fromstring(self.octets, PARSER)
        except (etree.XMLSyntaxError, ValueError):
            raise Unfit("no tree") from None

    def write(self, root):
        self.octets = etree.tostring(root.getroottree(), encoding="unicode").encode()

    def signature(self, root):
        found = next((s for s in root.iter(ds("Signature")) if s.getparent() is not None
                      and s.getparent().get("ID") == self.identifier), None)
        found = next(root.iter(ds("Signature")), None) if found is None else found
        return need(found)

    def seal(self):
        """Signs anew whatever SignedInfo is there now. Unfit where libxmlsec cannot."""
        root = self.tree()
        try:
            signatures.sign_template(root, self.signature(root), self.signer)
        except Exception as error:  # whatever libxmlsec says about odd templates
            raise Unfit(str(error)) from None
        self.write(root)


PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, strip_cdata=False, huge_tree=True)


def need(found):
    if found is None:
        raise Unfit("nothing there")
    return found


def change(stage):
    def note(function):
        CHANGES.append((function.__name__.replace("_", " "), stage == "early", function))
        return function
    return note


def tree_change(stage):
    """A change of the tree: the function gets the root and may return another one."""
    def wrap(function):
        def run(rng, draft):
            root = draft.tree()
            changed = function(rng, draft, root)
            draft.write(root if changed is None else changed)
        run.__name__ = function.__name__
        return change(stage)(run)
    return wrap


def elements(root):
    return [e for e in root.iter() if isinstance(e.tag, str)]


def below(rng, root):
    """Any element but the root."""
    return rng.choice(elements(root)[1:] or [need(None)])


# --- octets --------------------------------------------------------------------------------------------------------


@change("late")
def octets_flipped(rng, draft):
    octets = bytearray(draft.octets)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        octets[rng.randrange(len(octets))] ^= 1 << rng.randrange(7)
    draft.octets = bytes(octets)


@change("late")
def a_letter_in_another_case(rng, draft):
    letters = [i for i, o in enumerate(draft.octets) if chr(o).isalpha()]
    octets = bytearray(draft.octets)
    octets[rng.choice(letters)] ^= 0x20
    draft.octets = bytes(octets)


@change("late")
def a_piece_cut_out(rng, draft):
    start = rng.randrange(len(draft.octets))
    draft.octets = draft.octets[:start] + draft.octets[start + rng.randrange(1, 9):]


def ends(draft, pattern=rb">"):
    found = [m.end() for m in re.finditer(pattern, draft.octets)]
    return found or [need(None)]


def put(draft, at, text):
    draft.octets = draft.octets[:at] + text + draft.octets[at:]


BETWEEN = (b" ", b"\n", b"\r\n", b"\t", b"&#13;", b"&#10;", b"&#x20;", b"\xc2\xa0", b"\xe2\x80\xa8", b"x", b"<!---->",
           b"<!-- x -->", b"<?x y?>", b"<![CDATA[]]>", b"<![CDATA[ ]]>", b"<![CDATA[x]]>", b"&amp;", b"&#x10FFFF;",
           b"\xcc\x81", b"&none;", b"&#0;", b"]]>")


@change("early")
def something_between_tags(rng, draft):
    put(draft, rng.choice(ends(draft)), rng.choice(BETWEEN))


@change("early")
def something_between_tags_of_the_signature(rng, draft):
    start, end = draft.octets.find(b"SignedInfo"), draft.octets.find(b"SignatureValue>")
    put(draft, rng.choice([e for e in ends(draft) if start < e <= end] or [need(None)]), rng.choice(BETWEEN))


@change("early")
def something_in_a_text(rng, draft):
    put(draft, rng.choice(ends(draft, rb">[^<>&]+(?=[^<>&])")), rng.choice(BETWEEN))


@change("early")
def a_letter_by_number(rng, draft):
    found = [m.start(1) for m in re.finditer(rb"[>\"][^<>&\"]*([A-Za-z0-9:#/])", draft.octets)]
    at = rng.choice(found or [need(None)])
    form = rng.choice((b"&#%d;", b"&#x%x;", b"&#x00%X;"))
    draft.octets = draft.octets[:at] + form % draft.octets[at] + draft.octets[at + 1:]


IN_A_TAG = (b' xmlns:zz="urn:z"', b' xmlns="urn:x"', b' xmlns=""', b' xml:lang="es"', b' xml:space="preserve"',
            b' xml:base="http://x/"', b' xml:id="q1"', b' zz="1"', b' zz=" a&#9;b\tc "', b' xmlns:zz="relative"',
            b' xmlns:zz=""', b' Id="_R"', b' id="_r"', b' ID="_r"', b' ID="other"', b' xmlns:saml2="urn:y"',
            b' xmlns:ds="' + DS.encode() + b'"', b' xmlns:zz="' + DS.encode() + b'" zz:a="1"', b"\n",
            b' xmlns:zz="urn:z" xmlns:yy="urn:z" zz:a="1" yy:b="2"',
            b' xmlns:xml="http://www.w3.org/XML/1998/namespace"',
            b' xmlns:zz="urn:z z"', b" zz=''", b' xmlns:zz="urn:%7Az"', b' xmlns:xmlns="urn:z"', b" a" * 2)


@change("early")
def something_in_a_start_tag(rng, draft):
    put(draft, rng.choice(ends(draft, rb"<[A-Za-z][A-Za-z0-9:]*")), rng.choice(IN_A_TAG))


@change("early")
def a_namespace_further_out(rng, draft):
    """The document within an element that declares more."""
    outer = rng.choice((b'<w xmlns:xs="urn:other">', b'<w xmlns="urn:w">', b'<w:w xmlns:w="urn:w" xml:lang="es">',
                        b'<w xmlns:zz="urn:zz" ID="_w">', b'<w xml:base="http://x/">', b"<w>"))
    name = re.match(rb"<([A-Za-z:]+)", outer).group(1)
    body = re.sub(rb"^\s*<\?xml[^>]*\?>", b"", draft.octets)
    draft.octets = outer + rng.choice((b"", b" ", b"<!-- -->", b"text")) + body + b"</" + name + b">"


@change("late")
def a_declaration(rng, draft):
    body = re.sub(rb"^\s*<\?xml[^>]*\?>", b"", draft.octets)
    text = rng.choice((
        b'<?xml version="1.0"?>', b"<?xml version='1.0' encoding='utf-8' standalone='yes'?>\n",
        b'<?xml version="1.0" encoding="UTF-8" standalone="no"?>', b'<?xml version="1.1"?>', b'<?xml version="1.2"?>',
        b'<?xml version="1.0" encoding="US-ASCII"?>', b'<?xml version="1.0" encoding="ISO-8859-1"?>',
        b'<?xml version="1.0" encoding="utf8"?>', b'<?xml version="1.0" encoding="UTF-16"?>', b"\xef\xbb\xbf", b" ",
        b"\n", b"<!-- x -->", b"<?x y?>", b'<?xml encoding="UTF-8"?>', b'<?xml version="1.0" encoding="x-none"?>'))
    draft.octets = text + body


@change("late")
def something_behind_the_root(rng, draft):
    draft.octets += rng.choice((b"\n", b"<!-- x -->", b"<?x y?>", b"\0", b"<x/>", b"x", b" \n\t"))


@change("late")
def another_encoding(rng, draft):
    try:
        text = draft.octets.decode()
    except UnicodeDecodeError:
        raise Unfit("octets") from None
    name = rng.choice(("utf-16", "utf-16-le", "utf-32", "latin-1"))
    head = f'<?xml version="1.0" encoding="{"iso-8859-1" if name == "latin-1" else name}"?>'
    draft.octets = (head + re.sub(r"^\s*<\?xml[^>]*\?>", "", text)).encode(name, "xmlcharrefreplace")


@change("early")
def a_document_type(rng, draft):
    body = re.sub(rb"^\s*<\?xml[^>]*\?>", b"", draft.octets)
    name = re.match(rb"\s*<([A-Za-z0-9:]+)", body)
    name = need(name).group(1)
    kind = rng.randrange(6)
    subset = (b"", b"[]", b'[<!ENTITY e "x">]', b"[<!ATTLIST " + name + b' zz CDATA "given">]',
              b"[<!ATTLIST " + name + b" ID ID #IMPLIED>]", b"[<!ELEMENT " + name + b" ANY>]")[kind]
    if kind == 2:
        end = body.index(b">") + 1
        body = body[:end] + b"&e;" + body[end:]
    draft.octets = b"<!DOCTYPE " + name + b" " + subset + b">" + body


@change("late")
def a_document_trick(rng, draft):
    _, _, make = rng.choice(forge.DOCUMENTS)
    octets = draft.octets if draft.octets.startswith(b"<?xml") else b'<?xml version="1.0"?>' + draft.octets
    try:
        draft.octets = make(octets)[:200000]
    except (ValueError, IndexError):
        raise Unfit("other octets") from None


# --- the tree ------------------------------------------------------------------------------------------------------


@tree_change("early")
def an_element_removed(rng, _, root):
    found = below(rng, root)
    found.getparent().remove(found)


@tree_change("early")
def an_element_doubled(rng, _, root):
    found = below(rng, root)
    found.addnext(xml.alone(found))


@tree_change("early")
def an_element_moved(rng, _, root):
    found = below(rng, root)
    targets = [e for e in elements(root) if found not in [e, *e.iterancestors()]]
    rng.choice(targets or [need(None)]).insert(rng.randrange(3), found)


@tree_change("early")
def an_element_wrapped(rng, _, root):
    found = below(rng, root)
    holder = etree.Element(rng.choice(("wrap", "{urn:w}wrap", ds("Object"))))
    found.addprevious(holder)
    holder.append(found)


@tree_change("early")
def an_attribute_removed(rng, _, root):
    found = rng.choice([e for e in elements(root) if e.attrib] or [need(None)])
    del found.attrib[rng.choice(list(found.attrib))]


@tree_change("early")
def an_attribute_changed(rng, _, root):
    found = rng.choice([e for e in elements(root) if e.attrib] or [need(None)])
    name = rng.choice(list(found.attrib))
    value = found.get(name)
    found.set(name, rng.choice((value + " ", " " + value, value.upper(), value + "x", "", value[:-1], "x\ny\tz")))


@tree_change("early")
def an_attribute_added(rng, _, root):
    rng.choice(elements(root)).set(
        rng.choice(("ID", "Id", "id", "a", "{urn:z}ID", "{http://www.w3.org/XML/1998/namespace}id", "Algorithm")),
        rng.choice(("_r", "_R", " _r ", "_a", "_x", "1", EC14N)))


@tree_change("early")
def a_text_changed(rng, _, root):
    found = rng.choice(elements(root))
    found.text = (found.text or "") + rng.choice((" ", "x", "\n", "é", "<>&", "\r", "\u0301" * rng.choice((1, 31))))


@tree_change("early")
def the_identifier_elsewhere(rng, draft, root):
    found = next((e for e in elements(root) if e.get("ID") == draft.identifier), None)
    value = need(found).get("ID")
    del found.attrib["ID"]
    rng.choice((found, below(rng, root))).set(rng.choice(("ID", "Id", "id", "AssertionID")), value)


@tree_change("early")
def a_large_document(rng, _, root):
    kind = rng.randrange(6)
    if kind == 0:
        inner = root
        for _ in range(rng.choice((30, 45, 240))):
            inner = etree.SubElement(inner, "deep")
    elif kind == 1:
        root.extend(etree.Element("wide") for _ in range(rng.choice((1000, 4100))))
    elif kind == 2:
        for number in range(rng.choice((20, 40))):
            root.set(f"a{number}", "1")
    elif kind == 3:
        etree.SubElement(root, "n" * rng.choice((100, 140)))
    elif kind == 4:
        etree.SubElement(root, "t").text = "x" * rng.choice((90000, 140000))
    else:
        root.append(etree.Element("m", nsmap={f"p{n}": f"urn:{n}" for n in range(rng.choice((20, 40)))}))


# --- the signature -------------------------------------------------------------------------------------------------


def signature_change(stage):
    def wrap(function):
        def run(rng, draft, root):
            function(rng, draft, draft.signature(root))
        run.__name__ = function.__name__
        return tree_change(stage)(run)
    return wrap


def part(signature, name):
    return need(signature.find(f".//{ds(name)}"))


@signature_change("early")
def another_signature_method(rng, _, signature):
    part(signature, "SignatureMethod").set("Algorithm", rng.choice(METHODS))


@signature_change("early")
def another_digest(rng, _, signature):
    part(signature, "DigestMethod").set("Algorithm", rng.choice((
        *DIGESTS.values(), DS + "sha1", MORE + "md5", MORE + "sha224", XENC + "ripemd160", "urn:none", "")))


@signature_change("early")
def another_canonicalization(rng, _, signature):
    part(signature, "CanonicalizationMethod").set("Algorithm", rng.choice((
        *C14N, C14N[0] + "#WithComments", EC14N + "WithComments", EC14N, "urn:none")))


@signature_change("early")
def a_parameter_of_a_method(rng, _, signature):
    method = part(signature, rng.choice(("SignatureMethod", "DigestMethod", "CanonicalizationMethod")))
    added = etree.SubElement(method, rng.choice((ds("HMACOutputLength"), "{urn:x}x")))
    added.text = rng.choice(("8", "128", "256", ""))


@signature_change("early")
def other_transforms(rng, _, signature):
    lists = ([], [ENVELOPED], [EC14N], [EC14N, ENVELOPED], [ENVELOPED, EC14N, EC14N], [ENVELOPED, ENVELOPED, EC14N],
             [ENVELOPED, C14N[0]], [ENVELOPED, C14N[1]], [ENVELOPED, EC14N + "WithComments"],
             [ENVELOPED, C14N[0] + "#WithComments"], [ENVELOPED, EC14N, DS + "base64"], [ENVELOPED, "urn:none"],
             [ENVELOPED, C14N[0], EC14N], [ENVELOPED, ""], [ENVELOPED, XPATH, EC14N])
    parent = part(signature, "Transforms")
    chosen = rng.choice(lists)
    parent[:] = [etree.SubElement(parent, ds("Transform"), Algorithm=a) for a in chosen]
    for one in parent:
        if one.get("Algorithm") == XPATH:
            etree.SubElement(one, ds("XPath")).text = rng.choice(("true()", "not(self::text())", "self::node()"))
    if not chosen and rng.random() < 0.5:
        parent.getparent().remove(parent)


@signature_change("early")
def inclusive_namespaces(rng, _, signature):
    where = rng.choice((part(signature, "CanonicalizationMethod"),
                        signature.findall(f".//{ds('Transform')}")[-1:] or need(None)))
    where = where[0] if isinstance(where, list) else where
    where[:] = []
    name = rng.choice((f"{{{EC14N}}}InclusiveNamespaces",) * 6 + (ds("InclusiveNamespaces"), f"{{{EC14N}}}Other"))
    inner = etree.SubElement(where, name)
    lists = ("xs", "#default", "xs #default xsi", "", "none", " xs  xsi ", "xs\nxsi", "xml", "ds", "xs xs",
             "xs,xsi", "xs\txsi", "xs \u0301xsi", "xs\u00a0xsi",
             " ".join(f"p{n}" for n in range(40)))
    if rng.random() < 0.9:
        inner.set("PrefixList", rng.choice(lists))
    if rng.random() < 0.1:
        rng.choice((lambda: inner.set("x", "1"), lambda: setattr(inner, "text", "x"), lambda: where.append(
            etree.Element(f"{{{EC14N}}}InclusiveNamespaces", PrefixList="xs"))))()


@signature_change("early")
def another_reference(rng, draft, signature):
    reference, mine = part(signature, "Reference"), draft.identifier
    uri = rng.choice(("", "#" + mine, "#xpointer(/)", f"#xpointer(id('{mine}'))", f"#xpointer(id(\"{mine}\"))", "#_a",
                      "#_nowhere", "#", "#" + mine.upper(), "#" + mine + " ", " #" + mine, "%23" + mine, mine, None,
                      "file:///etc/hostname", "#xpointer(id('_nowhere'))"))
    reference.attrib.pop("URI", None)
    if uri is not None:
        reference.set("URI", uri)


@signature_change("early")
def attributes_of_a_reference(rng, _, signature):
    where = rng.choice((part(signature, "Reference"), part(signature, "SignedInfo"), part(signature, "SignatureValue"),
                        signature))
    where.set(rng.choice(("Id", "Type", "ID", "id", "x", "{urn:x}y")), rng.choice(("r1", DS + "Object", "_r", "")))


@signature_change("early")
def several_references(rng, draft, signature):
    reference = part(signature, "Reference")
    other = xml.alone(reference)
    other.set("URI", rng.choice(("", "#" + draft.identifier, "#_a", "#obj")))
    rng.choice((reference.addnext, reference.addprevious))(other)
    if rng.random() < 0.3:
        etree.SubElement(signature, ds("Object"), Id="obj").text = "x"


@signature_change("early")
def more_in_the_signature(rng, _, signature):
    text = rng.choice((f'<ds:Object xmlns:ds="{DS}"/>', f'<ds:Object xmlns:ds="{DS}" Id="o">x</ds:Object>', "<x/>",
                       '<x xmlns="urn:x"/>', f'<ds:SignatureValue xmlns:ds="{DS}">AAAA</ds:SignatureValue>',
                       f'<ds:Manifest xmlns:ds="{DS}"/>', f'<ds:KeyInfo xmlns:ds="{DS}"/>'))
    where = rng.choice((signature, *(e for e in signature if isinstance(e.tag, str))))
    where.insert(rng.randrange(4), xml.parse(text))


@signature_change("early")
def parts_in_another_order(rng, _, signature):
    where = rng.choice((signature, part(signature, "SignedInfo"), part(signature, "Reference")))
    children = list(where)
    rng.shuffle(children)
    where[:] = children


@signature_change("early")
def the_signature_elsewhere(rng, draft, signature):
    parent = signature.getparent()
    others = [e for e in parent if e is not signature and isinstance(e.tag, str)]
    rng.choice((lambda: parent.append(signature), lambda: parent.insert(0, signature),
                lambda: rng.choice(others or [need(None)]).append(signature)))()


@signature_change("early")
def another_prefix(rng, draft, signature):
    """The same signature with another prefix for its namespace, or none."""
    copy = etree.Element(ds("Signature"), nsmap={rng.choice((None, "dsig", "saml2", "xs")): DS})
    copy.text, copy.tail = signature.text, signature.tail
    for child in signature:
        text = etree.tostring(child, with_tail=False).decode()
        bare = re.sub(r'\sxmlns(:\w+)?="' + re.escape(DS) + '"', "", text)
        prefix = next(iter(copy.nsmap))
        name = f"{prefix}:" if prefix else ""
        old = f"{signature.prefix}:" if signature.prefix else ""
        holder = f'<w xmlns{":" + prefix if prefix else ""}="{DS}">' + bare.replace(
            "<" + old, "<" + name).replace("</" + old, "</" + name) + "</w>"
        copy.append(xml.parse(holder)[0])
    signature.getparent().replace(signature, copy)


@signature_change("late")
def two_signatures(rng, draft, signature):
    other = xml.alone(signature)
    if rng.random() < 0.5:
        forged = part(other, "SignatureValue")
        forged.text = xml.encode(bytes(range(64)))
    rng.choice((signature.addnext, signature.addprevious))(other)


@signature_change("late")
def a_value_in_other_base64(rng, _, signature):
    where = part(signature, rng.choice(("SignatureValue", "SignatureValue", "DigestValue", "X509Certificate")))
    text = where.text or ""
    at = rng.randrange(len(text) + 1)

    def put_in(piece):
        return lambda: setattr(where, "text", text[:at] + piece + text[at:])

    def child(node):
        def make():
            where.text = text[:at]
            node.tail = text[at:]
            where.insert(0, node)
        return make

    rng.choice((
        put_in(" "), put_in("\n"), put_in("\r"), put_in("\t"), put_in("\r\n"), put_in("\u00a0"), put_in("="),
        put_in("."), put_in("-"), put_in("A"), put_in("\u2028"), put_in("&"),
        lambda: setattr(where, "text", text.rstrip("=")), lambda: setattr(where, "text", text + "="),
        lambda: setattr(where, "text", text + "===="), lambda: setattr(where, "text", text + "AA=="),
        lambda: setattr(where, "text", text.replace("+", "-").replace("/", "_")),
        lambda: setattr(where, "text", "\n" + "\n".join(re.findall(".{1,64}", text)) + "\n"),
        lambda: setattr(where, "text", "\n" + "\r\n".join(re.findall(".{1,76}", text)) + "\n    "),
        lambda: setattr(where, "text", _loose_end(text)), lambda: setattr(where, "text", ""),
        lambda: setattr(where, "text", None), child(etree.Comment("x")), child(etree.ProcessingInstruction("x")),
        child(etree.Element("x")), lambda: setattr(where, "text", etree.CDATA(text)),
    ))()


def _loose_end(text):
    """The last digit with bits that belong to no octet."""
    digits = text.rstrip("=")
    if digits == text:
        raise Unfit("whole")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return digits[:-1] + alphabet[alphabet.index(digits[-1]) | 1] + text[len(digits):]


@signature_change("late")
def another_key_info(rng, draft, signature):
    info = part(signature, "KeyInfo")
    mine = xml.encode(keys.der(draft.signer.certificate))
    other = keys.stranger(draft.signer.kind)
    texts = {
        "none": "", "name": "<ds:KeyName>me</ds:KeyName>", "other": _x509(xml.encode(keys.der(other.certificate))),
        "mine and other": _x509(mine, xml.encode(keys.der(other.certificate))),
        "other and mine": _x509(xml.encode(keys.der(other.certificate)), mine),
        "garbage": _x509("AAAA"), "no base64": _x509("*"), "many": _x509(*[mine] * 12),
        "two X509Data": _x509(mine) + _x509(xml.encode(keys.der(other.certificate))),
        "another certificate over my key": _x509(xml.encode(keys.der(keys.certify(draft.signer.key, "again")))),
        "issuer": "<ds:X509Data><ds:X509IssuerSerial><ds:X509IssuerName>CN=x</ds:X509IssuerName>"
                  "<ds:X509SerialNumber>1</ds:X509SerialNumber></ds:X509IssuerSerial></ds:X509Data>",
        "mine": "<ds:KeyValue>" + _key_value(draft.signer.certificate.public_key()) + "</ds:KeyValue>",
        "other's": "<ds:KeyValue>" + _key_value(other.certificate.public_key()) + "</ds:KeyValue>",
        "retrieval": f'<ds:RetrievalMethod URI="#{draft.identifier}"/>', "foreign": '<x xmlns="urn:x"/>', "text": "x",
    }
    made = xml.parse(f'<ds:KeyInfo xmlns:ds="{DS}">{texts[rng.choice(list(texts))]}</ds:KeyInfo>')
    parent = info.getparent()
    parent.replace(info, made) if rng.random() < 0.9 else parent.remove(info)


def _x509(*certificates):
    return "<ds:X509Data>" + "".join(
        f"<ds:X509Certificate>{c}</ds:X509Certificate>" for c in certificates) + "</ds:X509Data>"


def _key_value(public):
    if hasattr(public, "curve"):
        point = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return (f'<dsig11:ECKeyValue xmlns:dsig11="{DSIG11}"><dsig11:NamedCurve URI="urn:oid:'
                f'{CURVE_OIDS[public.curve.name]}"/><dsig11:PublicKey>{xml.encode(point)}</dsig11:PublicKey>'
                '</dsig11:ECKeyValue>')
    numbers = public.public_numbers()
    return ("<ds:RSAKeyValue><ds:Modulus>" + xml.encode(numbers.n.to_bytes(public.key_size // 8, "big"))
            + "</ds:Modulus><ds:Exponent>AQAB</ds:Exponent></ds:RSAKeyValue>")


@signature_change("late")
def a_value_made_by_hand(rng, draft, signature):
    """What comes out of the key, in other encodings, with other parameters, or not out of the key."""
    info = part(signature, "SignedInfo")
    octets, where = xml.canonical(info), part(signature, "SignatureValue")
    method = part(signature, "SignatureMethod").get("Algorithm")
    name = next((n for n, uri in SIGNATURES.items() if uri == method), None)
    digest = HASHES[need(name).rsplit("-", 1)[-1]]()
    if isinstance(draft.signer.key, ec.EllipticCurvePrivateKey):
        value = _ecdsa(rng, draft.signer.key, digest, octets)
    else:
        value = _rsa(rng, draft.signer.key, digest, octets, name)
    where.text = xml.encode(value)


def _ecdsa(rng, key, digest, octets):
    made = key.sign(octets, ec.ECDSA(digest))
    r, s = utils.decode_dss_signature(made)
    size = (key.key_size + 7) // 8

    def pair(one, two, width=size):
        return one.to_bytes(width, "big") + two.to_bytes(width, "big")

    order = ORDERS[key.curve.name]
    least = max((r.bit_length() + 7) // 8, (s.bit_length() + 7) // 8)
    return rng.choice((made, pair(r, s), pair(r, order - s), pair(s, r), pair(r, s, size + 1), pair(r, s, size + 8),
                       pair(r, s, least), pair(r, s) + b"\0", b"\0" + pair(r, s), pair(0, 0), pair(r, 0), pair(0, s),
                       pair(order, order), pair(r + order, s, size + 1), pair(1, 1), pair(r, s)[:-1], b"", b"\0" * 4))


def _rsa(rng, key, digest, octets, name):
    def pss(mask, salt):
        return key.sign(octets, padding.PSS(padding.MGF1(mask), salt), digest)

    good = pss(digest, digest.digest_size) if "pss" in name else key.sign(octets, padding.PKCS1v15(), digest)
    other = key.sign(octets, padding.PKCS1v15(), digest) if "pss" in name else pss(digest, digest.digest_size)
    modulus = key.public_key().public_numbers().n
    longer = (int.from_bytes(good, "big") + modulus).to_bytes(len(good) + 1, "big")
    return rng.choice((good, other, b"\0" + good, good[:-1], good + b"\0", longer, pss(digest, 0), pss(digest, 20),
                       pss(digest, padding.PSS.MAX_LENGTH), pss(hashes.SHA1(), digest.digest_size),
                       pss(hashes.SHA512(), digest.digest_size), pss(digest, digest.digest_size + 1),
                       good.lstrip(b"\0"), bytes(len(good)), b"\1", b"", modulus.to_bytes(len(good), "big"),
                       key.sign(octets, padding.PKCS1v15(), hashes.SHA1())))


ORDERS = {
    "secp256r1": int(
        "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16),
    "secp384r1": int(
        "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973", 16),
    "secp521r1": int(
        "1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a"
        "5d03bb5c9b8899c47aebb6fb71e91386409", 16),
    "brainpoolP256r1": int(
        "a9fb57dba1eea9bc3e660a909d838d718c397aa3b561a6f7901e0e82974856a7", 16),
    "brainpoolP384r1": int(
        "8cb91e82a3386d280f5d6f7e50e641df152f7109ed5456b31f166e6cac0425a7cf3ab6af6b7fc3103b883202e9046565", 16),
    "brainpoolP512r1": int(
        "aadd9db8dbe9c48b3fd4e6ae33c9fc07cb308db3b3c9d20ed6639cca70330870553e5c414ca92619418661197fac1047"
        "1db1d381085ddaddb58796829ca90069", 16),
}


@change("late")
def another_certificate_to_judge_by(rng, draft):
    kind = rng.choice((draft.signer.kind, "rsa3072", "p256", "bp384"))
    draft.certificate = keys.stranger(kind).certificate


@change("late")
def another_certificate_over_the_same_key(_, draft):
    draft.certificate = keys.certify(draft.signer.key, "renewed")


# --- whole attacks -------------------------------------------------------------------------------------------------


@change("late")
def a_wrapping_attack(rng, draft):
    root = draft.tree()
    _, _, wrap = rng.choice(forge.WRAPPINGS)
    evil = xml.parse(etree.tostring(maker.SHAPES["namespaces on the root"]()))
    evil.set("ID", rng.choice(("_evil", draft.identifier)))
    if root.find(ds("Signature")) is None:
        raise Unfit("not the root's")
    try:
        changed = wrap(root, evil)
    except (Refused, AttributeError, TypeError):
        raise Unfit("not to be wrapped") from None
    draft.octets = etree.tostring(changed)
    draft.identifier = rng.choice((draft.identifier, "_evil"))


@change("late")
def an_abused_signature(rng, draft):
    abuses = [*forge.SIGNATURES_ABUSED]
    abuses += forge.PSS_ABUSED if draft.algorithm.startswith("rsa-pss") else ()
    abuses += forge.ECDSA_ABUSED if draft.algorithm.startswith("ecdsa") else ()
    _, _, make = rng.choice(abuses)
    try:
        changed = make(maker.SHAPES["namespaces on the root"](), draft.signer, draft.algorithm)
    except (OverflowError, ValueError, TypeError):
        raise Unfit("not with this key") from None
    draft.octets, draft.identifier = etree.tostring(changed), "_r"


# --- what is changed -----------------------------------------------------------------------------------------------


def committed(kind):
    """One of the keys of Tests/Vectors: a seed makes the same documents, but for randomness in values."""
    pem = (KEYS / f"{kind.replace('bp', 'brainpoolP') + 'r1' if kind.startswith('bp') else kind}-1.pem").read_bytes()
    return keys.Identity(keys.private(pem), keys.certificate(pem), kind)


class Messages:
    """Good signed messages by several makers, and what the generator makes of them."""

    KINDS = (("rsa2048", "rsa-sha256"), ("rsa2048", "rsa-pss-sha256"), ("rsa3072", "rsa-sha384"),
             ("rsa3072", "rsa-sha512"), ("rsa3072", "rsa-pss-sha384"), ("rsa3072", "rsa-pss-sha512"),
             ("p256", "ecdsa-sha256"), ("p384", "ecdsa-sha384"), ("p521", "ecdsa-sha512"), ("bp256", "ecdsa-sha256"),
             ("bp384", "ecdsa-sha384"), ("bp512", "ecdsa-sha512"))
    ENGINES = ("signxml", "xmlsec", "Santuario")

    def __init__(self):
        self.signers = {kind: committed(kind) for kind, _ in self.KINDS}
        self.good = {}

    def draft(self, rng):
        """A good message: any maker, key, algorithm and shape."""
        kind, algorithm = rng.choice(self.KINDS)
        title, engine = rng.choice(list(maker.SHAPES)), rng.choice(self.ENGINES)
        if title == "a hundred thousand characters" and rng.random() < 0.8:
            title = "namespaces on the root"
        nested = rng.random() < 0.15
        key = (kind, algorithm, engine, title, nested)
        if key not in self.good:
            self.good[key] = self._make(*key)
        identifier = "_a" if nested and rng.random() < 0.5 else "_r"
        return Draft(self.good[key], self.signers[kind], algorithm, identifier)

    def _make(self, kind, algorithm, engine, title, nested):
        signer, root = self.signers[kind], maker.SHAPES[title]()
        if nested:
            assertion = xml.parse(maker.ASSERTION.format(ns=maker.NAMESPACES))
            root = maker.response()
            root.append(signatures.sign(assertion, signer, algorithm))
        at = signatures.place(root)
        if engine == "Santuario":
            signed = santuario.sign(root, signer, algorithm, at=at)
        else:
            signed = signatures.sign(root, signer, algorithm, engine=engine, at=at)
        return etree.tostring(signed, encoding="unicode").encode()

    def changed(self, rng):
        """A draft with one to three changes, some of them signed again."""
        draft = self.draft(rng)
        for name, is_early, make in self._choose(rng):
            if not draft.octets:
                break
            try:
                make(rng, draft)
                draft.done.append(name)
                if is_early and rng.random() < 0.7:
                    draft.seal()
                    draft.done.append("signed again")
            except (Unfit, ValueError):  # lxml's word for trees that cannot be
                continue
        return draft

    @staticmethod
    def _choose(rng):
        chosen = rng.sample(CHANGES, rng.choice((1, 1, 1, 1, 2, 2, 3)))
        return sorted(chosen, key=lambda c: not c[1])
