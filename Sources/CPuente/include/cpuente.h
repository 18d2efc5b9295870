// SPDX-License-Identifier: EUPL-1.2
// The little C that Swift cannot import: library initialisation, macros, and zlib with a hard bound.
#ifndef CPUENTE_H
#define CPUENTE_H
#include <stddef.h>
#include <stdint.h>

/// Initialises libxml2 for use from several threads and silences its messages for good. Call once.
void cpuente_initialize(void);

/// Frees memory that libxml2 handed out (xmlFree is a macro or a global, depending on the build).
void cpuente_xml_free(void *memory);

/// Raw DEFLATE (RFC 1951), in one call. Returns the number of bytes written, or -1: malformed input or
/// trailing bytes, or -2: the result would exceed `capacity`.
long cpuente_inflate(const uint8_t *input, size_t count, uint8_t *output, size_t capacity);

/// Raw DEFLATE. Returns the number of bytes written, or -1 if `capacity` is too small.
long cpuente_deflate(const uint8_t *input, size_t count, uint8_t *output, size_t capacity);

/// Undoes the padding of RSA-OAEP without a label, in constant time (RFC 8017 §7.1.2). `digest` and `mgf` are EVP_MD.
/// Returns the number of bytes written, or -1.
long cpuente_undo_oaep(const uint8_t *padded, size_t count, uint8_t *output, size_t capacity, const void *digest,
                       const void *mgf);

/// Whether `word` occurs in `text`.
int cpuente_contains(const uint8_t *text, size_t count, const uint8_t *word, size_t length);

/// The place of the first such octet; -1 if there is none.
ptrdiff_t cpuente_place(const uint8_t *text, size_t count, uint8_t octet);

/// Keeps the memory of this process out of core files and debuggers, and lets nothing that it starts gain privileges.
/// Returns 0, or an errno.
int cpuente_seal_process(void);

#endif
