// SPDX-License-Identifier: EUPL-1.2
#include "cmemory.h"
#include <malloc.h>

size_t cmemory_in_use(void) {
    struct mallinfo2 heap = mallinfo2();
    return heap.uordblks + heap.hblkhd;
}
