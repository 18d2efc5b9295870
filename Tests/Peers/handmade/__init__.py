# SPDX-License-Identifier: EUPL-1.2
"""XML security and eIDAS messages written by hand on `cryptography` and `lxml`, by people who had not seen Puente.

Origin: the peer of this project's benchmark of SAML software, by the same authors and under the same licence. These
five modules are its own, unchanged but for the licence line. They share no code with `peers`, whose XML security is
signxml's and libxmlsec's; `peers.handmade_peers` lets them take part in logins.
"""
