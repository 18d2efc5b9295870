# SPDX-License-Identifier: EUPL-1.2
"""Changes of the form around a message: functions of its pairs of name and value."""
import base64
import zlib

from . import xml


def replaced(name, make):
    return lambda pairs: [(n, make(v) if n == name else v) for n, v in pairs]


def without(name):
    return lambda pairs: [p for p in pairs if p[0] != name]


# Of an answer, in either direction: class of attack, title, change.
ANSWERS = (
    ("E16", "RelayState changed", lambda pairs: [*without("RelayState")(pairs), ("RelayState", "other")]),
    ("E16", "RelayState of 5000 characters", lambda pairs: [*without("RelayState")(pairs), ("RelayState", "r" * 5000)]),
    ("F01", "SAMLResponse twice", lambda pairs: [pairs[0], *pairs]),
    ("F01", "SAMLResponse missing", without("SAMLResponse")),
    ("F03", "SAMLResponse empty", replaced("SAMLResponse", lambda v: "")),
    ("F03", "Base64 with strange letters", replaced("SAMLResponse", lambda v: v[:40] + "*" + v[41:])),
    ("F03", "Base64 cut", replaced("SAMLResponse", lambda v: v[:-5])),
    ("F03", "Base64 twice", replaced("SAMLResponse", lambda v: xml.encode(v.encode()))),
    ("F03", "deflated", replaced("SAMLResponse", lambda v: xml.encode(zlib.compress(base64.b64decode(v))[2:-4]))),
    ("F05", "named SAMLRequest",
     lambda pairs: [("SAMLRequest" if n == "SAMLResponse" else n, v) for n, v in pairs]),
)
