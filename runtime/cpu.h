/* Which instruction sets the processor and the operating system offer. */

#ifndef BNOPT_RUNTIME_CPU_H
#define BNOPT_RUNTIME_CPU_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Whether this machine runs code for `target`: names joined by '+', each a
 * level of the x86-64 psABI (`x86-64`, `x86-64-v2`, `-v3`, `-v4`) or a feature
 * in LLVM's spelling (`avx512vnni`). If not, `missing` gets the first name it
 * lacks. A name that is not known counts as missing. */
int bnoptSupportsTarget(const char *target, char *missing, size_t size);

#ifdef __cplusplus
}
#endif

#endif /* BNOPT_RUNTIME_CPU_H */
