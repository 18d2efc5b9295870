// SPDX-License-Identifier: EUPL-1.2
// The package manager takes no -D from pkg-config. Without XMLSEC_NO_SIZE_T all would compile, and sizes would be wider here
// than in the library; Tests/SecondOpinionTests measures them. The same seven stand in Package.swift for CSecondOpinion.
#define __XMLSEC_FUNCTION__ __func__
#define XMLSEC_NO_SIZE_T
#define XMLSEC_OPENSSL3_ENGINES 1
#define XMLSEC_NO_GOST 1
#define XMLSEC_NO_GOST2012 1
#define XMLSEC_NO_CRYPTO_DYNAMIC_LOADING 1
#define XMLSEC_CRYPTO_OPENSSL 1
// ICU's headers, which libxml2's encoding.h would pull in, clash with Foundation's copy of them.
#include <libxml/xmlversion.h>
#undef LIBXML_ICU_ENABLED
#include <xmlsec/xmlsec.h>
#include <xmlsec/xmldsig.h>
