#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# Writes the certificates and revocation lists of this folder anew, with OpenSSL 3. The keys of the certificates are those
# of ../keys; the key of the authority is thrown away.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat > "$work/ca.conf" <<CONF
[ca]
default_ca = own
[own]
database = $work/index.txt
serial = $work/serial
new_certs_dir = $work
default_md = sha256
policy = any
crl_extensions = crl
default_crl_days = 30
unique_subject = no
[any]
commonName = supplied
[crl]
authorityKeyIdentifier = keyid
[delta]
authorityKeyIdentifier = keyid
2.5.29.27 = critical,DER:020101
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[leaf]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature,nonRepudiation
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
CONF

own() { openssl "$1" -config "$work/ca.conf" "${@:2}" 2>> "$work/log" || { cat "$work/log" >&2; exit 1; }; }
authority() { # name, how its key is made
    openssl genpkey -quiet "${@:2}" -out "$work/$1.key"
    own req -new -key "$work/$1.key" -subj "/CN=Test authority $1" -out "$work/$1.csr"
    : > "$work/index.txt"
    own ca -selfsign -batch -rand_serial -extensions authority -startdate 20200101000000Z -enddate 20560101000000Z \
        -keyfile "$work/$1.key" -in "$work/$1.csr" -notext -out "$1.pem"
}
leaf() { # name, key
    own req -new -key "../keys/$2.pem" -subj "/CN=Test $1" -out "$work/$1.csr"
    own ca -batch -rand_serial -extensions leaf -startdate 20200101000000Z -enddate 20550101000000Z \
        -keyfile "$work/good.key" -cert good.pem -in "$work/$1.csr" -notext -out "$1.pem"
}
list() { # name, authority, begin and end, certificates that are revoked by then; more options in $options
    local name=$1 by=$2 begin=${3%-*} end=${3#*-}
    shift 3
    cp "$work/index.txt" "$work/index.kept"
    for gone in "$@"; do own ca -keyfile "$work/$by.key" -cert "$by.pem" -revoke "$gone.pem"; done
    own ca -gencrl -keyfile "$work/$by.key" -cert "$by.pem" \
        -crl_lastupdate "${begin}000000Z" -crl_nextupdate "${end}000000Z" ${options:-} -out "$name.crl"
    mv "$work/index.kept" "$work/index.txt"
}

curve=(-algorithm EC -pkeyopt ec_paramgen_curve:P-256)
authority other "${curve[@]}"
authority rsa -algorithm RSA -pkeyopt rsa_keygen_bits:2048
authority good "${curve[@]}"
leaf signer p384-1
leaf peer p256-1
leaf next p521-1
always=20260301-20560101
list none good $always
list older good 20260201-20560101
list signer-revoked good $always signer
list peer-revoked good $always peer
list ended good 20260301-20260302
list ended-signer-revoked good 20260301-20260302 signer
list other other $always
options="-crlexts delta" list delta good $always
options="-md sha1" list sha1 good $always
options="-sigopt rsa_padding_mode:pss" list pss rsa $always
options="-md sha1 -sigopt rsa_padding_mode:pss" list pss-sha1 rsa $always
# The last octet of the signature is another.
openssl crl -in none.crl -outform DER | python3 -c '
import sys
octets = bytearray(sys.stdin.buffer.read())
octets[-1] ^= 1
sys.stdout.buffer.write(octets)' > forged.crl
# No NextUpdate; it says so before anybody looks at the signature.
openssl crl -in none.crl -outform DER | python3 -c '
import sys
def body(octets):
    size = octets[1] & 127 if octets[1] > 127 else 0
    return octets[2 + size:]
def sequence(body):
    size = len(body).to_bytes(2, "big").lstrip(b"\0")
    return b"\x30" + (bytes([128 + len(size)]) if len(body) > 127 else b"") + size + body
whole = body(sys.stdin.buffer.read())
end = b"\x18\x0f20560101000000Z"
place = whole.index(end)
size = 2 + (whole[1] & 127 if whole[1] > 127 else 0)
length = int.from_bytes(whole[2:size], "big") if size > 2 else whole[1]
content = whole[size:size + length].replace(end, b"")
sys.stdout.buffer.write(sequence(sequence(content) + whole[size + length:]))' > endless.crl
