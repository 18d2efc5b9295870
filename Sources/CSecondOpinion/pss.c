// SPDX-License-Identifier: EUPL-1.2
#include "pss.h"
#include <libxml/xmlversion.h>
#undef LIBXML_ICU_ENABLED
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <string.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/keys.h>
#include <xmlsec/transforms.h>
#include <xmlsec/openssl/crypto.h>

typedef struct {
    xmlSecTransform base;
    EVP_MD_CTX *context;
} PSSTransform;

/// By digest: SHA-256, SHA-384, SHA-512.
static xmlSecTransformKlass klasses[3];

static EVP_MD_CTX *context_of(xmlSecTransformPtr transform) { return ((PSSTransform *)transform)->context; }

static const EVP_MD *digest_of(xmlSecTransformPtr transform) {
    if (transform->id == &klasses[0]) return EVP_sha256();
    return transform->id == &klasses[1] ? EVP_sha384() : EVP_sha512();
}

static int initialize(xmlSecTransformPtr transform) {
    ((PSSTransform *)transform)->context = EVP_MD_CTX_new();
    return context_of(transform) == NULL ? -1 : 0;
}

static void finalize(xmlSecTransformPtr transform) { EVP_MD_CTX_free(context_of(transform)); }

static int set_key_requirement(xmlSecTransformPtr transform, xmlSecKeyReqPtr requirement) {
    if (transform->operation != xmlSecTransformOperationVerify) return -1;
    requirement->keyId = xmlSecOpenSSLKeyDataRsaId;
    requirement->keyType = xmlSecKeyDataTypePublic;
    requirement->keyUsage = xmlSecKeyUsageVerify;
    return 0;
}

/// The mask is made with the same digest, and the salt is as long as the digest.
static int set_key(xmlSecTransformPtr transform, xmlSecKeyPtr key) {
    const EVP_MD *digest = digest_of(transform);
    xmlSecKeyDataPtr value = xmlSecKeyGetValue(key);
    EVP_PKEY_CTX *parameters = NULL;
    if (value == NULL || !xmlSecKeyDataCheckId(value, xmlSecOpenSSLKeyDataRsaId)) return -1;
    EVP_PKEY *public = xmlSecOpenSSLKeyDataRsaGetEvp(value);
    int done = public != NULL && EVP_DigestVerifyInit(context_of(transform), &parameters, digest, NULL, public) == 1
        && EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) == 1
        && EVP_PKEY_CTX_set_rsa_mgf1_md(parameters, digest) == 1
        && EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) == 1;
    return done ? 0 : -1;
}

static int execute(xmlSecTransformPtr transform, int last, xmlSecTransformCtxPtr unused) {
    (void)unused;
    if (transform->status == xmlSecTransformStatusNone) transform->status = xmlSecTransformStatusWorking;
    if (transform->status != xmlSecTransformStatusWorking) return 0;
    xmlSecSize size = xmlSecBufferGetSize(&transform->inBuf);
    if (size > 0) {
        if (EVP_DigestVerifyUpdate(context_of(transform), xmlSecBufferGetData(&transform->inBuf), size) != 1) return -1;
        if (xmlSecBufferRemoveHead(&transform->inBuf, size) < 0) return -1;
    }
    if (last) transform->status = xmlSecTransformStatusFinished;
    return 0;
}

static int verify(
    xmlSecTransformPtr transform, const xmlSecByte *value, xmlSecSize size, xmlSecTransformCtxPtr unused
) {
    (void)unused;
    if (transform->status != xmlSecTransformStatusFinished) return -1;
    int fits = EVP_DigestVerifyFinal(context_of(transform), value, size) == 1;
    transform->status = fits ? xmlSecTransformStatusOk : xmlSecTransformStatusFail;
    return 0;
}

#define PSS(bits) { \
    .klassSize = sizeof(xmlSecTransformKlass), \
    .objSize = sizeof(PSSTransform), \
    .name = (const xmlChar *)"rsa-pss-sha" #bits, \
    .href = (const xmlChar *)"http://www.w3.org/2007/05/xmldsig-more#sha" #bits "-rsa-MGF1", \
    .usage = xmlSecTransformUsageSignatureMethod, \
    .initialize = initialize, \
    .finalize = finalize, \
    .setKeyReq = set_key_requirement, \
    .setKey = set_key, \
    .verify = verify, \
    .getDataType = xmlSecTransformDefaultGetDataType, \
    .pushBin = xmlSecTransformDefaultPushBin, \
    .popBin = xmlSecTransformDefaultPopBin, \
    .execute = execute, \
}

static xmlSecTransformKlass klasses[3] = {PSS(256), PSS(384), PSS(512)};

int csecondopinion_register_pss(void) {
    for (int i = 0; i < 3; i++) {
        if (xmlSecTransformIdsRegister(&klasses[i]) < 0) return -1;
    }
    return 0;
}
