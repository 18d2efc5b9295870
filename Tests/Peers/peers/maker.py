# SPDX-License-Identifier: EUPL-1.2
"""Writes a folder of signed and encrypted documents, over all algorithms and curves, for others to read.

    python -m peers.maker FOLDER
"""
import argparse
import pathlib
import sys

from lxml import etree

from . import encryption, keys, samples, signatures, xml
from .encryption import Transport, agreement
from .names import (CIPHERS, DIGESTS, MD, NATURAL, OAEP_MGF1P, SAML, SAMLP, SIGNATURES, XS, XSI, ds,
                    saml, xenc)

ASSERTION = (
    '<saml2:Assertion {ns} ID="_a" Version="2.0" IssueInstant="2026-03-02T09:18:02.500Z"><saml2:Issuer>'
    'https://node.example/metadata</saml2:Issuer><saml2:AttributeStatement><saml2:Attribute Name="n">'
    '<saml2:AttributeValue xsi:type="eidas-natural:CurrentFamilyNameType" eidas-natural:LatinScript="false">'
    'Καλαμάρης &amp; &lt;Söhne&gt;</saml2:AttributeValue></saml2:Attribute></saml2:AttributeStatement>'
    '</saml2:Assertion>')
NAMESPACES = f'xmlns:saml2="{SAML}" xmlns:xsi="{XSI}" xmlns:eidas-natural="{NATURAL}" xmlns:xs="{XS}"'
RESPONSE = (
    '<saml2p:Response xmlns:saml2p="{p}" {ns} ID="_r" Version="2.0" IssueInstant="2026-03-02T09:18:02.500Z"'
    ' Destination="https://puente.example/acs"><saml2:Issuer>https://node.example/metadata</saml2:Issuer>'
    '<saml2p:Status><saml2p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></saml2p:Status>'
    '{inside}</saml2p:Response>')


def response(inside="", ns=NAMESPACES):
    return xml.parse(RESPONSE.format(p=SAMLP, ns=ns, inside=inside))


# Shapes of a document to be signed: title -> unsigned root with ID `_r`.
SHAPES = {
    "namespaces on the root": lambda: response(ASSERTION.format(ns="")),
    "namespaces where they are used": lambda: response(ASSERTION.format(ns=NAMESPACES), f'xmlns:saml2="{SAML}"'),
    "default namespaces that change": lambda: xml.parse(
        f'<Response xmlns="{SAMLP}" ID="_r" Version="2.0"><Issuer xmlns="{SAML}">https://node.example/metadata'
        f'</Issuer><Status><StatusCode Value="x"/></Status><Assertion xmlns="{SAML}" ID="_a"><Issuer>i</Issuer>'
        '<x xmlns="">none</x></Assertion></Response>'),
    "one prefix bound twice": lambda: xml.parse(
        f'<a:Response xmlns:a="{SAMLP}" ID="_r"><a:Issuer xmlns:a="{SAML}">https://node.example/metadata</a:Issuer>'
        '<a:Status><b:x xmlns:b="urn:b" b:y="1" a:z="2"/></a:Status></a:Response>'),
    "blanks, line ends and references": lambda: xml.parse(
        f'<p:Response xmlns:p="{SAMLP}" xmlns:s="{SAML}" ID="_r" a=" x&#9;y&#10;z&#13; " b="&quot;&lt;&amp;\'">\n'
        '  <s:Issuer>https://node.example/metadata</s:Issuer>\n\t<p:Status>&#13;\n &amp; ]]&gt; é 𝄞 \u2028</p:Status>\n'
        '</p:Response>'),
    "comments, which C14N leaves out": lambda: xml.parse(
        f'<p:Response xmlns:p="{SAMLP}" xmlns:s="{SAML}" ID="_r"><s:Issuer>https://node.example/metadata</s:Issuer>'
        '<p:Status/><!-- between --><p:x/></p:Response>'),
    "a hundred thousand characters": lambda: response(
        "".join(f'<saml2:Attribute Name="n{i}">{"x" * 90}</saml2:Attribute>' for i in range(700))),
    "next to nothing": lambda: xml.parse('<x ID="_r"/>'),
    "metadata": lambda: xml.parse(
        f'<md:EntityDescriptor xmlns:md="{MD}" ID="_r" entityID="https://node.example/metadata"'
        ' validUntil="2027-01-01T00:00:00Z"><md:Extensions/><md:IDPSSODescriptor/></md:EntityDescriptor>'),
}


