# SPDX-License-Identifier: EUPL-1.2
"""Algorithm identifiers and the named suites of the workload."""
from dataclasses import dataclass

DS = "http://www.w3.org/2000/09/xmldsig#"
DSIG11 = "http://www.w3.org/2009/xmldsig11#"
XENC = "http://www.w3.org/2001/04/xmlenc#"
XENC11 = "http://www.w3.org/2009/xmlenc11#"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
MORE07 = "http://www.w3.org/2007/05/xmldsig-more#"
EXC_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = DS + "enveloped-signature"

DIGESTS = {
    "sha256": XENC + "sha256",
    "sha384": MORE + "sha384",
    "sha512": XENC + "sha512",
}
DIGEST_BY_URI = {uri: name for name, uri in DIGESTS.items()}
# SHA-1 appears only inside OAEP (where collision resistance does not matter) and never as a
# signature digest.
OAEP_DIGESTS = dict(DIGESTS, sha1=DS + "sha1")
OAEP_DIGEST_BY_URI = {uri: name for name, uri in OAEP_DIGESTS.items()}
MGF_BY_URI = {XENC11 + f"mgf1{h}": h for h in ("sha1", "sha256", "sha384", "sha512")}

# signature scheme -> hash -> identifier
SIGNATURES = {
    "pkcs1": {h: MORE + f"rsa-{h}" for h in DIGESTS},
    "pss": {h: MORE07 + f"{h}-rsa-MGF1" for h in DIGESTS},
    "ecdsa": {h: MORE + f"ecdsa-{h}" for h in DIGESTS},
}
SIGNATURE_BY_URI = {uri: (scheme, h) for scheme, m in SIGNATURES.items() for h, uri in m.items()}

CIPHERS = {
    "aes128-gcm": (XENC11 + "aes128-gcm", 16),
    "aes256-gcm": (XENC11 + "aes256-gcm", 32),
    "aes128-cbc": (XENC + "aes128-cbc", 16),
    "aes256-cbc": (XENC + "aes256-cbc", 32),
}
CIPHER_BY_URI = {uri: (name, size) for name, (uri, size) in CIPHERS.items()}
OAEP_MGF1P = XENC + "rsa-oaep-mgf1p"
OAEP_11 = XENC11 + "rsa-oaep"
ECDH_ES = XENC11 + "ECDH-ES"
CONCAT_KDF = XENC11 + "ConcatKDF"
KW_AES = {16: XENC + "kw-aes128", 32: XENC + "kw-aes256"}
KW_SIZE_BY_URI = {uri: size for size, uri in KW_AES.items()}


@dataclass(frozen=True)
class Suite:
    name: str
    sign_key: str            # key type of the signing keys
    scheme: str              # pkcs1 | pss | ecdsa
    hash: str                # digest and signature hash
    enc_key: str             # key type of the encryption keys
    transport: str           # oaep-mgf1p | oaep-11 | ecdh-es
    oaep_hash: str = "sha1"  # OAEP digest
    mgf_hash: str = "sha1"   # OAEP mask hash (always sha1 for oaep-mgf1p)
    cipher: str = "aes256-gcm"

    @property
    def signature_uri(self):
        return SIGNATURES[self.scheme][self.hash]

    @property
    def digest_uri(self):
        return DIGESTS[self.hash]


def _table():
    out = {}

    def add(name, *args, **kw):
        out[name] = Suite(name, *args, **kw)

    for size in ("3072", "4096"):
        for h in ("sha256", "sha512"):
            # PKCS#1 v1.5 signatures with the one OAEP form that every baseline can decrypt
            add(f"rsa{size}-{h}", f"rsa{size}", "pkcs1", h, f"rsa{size}", "oaep-mgf1p")
            # what the eIDAS cryptographic requirements ask of RSA: PSS, and OAEP with SHA-2
            add(f"rsa{size}-pss-{h}", f"rsa{size}", "pss", h, f"rsa{size}", "oaep-11",
                oaep_hash=h, mgf_hash=h)
    # ECDSA signatures, RSA key transport: the common deployment of eIDAS nodes with EC keys
    add("ec256-rsa3072enc", "ec256", "ecdsa", "sha256", "rsa3072", "oaep-mgf1p")
    # all-EC: ECDSA and ECDH-ES/ConcatKDF/AES key wrap
    add("ec256-ecdh", "ec256", "ecdsa", "sha256", "ec256", "ecdh-es")
    # the same common suite with AES-CBC, for implementations without GCM
    add("rsa3072-sha256-cbc", "rsa3072", "pkcs1", "sha256", "rsa3072", "oaep-mgf1p",
        cipher="aes256-cbc")
    return out


SUITES = _table()
