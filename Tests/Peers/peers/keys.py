# SPDX-License-Identifier: EUPL-1.2
"""Fresh keys and self-signed certificates. Everything here is throw-away."""
import datetime as dt
import functools
import ipaddress
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

CURVES = {
    "p256": ec.SECP256R1, "p384": ec.SECP384R1, "p521": ec.SECP521R1,
    "bp256": ec.BrainpoolP256R1, "bp384": ec.BrainpoolP384R1, "bp512": ec.BrainpoolP512R1,
}
KINDS = ("rsa2048", "rsa3072", "rsa4096", *CURVES)


@dataclass(frozen=True)
class Identity:
    """A private key and the certificate over its public half."""

    key: object
    certificate: x509.Certificate
    kind: str

    @property
    def is_rsa(self):
        return isinstance(self.key, rsa.RSAPrivateKey)

    @property
    def key_pem(self):
        return self.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                      serialization.NoEncryption())

    @property
    def certificate_pem(self):
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def signature(self, digest="sha256"):
        """Name of the algorithm that eIDAS wants of such a key."""
        return ("rsa-pss-" if self.is_rsa else "ecdsa-") + digest


def private_key(kind):
    if kind in CURVES:
        return ec.generate_private_key(CURVES[kind]())
    return rsa.generate_private_key(65537, int(kind.removeprefix("rsa")))


def certify(key, common_name, use="sign", *, issuer=None, serial=None, days=(-1, 30), country="XX", signer=None,
            address=None):
    """A certificate over `key`, signed by itself, or by `signer` with the name `issuer`; for a server at `address`."""
    subject = x509.Name([
        x509.NameAttribute(NameOID.COUNTRY_NAME, country),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Puente test peers"),
        x509.NameAttribute(NameOID.COMMON_NAME, common_name),
    ])
    is_rsa, signs, is_ca = isinstance(key, rsa.RSAPrivateKey), use == "sign", use == "authority"
    usage = x509.KeyUsage(
        digital_signature=signs, content_commitment=False, key_encipherment=use == "encrypt" and is_rsa,
        data_encipherment=False, key_agreement=use == "encrypt" and not is_rsa, key_cert_sign=is_ca, crl_sign=is_ca,
        encipher_only=False, decipher_only=False)
    today = dt.datetime.now(dt.timezone.utc)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject).issuer_name(issuer or subject).public_key(key.public_key())
        .serial_number(serial or x509.random_serial_number())
        .not_valid_before(today + dt.timedelta(days=days[0])).not_valid_after(today + dt.timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        .add_extension(usage, critical=True))
    if address:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]),
                                        critical=False)
    return builder.sign(signer or key, hashes.SHA256())


def identity(kind, common_name, use="sign", **options):
    key = private_key(kind)
    return Identity(key, certify(key, common_name, use, **options), kind)


@functools.cache
def stranger(kind="rsa3072"):
    """A key that nobody has registered, the same one throughout a run."""
    return identity(kind, "stranger")


def kind_of(public):
    """The name that `private_key` takes for a key like this one."""
    if isinstance(public, rsa.RSAPublicKey):
        return f"rsa{public.key_size}"
    return next(kind for kind, curve in CURVES.items() if curve.name == public.curve.name)


def clone(original):
    """Same subject, issuer and serial number over another key, as a forger would make it."""
    certificate = original.certificate
    name = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
    country = certificate.subject.get_attributes_for_oid(NameOID.COUNTRY_NAME)[0].value
    return identity(original.kind, name, serial=certificate.serial_number, country=country)


def certificate(pem_or_der):
    if b"-----BEGIN" in pem_or_der:
        return x509.load_pem_x509_certificate(pem_or_der)
    return x509.load_der_x509_certificate(pem_or_der)


def der(cert):
    return cert.public_bytes(serialization.Encoding.DER)


def public_pem(key):
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def private(pem):
    return serialization.load_pem_private_key(pem, None)