class Maker:
    def __init__(self, folder):
        self.folder, self.samples = pathlib.Path(folder), []
        self.folder.mkdir(parents=True, exist_ok=True)
        kinds = ("rsa3072", "rsa4096", *keys.CURVES)
        self.signers = {kind: keys.identity(kind, f"signer {kind}") for kind in kinds}
        self.recipients = {kind: keys.identity(kind, f"recipient {kind}", "encrypt") for kind in kinds}

    def save(self, document):
        name = f"{len(self.samples):03d}.xml"
        (self.folder / name).write_bytes(xml.write(document))
        return name

    # --- signatures -------------------------------------------------------------------------------------------

    def signed(self, title, document, signer, name, *, element="_r", expected=True, maker="", certificate=None):
        self.samples.append(samples.Sample(
            self.save(document), "signed", title, SIGNATURES[name],
            (certificate or signer).certificate_pem.decode(), expected, element, curve=curve(signer), maker=maker))

    def algorithms(self):
        for kind, signer in self.signers.items():
            for name in SIGNATURES:
                if name.startswith("rsa") == signer.is_rsa:
                    for engine in ("signxml", "xmlsec"):
                        root = SHAPES["namespaces on the root"]()
                        document = signatures.sign(root, signer, name, engine=engine)
                        self.signed(f"{kind} {name} by {engine}", document, signer, name, maker=engine)

    def shapes(self):
        for kind, name in (("rsa3072", "rsa-pss-sha256"), ("p256", "ecdsa-sha256"), ("rsa3072", "rsa-sha512")):
            signer = self.signers[kind]
            for title, shape in SHAPES.items():
                at = 0 if title in ("metadata", "next to nothing") else None
                self.signed(f"{name}, {title}", signatures.sign(shape(), signer, name, at=at), signer, name)
            for title, options in (
                    ("empty reference", {"empty_reference": True}),
                    ("InclusiveNamespaces", {"prefixes": ("xs", "eidas-natural")}),
                    ("InclusiveNamespaces with #default", {"prefixes": ("#default", "xsi", "unbound")}),
                    ("certificate in lines", {"wrap": 76}),
                    ("digest longer than the signature's", {"digest": "sha512"})):
                document = signatures.sign(SHAPES["namespaces on the root"](), signer, name, **options)
                self.signed(f"{name}, {title}", document, signer, name)

    def nested(self):
        for kind, name in (("rsa3072", "rsa-pss-sha256"), ("bp256", "ecdsa-sha384")):
            inner, outer = self.signers[kind], self.signers["rsa4096"]
            for title, ns in (("near", NAMESPACES), ("far", "")):
                assertion = xml.parse(ASSERTION.format(ns=NAMESPACES))
                root = response(ns=NAMESPACES if not ns else f'xmlns:saml2="{SAML}"')
                root.append(signatures.sign(assertion, inner, name))  # drops what is declared further out
                both = signatures.sign(root, outer, "rsa-pss-sha512")
                self.signed(f"assertion {name}, namespaces {title}", both, inner, name, element="_a")
                self.signed(f"response around it, namespaces {title}", both, outer, "rsa-pss-sha512")

    def spoiled(self):
        for kind, name in (("rsa3072", "rsa-pss-sha384"), ("rsa3072", "rsa-sha256"), ("p384", "ecdsa-sha384"),
                           ("bp512", "ecdsa-sha512")):
            signer = self.signers[kind]
            document = signatures.sign(SHAPES["namespaces on the root"](), signer, name)
            other = keys.identity(kind, "somebody else")
            self.signed(f"{kind} {name}, another certificate", document, signer, name, expected=False,
                        certificate=other)
            for title, spoil in (("content changed", spoil_content), ("digest changed", spoil_digest),
                                 ("value changed", spoil_value)):
                bad = xml.parse(etree.tostring(document))
                spoil(bad)
                self.signed(f"{kind} {name}, {title}", bad, signer, name, expected=False)

    # --- encryption -------------------------------------------------------------------------------------------

    def encrypted(self, title, plain, elements, recipients, *, expected=None, maker=""):
        container = xml.parse(f'<saml2:EncryptedAssertion xmlns:saml2="{SAML}"/>')
        container.extend(elements)
        document = response()
        document.append(container)
        name = self.save(document)
        for recipient in recipients:
            key = next((k for k in container.iter(xenc("EncryptedKey")) if shows(k, recipient)), None)
            method = "" if key is None else key.find(xenc("EncryptionMethod")).get("Algorithm")
            self.samples.append(samples.Sample(
                name, "encrypted", title, elements[0].find(xenc("EncryptionMethod")).get("Algorithm"),
                recipient.certificate_pem.decode(), plain.decode() if expected is None else expected,
                key=recipient.key_pem.decode(), transport=method, curve=curve(recipient), maker=maker))

    def ciphers(self):
        plain = ASSERTION.format(ns=NAMESPACES).encode()
        for kind, recipient in self.recipients.items():
            for name, transport in transports(recipient):
                for cipher in CIPHERS:
                    for engine in ("xmlsec", "hand"):
                        if engine == "xmlsec" and not recipient.is_rsa and transport == Transport():
                            continue  # libxmlsec refuses empty parameters
                        elements = encryption.encrypt(plain, [recipient.certificate], transport=transport,
                                                      cipher=cipher, engine=engine)
                        self.encrypted(f"{kind} {name} {cipher} by {engine}", plain, elements, [recipient],
                                       maker=engine)

    def arrangements(self):
        plain = ASSERTION.format(ns=NAMESPACES).encode()
        everybody = list(self.recipients.values())
        for beside in (False, True):
            place = "beside with RetrievalMethod" if beside else "inside KeyInfo"
            for kind in ("rsa3072", "p256", "bp384"):
                one = self.recipients[kind]
                elements = encryption.encrypt(plain, [one.certificate], beside=beside)
                self.encrypted(f"{kind}, EncryptedKey {place}", plain, elements, [one])
            elements = encryption.encrypt(plain, [r.certificate for r in everybody], beside=beside)
            self.encrypted(f"eight recipients, EncryptedKey {place}", plain, elements, everybody)
        for title, text in (("a small plain text", b"<a/>"), ("a large plain text", b"<a>" + b"x" * 60000 + b"</a>"),
                            ("default namespace inside", f'<Assertion xmlns="{SAML}" ID="_a"/>'.encode())):
            one = self.recipients["rsa3072"]
            self.encrypted(title, text, encryption.encrypt(text, [one.certificate]), [one])

    def unopened(self):
        plain = ASSERTION.format(ns=NAMESPACES).encode()
        for kind in ("rsa3072", "p256", "bp256"):
            one = self.recipients[kind]
            for title, path in (("content changed", "."), ("wrapped key changed", f".//{xenc('EncryptedKey')}")):
                elements = encryption.encrypt(plain, [one.certificate])
                value = elements[0].find(f"{path}/{xenc('CipherData')}/{xenc('CipherValue')}")
                octets = bytearray(xml.unwrapped(value.text))
                octets[-1] ^= 1
                value.text = xml.encode(bytes(octets))
                self.encrypted(f"{kind}, {title}", plain, elements, [one], expected=False)

    def run(self):
        for part in (self.algorithms, self.shapes, self.nested, self.spoiled, self.ciphers, self.arrangements,
                     self.unopened):
            part()
        samples.write(self.folder, self.samples)
        return self.samples


