// SPDX-License-Identifier: EUPL-1.2
#ifndef CFUZZER_H
#define CFUZZER_H
#include <stddef.h>
#include <stdint.h>

/// libFuzzer's own main function, with the target as an argument.
int LLVMFuzzerRunDriver(int *count, char ***arguments, int (*target)(const uint8_t *octets, size_t size));

/// LeakSanitizer's switches: what is allocated between the two is never called a leak.
void __lsan_disable(void);
void __lsan_enable(void);

#endif
