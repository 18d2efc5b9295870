# SPDX-License-Identifier: EUPL-1.2
"""A register behind SOAP in the manner of SCSP v3: it verifies the WS-Security signature of the question and signs its
answer, both by libxmlsec, and everything that may go wrong there."""
import copy
import datetime as dt
import http.server
import time
from dataclasses import dataclass, field

import xmlsec
from lxml import etree

from . import keys, xml
from .names import DIGESTS, DS, EC14N, SIGNATURES, ds
from .register import LATE, Served
from .sources import COLUMNS, INVALID, MISSING, PATIENT, UNAVAILABLE
from .world import free_port
from .xml import Refused, require, text_of

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
WSSE, WSU = OASIS + "wssecurity-secext-1.0.xsd", OASIS + "wssecurity-utility-1.0.xsd"
TOKEN, BASE64 = OASIS + "x509-token-profile-1.0#X509v3", OASIS + "soap-message-security-1.0#Base64Binary"
QUESTION, ANSWER = "urn:example:scsp:peticion", "urn:example:scsp:respuesta"
PREFIXES = {"soapenv": SOAP, "wsse": WSSE, "wsu": WSU, "ds": DS}
BODY = (f'<p:Peticion xmlns:p="{QUESTION}"><p:Atributos><p:IdPeticion>{{request-id}}</p:IdPeticion>'
        '<p:TimeStamp>{now}</p:TimeStamp></p:Atributos><p:Titular><p:TipoDocumentacion>{document-type}'
        '</p:TipoDocumentacion><p:Documentacion>{identifier}</p:Documentacion><p:Nombre>{first-name}</p:Nombre>'
        '</p:Titular></p:Peticion>')


@dataclass
class SOAPSource(Served):
    people: tuple
    gives: tuple = ("DateOfBirth", "Gender")
    name: str = "scsp-register"
    terms: dict = field(default_factory=dict)
    signer: object = None
    client: object = None             # Identity with which Puente signs its questions
    fault: str = ""
    refusals: list = field(default_factory=list)      # what the register found wrong with a question
    kept: bytes = b""                 # an answer to be sent once more
    port: int = 0
    server: object = None

    def __post_init__(self):
        self.port, self.signer = free_port(), self.signer or keys.identity("rsa3072", "SCSP")
        self.client = self.client or keys.identity("rsa3072", "Puente at SCSP")

    def entry(self, folder):
        paths = {}
        for name, octets in (("signer.pem", self.signer.certificate_pem), ("client.pem", self.client.certificate_pem),
                             ("client.key", self.client.key_pem)):
            paths[name] = folder / f"{self.name}-{name}"
            paths[name].write_bytes(octets)
            paths[name].chmod(0o600)
        return {"name": self.name, "timeout-seconds": 2, "circuit-breaker": PATIENT} | self.terms | {
            "scsp": {"address": f"http://127.0.0.1:{self.port}/scsp", "action": "peticionSincrona", "body": BODY,
                     "signing-key": str(paths["client.key"]), "signing-certificate": str(paths["client.pem"]),
                     "signers": [str(paths["signer.pem"])]},
            "must-equal": [{"at": "Respuesta/Atributos/IdPeticion", "value": "{request-id}"},
                           {"at": "Respuesta/Titular/Documentacion", "value": "{identifier}"}],
            "not-found-when": [{"at": "Respuesta/Atributos/Estado", "is": ["0233"]}],
            "attributes": [{"name": name, "at": f"Respuesta/Datos/{COLUMNS[name]}"} for name in self.gives]}

    @property
    def handler(self):
        return _Handler

    # --- what is said ---------------------------------------------------------------------------------------------

    def answer(self, octets):
        """(status, octets) of the answer to a question."""
        body = opened(octets, self.client.certificate)
        question = body[0]
        require(question.tag == f"{{{QUESTION}}}Peticion", f"asked {question.tag}")
        number = text_of(question, f".//{{{QUESTION}}}IdPeticion")
        document = text_of(question, f".//{{{QUESTION}}}Documentacion")
        person = next((p for p in self.people if p.identifier == document and p.register), None)
        require(person is None or text_of(question, f".//{{{QUESTION}}}Nombre") == person.first, "another first name")
        content = self.content(number, document, person)
        content = CONTENTS.get(self.fault, lambda content: content)(content)
        if self.fault == "an old answer" and self.kept:
            return 200, self.kept
        signer = keys.stranger() if self.fault == "signed by a stranger" else self.signer
        moment = xml.now() - dt.timedelta(hours=2) if self.fault == "two hours old" else xml.now()
        self.kept = sealed(content, signer, moment)
        return 200, ENVELOPES.get(self.fault, lambda octets: octets)(self.kept)

    @staticmethod
    def content(number, document, person):
        data = "" if person is None else "<r:Datos>" + "".join(
            f"<r:{COLUMNS[name]}>{value}</r:{COLUMNS[name]}>" for name, value in person.register.items()
            if name in ("DateOfBirth", "Gender")) + "</r:Datos>"
        return xml.parse(
            f'<r:Respuesta xmlns:r="{ANSWER}"><r:Atributos><r:IdPeticion>{number}</r:IdPeticion><r:Estado>'
            f'{"0233" if person is None else "0003"}</r:Estado></r:Atributos><r:Titular><r:Documentacion>{document}'
            f'</r:Documentacion></r:Titular>{data}</r:Respuesta>')


