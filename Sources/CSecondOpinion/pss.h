// SPDX-License-Identifier: EUPL-1.2
#ifndef CSECONDOPINION_PSS_H
#define CSECONDOPINION_PSS_H

/// Registers RSA-PSS with SHA-256, SHA-384 and SHA-512 (RFC 9231 §2.3.9), for verification. Returns 0, or -1.
int csecondopinion_register_pss(void);

#endif
