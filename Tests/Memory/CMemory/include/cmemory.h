// SPDX-License-Identifier: EUPL-1.2
#ifndef CMEMORY_H
#define CMEMORY_H
#include <stddef.h>

/// Octets of the heap that are handed out.
size_t cmemory_in_use(void);

#endif
