// SPDX-License-Identifier: EUPL-1.2
// libxmlsec1 behind one call, with RSA-PSS, which Debian's 1.2.37 does not know, registered as transforms of its own.
#ifndef CSECONDOPINION_H
#define CSECONDOPINION_H
#include <stddef.h>
#include <stdint.h>

enum csecondopinion_verdict {
    CSECONDOPINION_VALID,
    CSECONDOPINION_INVALID,
    CSECONDOPINION_MALFORMED,
    CSECONDOPINION_NO_ELEMENT,
    CSECONDOPINION_NO_SIGNATURE,
    CSECONDOPINION_NO_KEY,
};

/// Initialises the library for the whole process and registers the transforms. Call once, after libxml2's own
/// initialisation. Returns 0, or -1.
int csecondopinion_initialize(void);

/// Judges the signature of one element of a document: its first `ds:Signature` child, or itself if it is one.
///
/// `attribute` is the name of the attributes that are identifiers; `identifier`, whose first bearer is judged, or NULL
/// for the document element; `key`, an EVP_PKEY, the only key there is; it stays the caller's. Nothing outside the document is
/// read.
/// When valid, `octets` is what the first Reference covers, to be given to `free`, and `references` their number.
enum csecondopinion_verdict csecondopinion_judge(
    const uint8_t *document, size_t length, const char *attribute, const char *identifier, void *key,
    uint8_t **octets, size_t *octet_count, size_t *references);

/// Size of a signature context as this code was compiled, and the least and the most that the library's own can have.
void csecondopinion_context_sizes(size_t *compiled, size_t *least, size_t *most);

#endif
