/* The C interface of libraries that bn-opt compiles.
 *
 * A library holds one model. It allocates no memory while it runs and keeps
 * no state between runs, so any number of threads may run it at once as long
 * as each brings its own workspace and outputs. Only a refresh, which changes
 * the weights, must have the model to itself. Tensors are DLPack tensors in
 * host memory. */

#ifndef BNOPT_H
#define BNOPT_H

#include <dlpack/dlpack.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Of this header; a library states in its descriptor which one it follows. */
#define BNOPT_ABI_VERSION 2u

typedef enum bnopt_status {
  BNOPT_OK = 0,
  BNOPT_NULL_ARGUMENT = 1,
  BNOPT_WRONG_RANK = 2,
  BNOPT_WRONG_TYPE = 3,
  BNOPT_WRONG_SHAPE = 4,
  /* Strides that are neither NULL nor those of a compact row-major tensor. */
  BNOPT_WRONG_LAYOUT = 5,
  /* Memory that is not the host's. */
  BNOPT_WRONG_DEVICE = 6,
  /* Tensor data not aligned to its element, or the workspace not aligned to
   * `workspace_alignment`. */
  BNOPT_MISALIGNED = 7,
  BNOPT_WORKSPACE_TOO_SMALL = 8,
  /* This processor lacks an instruction set that the model is compiled for. */
  BNOPT_UNSUPPORTED_CPU = 9,
  BNOPT_KERNEL_FAILED = 10,
  /* A refresh takes each parameter of the model once, and no others. */
  BNOPT_UNKNOWN_PARAMETER = 11,
  BNOPT_MISSING_PARAMETER = 12,
  BNOPT_REPEATED_PARAMETER = 13,
  /* Other values for a parameter whose values the compiler has used. */
  BNOPT_FIXED_PARAMETER = 14,
  /* Values that no finite weights follow from. */
  BNOPT_INVALID_PARAMETER = 15
} bnopt_status;

/* Where a failed call explains itself: one line, terminated by a zero, cut at
 * the end if it is longer. The caller owns it. */
typedef struct bnopt_error {
  char message[256];
} bnopt_error;

/* What a model expects of one input, output or parameter. */
typedef struct bnopt_tensor_info {
  const char *name;
  const int64_t *shape; /* `rank` extents */
  int32_t rank;
  DLDataType type;
} bnopt_tensor_info;

/* New values for the parameter called `name`, an initializer of the model. */
typedef struct bnopt_parameter {
  const char *name;
  const DLTensor *tensor;
} bnopt_parameter;

/* What a library says about its model. Lives as long as the library is
 * loaded. */
typedef struct bnopt_model {
  uint32_t abi_version;
  int32_t num_inputs, num_outputs;
  /* The instruction sets the model is compiled for: names joined by '+', such
   * as `x86-64-v3` or `x86-64-v4+avx512vnni`. */
  const char *name, *target;
  const bnopt_tensor_info *inputs, *outputs;
  /* In bytes. A run needs that much memory, so aligned, to itself, and up to
   * 320 KiB of stack in the calling thread. */
  uint64_t workspace_size, workspace_alignment;
  /* Runs the model without looking at its arguments: one address for each
   * input and output, in order. Zero means success. Most callers want the
   * library's `<model>_run`, which checks first. */
  int32_t (*execute)(const void *const *inputs, void *const *outputs,
                     void *workspace);
  /* Sets how many threads, this library's pool and the caller together, work
   * on one run. Zero means one for each processor. */
  void (*set_threads)(int32_t);
  /* What a refresh takes, in the order of the model, and after these, not
   * counted by `num_parameters`, the parameters that are fixed. A refresh may
   * bring these too, of the values that they have. */
  int32_t num_parameters, num_fixed_parameters;
  const bnopt_tensor_info *parameters;
  /* Computes all weights of new parameters, or fails and changes nothing. Not
   * to be called during a run. NULL in a library that was not compiled with
   * --refreshable. */
  bnopt_status (*refresh)(const bnopt_parameter *parameters, size_t count,
                          bnopt_error *error);
} bnopt_model;

#ifdef __cplusplus
}
#endif

#endif /* BNOPT_H */