# --- WS-Security ---------------------------------------------------------------------------------------------------

def opened(octets, certificate):
    """The Body of an envelope, which the certificate's key has signed together with the Timestamp. Raises Refused."""
    envelope = xml.parse(octets)
    require(envelope.tag == f"{{{SOAP}}}Envelope", f"root is {envelope.tag}")
    body, security = envelope.find(f"{{{SOAP}}}Body"), envelope.find(f"{{{SOAP}}}Header/{{{WSSE}}}Security")
    require(security is not None and security.get(f"{{{SOAP}}}mustUnderstand") == "1", "no Security header")
    token, timestamp = security.find(f"{{{WSSE}}}BinarySecurityToken"), security.find(f"{{{WSU}}}Timestamp")
    require((token.get("ValueType"), token.get("EncodingType")) == (TOKEN, BASE64), "kind of the token")
    require(xml.unwrapped(token.text) == keys.der(certificate), "another certificate")
    signature = security.find(ds("Signature"))
    uris = {r.get("URI") for r in signature.iter(ds("Reference"))}
    wanted = {"#" + e.get(f"{{{WSU}}}Id") for e in (body, timestamp)}
    require(wanted <= uris <= wanted | {"#" + token.get(f"{{{WSU}}}Id")}, f"signed: {uris}")
    shown = signature.find(f"{ds('KeyInfo')}/{{{WSSE}}}SecurityTokenReference/{{{WSSE}}}Reference")
    require(shown.get("URI") == "#" + token.get(f"{{{WSU}}}Id"), "the key is not that of the token")
    created, expires = (xml.instant(text_of(timestamp, f"{{{WSU}}}{n}"), n) for n in ("Created", "Expires"))
    require(created <= xml.now() + dt.timedelta(seconds=1) and xml.now() < expires, "Timestamp")
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(keys.public_pem(certificate.public_key()), xmlsec.constants.KeyDataFormatPem)
    _register(envelope)
    try:
        context.verify(signature)
    except xmlsec.Error as error:
        raise Refused(f"signature: {error}") from None
    return body


def sealed(content, signer, moment):
    """An envelope with that content, signed over Body and Timestamp."""
    ends = moment + dt.timedelta(minutes=5)
    references = "".join(
        f'<ds:Reference URI="#{name}"><ds:Transforms><ds:Transform Algorithm="{EC14N}"/></ds:Transforms>'
        f'<ds:DigestMethod Algorithm="{DIGESTS["sha256"]}"/><ds:DigestValue/></ds:Reference>'
        for name in ("body", "timestamp"))
    spaces = " ".join(f'xmlns:{p}="{u}"' for p, u in PREFIXES.items())
    envelope = xml.parse(
        f'<soapenv:Envelope {spaces}><soapenv:Header><wsse:Security soapenv:mustUnderstand="1">'
        f'<wsse:BinarySecurityToken wsu:Id="token" ValueType="{TOKEN}" EncodingType="{BASE64}">'
        f'{xml.encode(keys.der(signer.certificate))}</wsse:BinarySecurityToken><wsu:Timestamp wsu:Id="timestamp">'
        f'<wsu:Created>{xml.stamp(moment)}</wsu:Created><wsu:Expires>{xml.stamp(ends)}</wsu:Expires></wsu:Timestamp>'
        f'<ds:Signature><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="{EC14N}"/><ds:SignatureMethod'
        f' Algorithm="{SIGNATURES["rsa-sha256"]}"/>{references}</ds:SignedInfo><ds:SignatureValue/><ds:KeyInfo>'
        '<wsse:SecurityTokenReference><wsse:Reference URI="#token"/></wsse:SecurityTokenReference></ds:KeyInfo>'
        '</ds:Signature></wsse:Security></soapenv:Header><soapenv:Body wsu:Id="body"/></soapenv:Envelope>')
    envelope[1].append(content)
    _register(envelope)
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(signer.key_pem, xmlsec.constants.KeyDataFormatPem)
    context.sign(envelope.find(f".//{ds('Signature')}"))
    return xml.write(envelope)


