# SPDX-License-Identifier: EUPL-1.2
"""Writes a folder of signed and encrypted documents, over all algorithms and curves, for others to read.

    python -m peers.maker FOLDER
"""
import argparse
import pathlib
import sys

from lxml import etree

from . import decryption, encryption, keys, samples, santuario, signatures, spoil, xml
from .encryption import Transport, agreement
from .names import (CIPHERS, DIGESTS, MD, NATURAL, OAEP_MGF1P, SAML, SAMLP, SIGNATURES, XS, XSI, ds,
                    xenc)

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
        self.signers, self.recipients = {}, {}

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
                    for engine in ("signxml", "xmlsec", "Santuario"):
                        document = by(engine, SHAPES["namespaces on the root"](), signer, name)
                        self.signed(f"{kind} {name} by {engine}", document, signer, name, maker=engine)

    def shortened(self):
        """Santuario 2.1 leaves out the zero octets that both halves of an ECDSA value begin with."""
        signer = self.signers["p521"]
        while True:
            document = by("Santuario", SHAPES["namespaces on the root"](), signer, "ecdsa-sha512")
            if signatures.is_shortened(document, signer.certificate):
                break
        self.signed("p521 ecdsa-sha512, value shortened by Santuario", document, signer, "ecdsa-sha512",
                    maker="Santuario")

    def shapes(self):
        for kind, name in (("rsa3072", "rsa-pss-sha256"), ("p256", "ecdsa-sha256"), ("rsa3072", "rsa-sha512")):
            signer = self.signers[kind]
            for title, shape in SHAPES.items():
                at = 0 if title in ("metadata", "next to nothing") else None
                self.signed(f"{name}, {title}", signatures.sign(shape(), signer, name, at=at), signer, name)
                self.signed(f"{name}, {title}, by Santuario", santuario.sign(shape(), signer, name, at=at or 0), signer,
                            name, maker="Santuario")
            for title, options in (
                    ("empty reference", {"empty_reference": True}),
                    ("InclusiveNamespaces", {"prefixes": ("xs", "eidas-natural")}),
                    ("InclusiveNamespaces with #default", {"prefixes": ("#default", "xsi", "unbound")}),
                    ("certificate in lines", {"wrap": 76}),
                    ("digest longer than the signature's", {"digest": "sha512"})):
                document = signatures.sign(SHAPES["namespaces on the root"](), signer, name, **options)
                self.signed(f"{name}, {title}", document, signer, name)
                if "wrap" not in options:
                    document = santuario.sign(SHAPES["namespaces on the root"](), signer, name, at=1, **options)
                    self.signed(f"{name}, {title}, by Santuario", document, signer, name, maker="Santuario")

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
            for title, change in (("content changed", spoil.content), ("digest changed", spoil.digest),
                                  ("value changed", spoil.value)):
                bad = xml.parse(etree.tostring(document))
                change(bad)
                self.signed(f"{kind} {name}, {title}", bad, signer, name, expected=False)

    # --- encryption -------------------------------------------------------------------------------------------

    def encrypted(self, title, plain, elements, recipients, *, expected=None, maker=""):
        container = xml.parse(f'<saml2:EncryptedAssertion xmlns:saml2="{SAML}"/>')
        container.extend(elements)
        document = response()
        document.append(container)
        name = self.save(document)
        for recipient in recipients:
            key = decryption.for_recipient(recipient, container.iter(xenc("EncryptedKey")))
            method = key.find(xenc("EncryptionMethod")).get("Algorithm")
            self.samples.append(samples.Sample(
                name, "encrypted", title, elements[0].find(xenc("EncryptionMethod")).get("Algorithm"),
                recipient.certificate_pem.decode(), plain.decode() if expected is None else expected,
                key=recipient.key_pem.decode(), transport=method, curve=curve(recipient), maker=maker))

    def ciphers(self):
        plain = ASSERTION.format(ns=NAMESPACES).encode()
        for kind, recipient in self.recipients.items():
            for name, transport in transports(recipient):
                for cipher in CIPHERS:
                    for engine in ("xmlsec", "hand", "Santuario"):
                        if engine == "xmlsec" and not recipient.is_rsa and transport == Transport():
                            continue  # libxmlsec refuses empty parameters
                        if engine == "Santuario" and not recipient.is_rsa:
                            continue  # knows no ECDH-ES
                        elements = closed(engine, plain, [recipient.certificate], transport=transport, cipher=cipher)
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
        pair = [r for r in everybody if r.is_rsa]
        elements = santuario.encrypt(plain, [r.certificate for r in pair])
        self.encrypted("two recipients, by Santuario", plain, elements, pair, maker="Santuario")
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
                value.text = spoil.flipped(value.text)
                self.encrypted(f"{kind}, {title}", plain, elements, [one], expected=False)

    def run(self):
        kinds = ("rsa3072", "rsa4096", *keys.CURVES)
        self.signers = {kind: keys.identity(kind, f"signer {kind}") for kind in kinds}
        self.recipients = {kind: keys.identity(kind, f"recipient {kind}", "encrypt") for kind in kinds}
        for part in (self.algorithms, self.shortened, self.shapes, self.nested, self.spoiled, self.ciphers,
                     self.arrangements, self.unopened):
            part()
        samples.write(self.folder, self.samples)
        return self.samples


def by(engine, root, signer, name):
    if engine == "Santuario":
        return santuario.sign(root, signer, name, at=signatures.place(root))
    return signatures.sign(root, signer, name, engine=engine)


def closed(engine, plain, recipients, **options):
    if engine == "Santuario":
        return santuario.encrypt(plain, recipients, **options)
    return encryption.encrypt(plain, recipients, engine=engine, **options)


def curve(identity):
    return "" if identity.is_rsa else identity.key.curve.name


def transports(recipient):
    if recipient.is_rsa:
        return [*((f"OAEP {h}", Transport(digest=h, mgf=h)) for h in DIGESTS), ("mgf1p", Transport(OAEP_MGF1P, "sha1"))]
    return [("ECDH-ES", Transport()), ("ECDH-ES with parties", agreement(AlgorithmID="0041", PartyUInfo="0042")),
            ("ECDH-ES SHA-384 kw-aes128", agreement(PartyVInfo="00AB").named(digest="sha384", wrap=128))]


def main(arguments=None):
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("folder")
    given = options.parse_args(arguments)
    made = Maker(given.folder).run()
    print(f"{len(made)} samples in {given.folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
