// SPDX-License-Identifier: EUPL-1.2
#define _GNU_SOURCE
// The paddings of RSA are there in OpenSSL 3, and nothing else does them without a key.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "cpuente.h"
#include <libxml/xmlversion.h>
#undef LIBXML_ICU_ENABLED
#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <libxml/globals.h>
#include <errno.h>
#include <limits.h>
#include <openssl/rsa.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <zlib.h>

static void silent(void *context, const char *message, ...) {
    (void)context;
    (void)message;
}

void cpuente_initialize(void) {
    xmlInitParser();
    xmlThrDefSetGenericErrorFunc(NULL, silent);
    xmlSetGenericErrorFunc(NULL, silent);
}

void cpuente_xml_free(void *memory) { xmlFree(memory); }

long cpuente_inflate(const uint8_t *input, size_t count, uint8_t *output, size_t capacity) {
    z_stream stream;
    if (count > UINT_MAX || capacity > UINT_MAX) return -2;
    memset(&stream, 0, sizeof stream);
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return -1;
    stream.next_in = (Bytef *)input;
    stream.avail_in = (uInt)count;
    stream.next_out = output;
    stream.avail_out = (uInt)capacity;
    int code = inflate(&stream, Z_FINISH);
    long written = (long)(capacity - stream.avail_out);
    uInt left = stream.avail_in;
    int full = stream.avail_out == 0;
    inflateEnd(&stream);
    if (code == Z_STREAM_END) return left == 0 ? written : -1;
    return full && (code == Z_BUF_ERROR || code == Z_OK) ? -2 : -1;
}

long cpuente_deflate(const uint8_t *input, size_t count, uint8_t *output, size_t capacity) {
    z_stream stream;
    if (count > UINT_MAX || capacity > UINT_MAX) return -1;
    memset(&stream, 0, sizeof stream);
    if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK) return -1;
    stream.next_in = (Bytef *)input;
    stream.avail_in = (uInt)count;
    stream.next_out = output;
    stream.avail_out = (uInt)capacity;
    int code = deflate(&stream, Z_FINISH);
    long written = (long)(capacity - stream.avail_out);
    deflateEnd(&stream);
    return code == Z_STREAM_END ? written : -1;
}

long cpuente_undo_oaep(const uint8_t *padded, size_t count, uint8_t *output, size_t capacity, const void *digest,
                       const void *mgf) {
    if (count < 1 || count > 4096 || capacity > 4096) return -1;
    return RSA_padding_check_PKCS1_OAEP_mgf1(output, (int)capacity, padded, (int)count, (int)count, NULL, 0, digest, mgf);
}

int cpuente_contains(const uint8_t *text, size_t count, const uint8_t *word, size_t length) {
    return memmem(text, count, word, length) != NULL;
}

ptrdiff_t cpuente_place(const uint8_t *text, size_t count, uint8_t octet) {
    const uint8_t *found = memchr(text, octet, count);
    return found ? found - text : -1;
}

int cpuente_seal_process(void) {
    const struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_CORE, &none) != 0) return errno;
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return errno;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
    return 0;
}
