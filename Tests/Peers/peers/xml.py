# SPDX-License-Identifier: EUPL-1.2
"""Reading and writing XML, Base64 and instants the way every peer here does."""
import base64
import datetime as dt
import re
import secrets

from lxml import etree

BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z")


class Refused(Exception):
    """A judge says no. The text says what it found and what it wanted."""


def require(condition, text):
    if not condition:
        raise Refused(text)


def parser():
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False,
                           huge_tree=False, remove_blank_text=False)


def parse(data):
    """The root of a document without DOCTYPE."""
    try:
        root = etree.fromstring(data, parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Refused(f"not well-formed: {error}") from None
    require(not root.getroottree().docinfo.doctype, "DOCTYPE found")
    return root


def write(element):
    return etree.tostring(element, xml_declaration=True, encoding="UTF-8")


def alone(element):
    """`element` as a document of its own, with every namespace in scope declared on it."""
    return parse(etree.tostring(element, with_tail=False))


def standalone(element):
    """Octets of the element with every namespace in scope: what is encrypted keeps the prefixes of its `xsi:type`."""
    return etree.tostring(alone(element))


def canonical(element, prefixes=()):
    """Exclusive canonical form. It leaves out prefixes that only occur inside values, such as that of `xsi:type`,
    unless they are among `prefixes`."""
    return etree.tostring(element, method="c14n", exclusive=True, with_comments=False, with_tail=False,
                          inclusive_ns_prefixes=list(prefixes) or None)


def text_of(element, path=None):
    """Text of the element, or of its descendant at `path`; None where there is none."""
    found = element if path is None else element.find(path)
    return None if found is None else "".join(found.itertext())


def encode(data):
    return base64.b64encode(data).decode()


def decode(text, what="message"):
    """Base64 as the strictest kit reads it: the standard alphabet, padded, no line break, no blank."""
    require(bool(text) and BASE64.fullmatch(text) is not None, f"{what}: not Base64 without line breaks")
    return base64.b64decode(text)


def unwrapped(text):
    """Base64 inside a document, where line breaks are allowed."""
    return base64.b64decode("".join((text or "").split()), validate=True)


def identifier(length=33):
    """`_` and random hexadecimal digits, `length` characters in all."""
    return "_" + secrets.token_hex(length)[: length - 1]


def now():
    return dt.datetime.now(dt.timezone.utc)


def stamp(instant):
    return instant.strftime("%Y-%m-%dT%H:%M:%S.") + f"{instant.microsecond // 1000:03d}Z"


def instant(text, what="instant"):
    require(bool(text) and INSTANT.fullmatch(text) is not None, f"{what}: {text!r} is not an instant in UTC")
    return dt.datetime.fromisoformat(re.sub(r"(\.\d{6})\d*", r"\1", text).replace("Z", "+00:00"))
