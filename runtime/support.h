/* What the generated host function of a model calls. These functions are part
 * of every compiled library and invisible outside it. */

#ifndef BNOPT_RUNTIME_SUPPORT_H
#define BNOPT_RUNTIME_SUPPORT_H

#include "runtime/bnopt.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Checks every argument against the descriptor, then runs the model. `error`
 * may be NULL. Kernels use unaligned vector loads, so tensors need no more
 * than the alignment of their element; the workspace needs
 * `workspace_alignment`, because the memory plan packs tensors by cache
 * lines. A model that needs no workspace takes NULL. */
bnopt_status bnopt_run_checked(const bnopt_model *model,
                               const DLTensor *const *inputs,
                               DLTensor *const *outputs, void *workspace,
                               uint64_t workspaceSize, bnopt_error *error);

/* Writes to `error`, unless NULL, in words what `status` says; returns it. */
__attribute__((format(printf, 3, 4))) bnopt_status
bnopt_fail(bnopt_error *error, bnopt_status status, const char *format, ...);

/* Checks `tensor` against `info`; sets `address` to where its first element
 * lies. Messages call it by its `role`: "input", "output", "parameter". */
bnopt_status bnopt_check_tensor(const char *role, const bnopt_tensor_info *info,
                                const DLTensor *tensor, void **address,
                                bnopt_error *error);

/* Zeroes the halo of a channels-last tensor. `interior` is the address of
 * element (0, 0, 0, 0); `geometry` is {n, c, h, w, strideN, strideC, strideH,
 * strideW, top, bottom, left, right} in elements, where strideC is 1 and the
 * last four say how far the halo reaches beyond the interior. Only the `c`
 * channels of each pixel are written, so the tensor may be a slice. */
void bnopt_zero_halo(float *interior, const int64_t *geometry);

/* Sets the number of threads of this library's pool; zero and less mean one
 * for each processor. */
void bnopt_set_threads(int32_t threads);

#ifdef __cplusplus
}
#endif

#endif /* BNOPT_RUNTIME_SUPPORT_H */