def curve(identity):
    return "" if identity.is_rsa else identity.key.curve.name


def shows(key, recipient):
    wanted = xml.encode(keys.der(recipient.certificate))
    return any(c.text == wanted for c in key.iter(ds("X509Certificate")))


def transports(recipient):
    if recipient.is_rsa:
        return [*((f"OAEP {h}", Transport(digest=h, mgf=h)) for h in DIGESTS), ("mgf1p", Transport(OAEP_MGF1P, "sha1"))]
    return [("ECDH-ES", Transport()), ("ECDH-ES with parties", agreement(AlgorithmID="0041", PartyUInfo="0042")),
            ("ECDH-ES SHA-384 kw-aes128", agreement(PartyVInfo="00AB").named(digest="sha384", wrap=128))]


def spoil_content(root):
    root.find(f".//{saml('Issuer')}").text += "x"


def spoil_digest(root):
    root.find(f".//{ds('DigestValue')}").text = xml.encode(bytes(48))


def spoil_value(root):
    value = root.find(f".//{ds('SignatureValue')}")
    octets = bytearray(xml.unwrapped(value.text))
    octets[7] ^= 1
    value.text = xml.encode(bytes(octets))


def main(arguments=None):
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("folder")
    given = options.parse_args(arguments)
    made = Maker(given.folder).run()
    print(f"{len(made)} samples in {given.folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
