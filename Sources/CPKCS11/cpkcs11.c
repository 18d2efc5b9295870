// SPDX-License-Identifier: EUPL-1.2
#include "cpkcs11.h"
#include <stddef.h>

// 68 functions behind the version, as every module lays them out: a slip in the list above does not compile.
_Static_assert(sizeof(CK_FUNCTION_LIST) == 69 * sizeof(void *), "68 functions");
_Static_assert(offsetof(CK_FUNCTION_LIST, C_OpenSession) == 13 * sizeof(void *), "C_OpenSession is the 13th");
_Static_assert(offsetof(CK_FUNCTION_LIST, C_FindObjectsInit) == 27 * sizeof(void *), "C_FindObjectsInit is the 27th");
_Static_assert(offsetof(CK_FUNCTION_LIST, C_DecryptInit) == 34 * sizeof(void *), "C_DecryptInit is the 34th");
_Static_assert(offsetof(CK_FUNCTION_LIST, C_SignInit) == 43 * sizeof(void *), "C_SignInit is the 43rd");
_Static_assert(offsetof(CK_FUNCTION_LIST, C_DeriveKey) == 63 * sizeof(void *), "C_DeriveKey is the 63rd");
