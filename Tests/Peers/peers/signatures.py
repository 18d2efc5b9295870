# SPDX-License-Identifier: EUPL-1.2
"""Enveloped XML signatures: made by signxml or libxmlsec, judged by signxml, libxmlsec, Santuario and the
xmlsec1 program.

signxml 5.2 digests with an InclusiveNamespaces list but does not write it, and cannot write an empty Reference URI
for an element that has an ID: those two forms are made by libxmlsec.
"""
import copy
import pathlib
import shutil
import subprocess
import tempfile

import signxml
import xmlsec
from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod

from . import keys, santuario
from .names import DIGESTS, DS, EC14N, ENVELOPED, SIGNATURES, ds, saml
from .xml import Refused, alone, canonical, encode, parse, require, unwrapped

T = xmlsec.constants


class _Signer(signxml.XMLSigner):
    """signxml without its refusal of SHA-1: hostile cases need old algorithms."""

    def check_deprecated_methods(self):
        pass


def place(root):
    """Index of the signature: right after Issuer, else first (SAML Core 2.0 §3.2.1, Cl@ve dossier §2.5)."""
    return 1 if len(root) and root[0].tag == saml("Issuer") else 0


def sign(root, signer, algorithm, *, digest=None, empty_reference=False, prefixes=(), engine=None, wrap=0, at=None,
         certificate=None):
    """A copy of `root` with an enveloped signature.

    `algorithm` and `digest` are names (`rsa-pss-sha256`, `sha256`) or whole identifiers; `wrap` is the line length
    of the certificate's Base64, 0 for none; `certificate` is shown in KeyInfo instead of the signer's own.
    """
    method = SIGNATURES.get(algorithm, algorithm)
    digest = DIGESTS.get(digest or algorithm.rsplit("-", 1)[-1], digest)
    engine = engine or ("xmlsec" if empty_reference or prefixes else "signxml")
    root = parse(etree.tostring(root))
    at = place(root) if at is None else at
    shown = certificate or signer.certificate
    if engine == "signxml":
        signed = _by_signxml(root, signer, method, digest, at, shown)
    else:
        signed = _by_xmlsec(root, signer, method, digest, at, shown, "" if empty_reference else "#" + root.get("ID"),
                            prefixes)
    for element in signed[at].iter(ds("X509Certificate")):  # not covered by the signature
        element.text = wrapped(encode(keys.der(shown)), wrap)
    return signed


def wrapped(text, width):
    return "\n".join(text[i:i + width] for i in range(0, len(text), width)) if width else text


def _by_signxml(root, signer, method, digest, at, shown):
    placeholder = etree.Element(ds("Signature"), nsmap={"ds": DS}, Id="placeholder")
    root.insert(at, placeholder)
    machine = _Signer(signature_algorithm=SignatureMethod(method), digest_algorithm=DigestAlgorithm(digest),
                      c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0)
    return machine.sign(root, key=signer.key, cert=[shown], reference_uri="#" + root.get("ID"), id_attribute="ID")


def template(method, digest, uri, prefixes=()):
    """An unsigned ds:Signature in the SAML profile."""
    included = f'<ec:InclusiveNamespaces xmlns:ec="{EC14N}" PrefixList="{" ".join(prefixes)}"/>' if prefixes else ""
    return parse(
        f'<ds:Signature xmlns:ds="{DS}"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="{EC14N}"/>'
        f'<ds:SignatureMethod Algorithm="{method}"/><ds:Reference URI="{uri}"><ds:Transforms>'
        f'<ds:Transform Algorithm="{ENVELOPED}"/><ds:Transform Algorithm="{EC14N}">{included}</ds:Transform>'
        f'</ds:Transforms><ds:DigestMethod Algorithm="{digest}"/><ds:DigestValue/></ds:Reference></ds:SignedInfo>'
        '<ds:SignatureValue/><ds:KeyInfo><ds:X509Data><ds:X509Certificate/></ds:X509Data></ds:KeyInfo>'
        '</ds:Signature>')


def _by_xmlsec(root, signer, method, digest, at, shown, uri, prefixes):
    signature = template(method, digest, uri, prefixes)
    root.insert(at, signature)
    return sign_template(root, signature, signer, shown)


def sign_template(root, signature, signer, shown=None):
    """Lets libxmlsec fill in a signature that already stands in the document."""
    xmlsec.tree.add_ids(root, ["ID"])
    key = xmlsec.Key.from_memory(signer.key_pem, T.KeyDataFormatPem)
    key.load_cert_from_memory(keys.Identity(signer.key, shown or signer.certificate, "").certificate_pem,
                              T.KeyDataFormatPem)
    context = xmlsec.SignatureContext()
    context.key = key
    context.sign(signature)
    return root