def _register(envelope):
    """Tells libxmlsec which attributes are identifiers."""
    for element in envelope.iter(f"{{{SOAP}}}Body", f"{{{WSU}}}Timestamp", f"{{{WSSE}}}BinarySecurityToken"):
        xmlsec.SignatureContext().register_id(element, "Id", WSU)


# --- what may go wrong ---------------------------------------------------------------------------------------------

def texts(**changes):
    """The content with other texts; None takes the element away."""
    def change(content):
        content = copy.deepcopy(content)
        for name, value in changes.items():
            for found in list(content.iter(f"{{{ANSWER}}}{name}")):
                if value is None:
                    found.getparent().remove(found)
                else:
                    found.text = value
        return content
    return change


def twice(name):
    def change(content):
        content = copy.deepcopy(content)
        for found in list(content.iter(f"{{{ANSWER}}}{name}")):
            found.addnext(copy.deepcopy(found))
        return content
    return change


def edited(change):
    """The envelope, changed after it was signed."""
    return lambda octets: xml.write(change(xml.parse(octets)))


def other_date(root):
    root.find(f".//{{{ANSWER}}}born").text = "1950-01-01"
    return root


def unsigned(root):
    security = root[0][0]
    security.remove(security.find(ds("Signature")))
    return root


def wrapped(root):
    """The signed Body goes into the header, a forged one takes its place."""
    body = root.find(f"{{{SOAP}}}Body")
    forged = copy.deepcopy(body)
    forged.set(f"{{{WSU}}}Id", "forged")
    forged.find(f".//{{{ANSWER}}}born").text = "1950-01-01"
    root.replace(body, forged)
    etree.SubElement(root[0], "{urn:x}Wrapper").append(body)
    return root


def two_bodies(root):
    other = copy.deepcopy(root[1])
    other.set(f"{{{WSU}}}Id", "other")
    root.append(other)
    return root


CONTENTS = {
    "another request": texts(IdPeticion="PUENTE0"), "no request": texts(IdPeticion=None),
    "another person": texts(Documentacion="87654321X"), "no person": texts(Documentacion=None),
    "not a date": texts(born="28/02/1974"), "no such day": texts(born="1974-02-30"), "two dates": twice("born"),
    "two records": twice("Datos"), "no date": texts(born=None), "empty date": texts(born=""),
    "another content": lambda content: xml.parse(f'<x xmlns="{ANSWER}"/>'),
}
ENVELOPES = {
    "unsigned": edited(unsigned), "changed after signing": edited(other_date), "wrapped": edited(wrapped),
    "two bodies": edited(two_bodies), "DOCTYPE": lambda octets: octets.replace(b"?>", b"?><!DOCTYPE x>", 1),
    "cut": lambda octets: octets[:-40], "no SOAP": lambda octets: b"<x/>", "nothing": lambda octets: b"",
    "half a million octets": lambda octets: octets + b" " * 500_000,
}
SOAP_FAULTS = {"dead": UNAVAILABLE, "slow": UNAVAILABLE, "hangs up": UNAVAILABLE, "a Fault": UNAVAILABLE,
               "signed by a stranger": INVALID, "two hours old": INVALID, "an old answer": INVALID,
               } | {name: MISSING if name in ("no date", "empty date") else INVALID for name in CONTENTS} | {
                   name: INVALID for name in ENVELOPES}


class _Handler(http.server.BaseHTTPRequestHandler):
    source = None

    def log_message(self, *_):
        pass

    def do_POST(self):
        source, octets = self.source, self.rfile.read(int(self.headers.get("Content-Length") or 0))
        time.sleep(LATE if source.fault == "slow" else 0)
        if source.fault == "hangs up":
            self.close_connection = True
            return
        try:
            action = self.headers.get("SOAPAction")
            require(action == '"peticionSincrona"', f"SOAPAction {action}")
            require((self.headers.get("Content-Type") or "").startswith("text/xml"), "Content-Type")
            status, said = source.answer(octets)
        except (Refused, AttributeError, IndexError) as fault:
            source.refusals.append(str(fault))
            status, said = 500, b"<no/>"
        if source.fault == "a Fault":
            status, said = 500, (f'<e:Envelope xmlns:e="{SOAP}"><e:Body><e:Fault><faultcode>e:Server</faultcode>'
                                 '<faultstring>no</faultstring></e:Fault></e:Body></e:Envelope>').encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/xml; charset=utf-8")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)
