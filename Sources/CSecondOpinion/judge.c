// SPDX-License-Identifier: EUPL-1.2
#include "csecondopinion.h"
#include "pss.h"
#include <libxml/xmlversion.h>
#undef LIBXML_ICU_ENABLED
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <limits.h>
#include <malloc.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/crypto.h>
#include <xmlsec/errors.h>
#include <xmlsec/keys.h>
#include <xmlsec/openssl/evp.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmltree.h>

static void silent(
    const char *file, int line, const char *function, const char *object, const char *subject, int reason,
    const char *message
) {
    (void)file, (void)line, (void)function, (void)object, (void)subject, (void)reason, (void)message;
}

int csecondopinion_initialize(void) {
    xmlSecErrorsSetCallback(silent);
    if (xmlSecInit() < 0 || xmlSecCheckVersion() != 1) return -1;
    if (xmlSecCryptoInit() < 0) return -1;
    return csecondopinion_register_pss();
}

static xmlNodePtr next_element(xmlNodePtr node) {
    xmlNodePtr child = xmlFirstElementChild(node);
    while (child == NULL && node != NULL && node->type == XML_ELEMENT_NODE) {
        child = xmlNextElementSibling(node);
        node = node->parent;
    }
    return child;
}

/// Makes all attributes of that name identifiers, and returns the first element that bears this one.
static xmlNodePtr find(xmlDocPtr document, const char *attribute, const char *identifier) {
    xmlNodePtr root = xmlDocGetRootElement(document), found = identifier == NULL ? root : NULL;
    for (xmlNodePtr node = root; node != NULL; node = next_element(node)) {
        xmlAttrPtr held = xmlHasNsProp(node, (const xmlChar *)attribute, NULL);
        xmlChar *value = held == NULL ? NULL : xmlGetNoNsProp(node, (const xmlChar *)attribute);
        if (value == NULL) continue;
        if (found == NULL && strcmp((const char *)value, identifier) == 0) found = node;
        xmlAddID(NULL, document, value, held);
        xmlFree(value);
    }
    return found;
}

static xmlNodePtr signature_of(xmlNodePtr element) {
    if (xmlSecCheckNodeName(element, xmlSecNodeSignature, xmlSecDSigNs)) return element;
    for (xmlNodePtr child = xmlFirstElementChild(element); child != NULL; child = xmlNextElementSibling(child)) {
        if (xmlSecCheckNodeName(child, xmlSecNodeSignature, xmlSecDSigNs)) return child;
    }
    return NULL;
}

/// The only key of a context, which therefore looks for none in KeyInfo and trusts no authority.
static xmlSecKeyPtr only_key(EVP_PKEY *public) {
    if (public == NULL || EVP_PKEY_up_ref(public) != 1) return NULL;
    xmlSecKeyDataPtr data = xmlSecOpenSSLEvpKeyAdopt(public);
    if (data == NULL) {
        EVP_PKEY_free(public);
        return NULL;
    }
    xmlSecKeyPtr key = xmlSecKeyCreate();
    if (key == NULL || xmlSecKeySetValue(key, data) < 0) {
        xmlSecKeyDataDestroy(data);
        if (key != NULL) xmlSecKeyDestroy(key);
        return NULL;
    }
    return key;
}

/// A copy of what the first Reference of a valid signature covers.
static int copy_octets(xmlSecDSigCtxPtr context, uint8_t **octets, size_t *count) {
    void *first = xmlSecPtrListGetItem(&context->signedInfoReferences, 0);
    xmlSecBufferPtr buffer = first == NULL ? NULL : xmlSecDSigReferenceCtxGetPreDigestBuffer(first);
    if (buffer == NULL) return -1;
    *count = xmlSecBufferGetSize(buffer);
    *octets = malloc(*count + 1);
    if (*octets == NULL) return -1;
    memcpy(*octets, xmlSecBufferGetData(buffer), *count);
    return 0;
}

static enum csecondopinion_verdict judge(
    xmlNodePtr signature, xmlSecKeyPtr key, uint8_t **octets, size_t *octet_count, size_t *references
) {
    xmlSecDSigCtxPtr context = xmlSecDSigCtxCreate(NULL);
    if (context == NULL) {
        xmlSecKeyDestroy(key);
        return CSECONDOPINION_INVALID;
    }
    context->signKey = key;
    context->flags |= XMLSEC_DSIG_FLAGS_STORE_SIGNEDINFO_REFERENCES;
    context->enabledReferenceUris = xmlSecTransformUriTypeEmpty | xmlSecTransformUriTypeSameDocument;
    int valid = xmlSecDSigCtxVerify(context, signature) >= 0 && context->status == xmlSecDSigStatusSucceeded
        && copy_octets(context, octets, octet_count) == 0;
    *references = xmlSecPtrListGetSize(&context->signedInfoReferences);
    xmlSecDSigCtxDestroy(context);
    ERR_clear_error();
    return valid ? CSECONDOPINION_VALID : CSECONDOPINION_INVALID;
}

enum csecondopinion_verdict csecondopinion_judge(
    const uint8_t *document, size_t length, const char *attribute, const char *identifier, void *key,
    uint8_t **octets, size_t *octet_count, size_t *references
) {
    int options = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;
    *octets = NULL, *octet_count = 0, *references = 0;
    if (length > INT_MAX) return CSECONDOPINION_MALFORMED;
    xmlDocPtr parsed = xmlReadMemory((const char *)document, (int)length, NULL, NULL, options);
    if (parsed == NULL) return CSECONDOPINION_MALFORMED;
    xmlNodePtr element = find(parsed, attribute, identifier);
    xmlNodePtr signature = element == NULL ? NULL : signature_of(element);
    xmlSecKeyPtr only = signature == NULL ? NULL : only_key(key);
    enum csecondopinion_verdict verdict = element == NULL ? CSECONDOPINION_NO_ELEMENT
        : signature == NULL ? CSECONDOPINION_NO_SIGNATURE
        : only == NULL ? CSECONDOPINION_NO_KEY : judge(signature, only, octets, octet_count, references);
    xmlFreeDoc(parsed);
    return verdict;
}

void csecondopinion_context_sizes(size_t *compiled, size_t *least, size_t *most) {
    *compiled = sizeof(xmlSecDSigCtx);
    xmlSecDSigCtxPtr context = xmlSecDSigCtxCreate(NULL);
    *most = context == NULL ? 0 : malloc_usable_size(context);
    // What the allocator hands out is at most 16 octets more than it was asked for.
    *least = *most < 16 ? 0 : *most - 16 + 1;
    if (context != NULL) xmlSecDSigCtxDestroy(context);
}