def structure(root, certificate=None, *, algorithms, at=None, empty_reference=False, prefixes=False):
    """The profile of a signature that we accept: where it stands and what is in it, before any cryptography."""
    found = root.findall(ds("Signature"))
    require(len(found) == 1, f"{len(found)} signatures on {etree.QName(root).localname}")
    signature = found[0]
    others = [child for child in root if child is not signature]
    require(root.index(signature) == (place(others) if at is None else at), "signature stands in the wrong place")
    require([etree.QName(c).localname for c in signature] == ["SignedInfo", "SignatureValue", "KeyInfo"],
            "signature has other children than SignedInfo, SignatureValue, KeyInfo")
    info = signature[0]
    require([etree.QName(c).localname for c in info] == ["CanonicalizationMethod", "SignatureMethod", "Reference"],
            "SignedInfo does not hold exactly one Reference")
    require(info[0].get("Algorithm") == EC14N and (prefixes or not len(info[0])), "SignedInfo not in exclusive C14N")
    require(info[1].get("Algorithm") in algorithms, f"signature algorithm {info[1].get('Algorithm')}")
    reference = info[2]
    uris = {"#" + root.get("ID", "")} | ({""} if empty_reference else set())
    require(reference.get("URI") in uris, f"Reference {reference.get('URI')!r} is not to the signed element")
    transforms = reference.findall(f"{ds('Transforms')}/{ds('Transform')}")
    require([t.get("Algorithm") for t in transforms] == [ENVELOPED, EC14N], "other transforms than the two of SAML")
    require(prefixes or not any(len(t) for t in transforms), "InclusiveNamespaces found")
    require(reference.find(ds("DigestMethod")).get("Algorithm") in DIGESTS.values(), "digest algorithm")
    shown = signature.findall(f"{ds('KeyInfo')}/{ds('X509Data')}/{ds('X509Certificate')}")
    require(len(shown) == 1, f"{len(shown)} certificates in KeyInfo")
    if certificate is not None:
        require("".join(shown[0].text.split()) == encode(keys.der(certificate)), "KeyInfo shows another certificate")
    return signature


def verify(element, certificate, **expected):
    """The signed element without its signature; its canonical form is what signxml and Santuario found signed, and
    libxmlsec agrees.

    Not the signed octets themselves: exclusive C14N leaves out the prefixes that only occur in an `xsi:type`.
    Raises Refused. `expected` goes to `structure`.
    """
    root = alone(element)
    identifiers = [v for e in root.iter() for v in (e.get("ID"), e.get("Id")) if v]
    require(len(identifiers) == len(set(identifiers)), "an identifier is repeated")
    require(not list(root.iter(etree.Comment, etree.PI)), "comments or processing instructions")
    signature = structure(root, certificate, **expected)
    by_xmlsec(root, certificate)
    signed = by_signxml(root, certificate)
    require(santuario.by_santuario(root, certificate) == signed, "Santuario finds something else signed")
    included = prefixes_of(signature)
    root.remove(signature)
    require(canonical(root, included) == signed, "what is signed is not what is read")
    return root


def prefixes_of(signature):
    """The InclusiveNamespaces of the reference."""
    found = signature.find(f".//{ds('Transform')}/{{{EC14N}}}InclusiveNamespaces")
    return tuple(found.get("PrefixList", "").split()) if found is not None else ()


def by_signxml(root, certificate):
    """The octets that are signed."""
    try:
        result = signxml.XMLVerifier().verify(
            root, x509_cert=certificate, id_attribute="ID",
            expect_config=signxml.SignatureConfiguration(location="./", expect_references=1))
    except Exception as error:  # signxml raises a dozen kinds, its dependencies more: all mean no
        raise Refused(f"signature: {error}") from None
    return result.signed_data


def by_xmlsec(root, certificate):
    """Second judge: libxmlsec of the PyPI wheel, with this one key and no key manager."""
    root = alone(root)
    xmlsec.tree.add_ids(root, ["ID"])
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(keys.public_pem(certificate.public_key()), T.KeyDataFormatPem)
    try:
        context.verify(root.find(ds("Signature")))
    except xmlsec.Error as error:
        raise Refused(f"signature: {error}") from None


def is_shortened(root, certificate):
    """Whether the ECDSA value is not as wide as the curve asks: signxml does not read it, everybody else does."""
    public = certificate.public_key()
    if isinstance(public, rsa.RSAPublicKey):
        return False
    value = unwrapped(root.findtext(f"{ds('Signature')}/{ds('SignatureValue')}"))
    return len(value) < 2 * ((public.key_size + 7) // 8)


def program():
    """The xmlsec1 program (Debian 12: 1.2.37, without RSA-PSS), or None."""
    return shutil.which("xmlsec1")


def program_can(algorithm_uri):
    return "-rsa-MGF1" not in algorithm_uri


def by_program(root, certificate):
    """Third judge: the xmlsec1 program."""
    name = etree.QName(root)
    with tempfile.TemporaryDirectory() as folder:
        document, key = pathlib.Path(folder, "document.xml"), pathlib.Path(folder, "key.pem")
        document.write_bytes(etree.tostring(copy.deepcopy(root)))
        key.write_bytes(keys.public_pem(certificate.public_key()))
        ran = subprocess.run(
            [program(), "--verify", "--pubkey-pem", key, "--id-attr:ID", f"{name.namespace}:{name.localname}",
             document], capture_output=True, timeout=60, check=False)
    require(ran.returncode == 0, "xmlsec1: " + ran.stderr.decode(errors="replace").strip()[-200:])
