/* The part of a compiled library that is the same in all of them: argument
 * checks, zeroed halos, and the hooks of the Halide runtime. Compiled for the
 * oldest processor of the family, so that a library can still explain that
 * the processor is too old for the rest of it. Uses nothing but libc. */

#include "runtime/support.h"
#include "runtime/cpu.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

/* The error that kernels called by this thread report to. Initial-exec costs
 * a library eight bytes of static thread storage, and saves it the
 * dependency on the dynamic linker's __tls_get_addr. */
static _Thread_local bnopt_error *currentError
    __attribute__((tls_model("initial-exec")));

bnopt_status bnopt_fail(bnopt_error *error, bnopt_status status,
                        const char *format, ...) {
  if (error) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
  }
  return status;
}

/* Room for the text of a shape or a type; longer ones are cut. */
typedef struct Text {
  char characters[96];
} Text;

static Text shapeText(const int64_t *shape, int32_t rank) {
  Text text = {"scalar"};
  size_t used = 0;
  for (int32_t i = 0; i < rank && used < sizeof text.characters; ++i)
    used +=
        (size_t)snprintf(text.characters + used, sizeof text.characters - used,
                         "%s%" PRId64, i ? "x" : "", shape[i]);
  return text;
}

static Text typeText(DLDataType type) {
  static const char *const prefixes[] = {"i", "u", "f", "handle", "bf", "c"};
  Text text;
  size_t size = sizeof text.characters;
  size_t known = sizeof prefixes / sizeof prefixes[0];
  const char *prefix = type.code < known ? prefixes[type.code] : "unknown";
  int used = snprintf(text.characters, size, "%s%u", prefix, type.bits);
  if (type.lanes != 1)
    snprintf(text.characters + used, size - (size_t)used, "x%u", type.lanes);
  return text;
}

/* One tensor of a call beside what the model expects of it. */
typedef struct Argument {
  const char *role; /* "input", "output" or "parameter" */
  const bnopt_tensor_info *info;
  const DLTensor *tensor;
} Argument;

static bnopt_status checkType(Argument a, bnopt_error *error) {
  if (a.tensor->ndim != a.info->rank)
    return bnopt_fail(error, BNOPT_WRONG_RANK,
                      "%s '%s' expects rank %" PRId32 ", but got %" PRId32,
                      a.role, a.info->name, a.info->rank,
                      (int32_t)a.tensor->ndim);
  DLDataType expected = a.info->type, got = a.tensor->dtype;
  if (got.code != expected.code || got.bits != expected.bits ||
      got.lanes != expected.lanes)
    return bnopt_fail(
        error, BNOPT_WRONG_TYPE, "%s '%s' expects type %s, but got %s", a.role,
        a.info->name, typeText(expected).characters, typeText(got).characters);
  if (a.info->rank > 0 && !a.tensor->shape)
    return bnopt_fail(error, BNOPT_NULL_ARGUMENT, "shape of %s '%s' is null",
                      a.role, a.info->name);
  size_t shapeBytes = (size_t)a.info->rank * sizeof(int64_t);
  if (a.info->rank > 0 &&
      memcmp(a.tensor->shape, a.info->shape, shapeBytes) != 0)
    return bnopt_fail(
        error, BNOPT_WRONG_SHAPE, "%s '%s' expects shape %s, but got %s",
        a.role, a.info->name, shapeText(a.info->shape, a.info->rank).characters,
        shapeText(a.tensor->shape, a.tensor->ndim).characters);
  return BNOPT_OK;
}

/* The stride of a dimension of extent 1 is never used, so producers write
 * anything there. */
static bnopt_status checkLayout(Argument a, bnopt_error *error) {
  if (!a.tensor->strides)
    return BNOPT_OK;
  int64_t compact = 1;
  for (int32_t i = a.info->rank - 1; i >= 0; --i) {
    if (a.info->shape[i] != 1 && a.tensor->strides[i] != compact)
      return bnopt_fail(error, BNOPT_WRONG_LAYOUT,
                        "%s '%s' expects stride %" PRId64
                        " in dimension %" PRId32
                        " (row-major without gaps), but got %" PRId64,
                        a.role, a.info->name, compact, i, a.tensor->strides[i]);
    compact *= a.info->shape[i];
  }
  return BNOPT_OK;
}

static bnopt_status checkMemory(Argument a, bnopt_error *error) {
  if (a.tensor->device.device_type != kDLCPU)
    return bnopt_fail(
        error, BNOPT_WRONG_DEVICE,
        "%s '%s' expects host memory (DLPack device type %d), but got "
        "device type %d",
        a.role, a.info->name, (int)kDLCPU, (int)a.tensor->device.device_type);
  if (!a.tensor->data)
    return bnopt_fail(error, BNOPT_NULL_ARGUMENT, "data of %s '%s' is null",
                      a.role, a.info->name);
  uint64_t alignment = (uint64_t)a.info->type.bits * a.info->type.lanes / 8;
  uint64_t address = (uintptr_t)a.tensor->data + a.tensor->byte_offset;
  if (alignment > 1 && address % alignment != 0)
    return bnopt_fail(error, BNOPT_MISALIGNED,
                      "%s '%s' expects data aligned to %" PRIu64
                      " bytes, but got address 0x%" PRIx64,
                      a.role, a.info->name, alignment, address);
  return BNOPT_OK;
}

bnopt_status bnopt_check_tensor(const char *role, const bnopt_tensor_info *info,
                                const DLTensor *tensor, void **address,
                                bnopt_error *error) {
  Argument a = {role, info, tensor};
  if (!a.tensor)
    return bnopt_fail(error, BNOPT_NULL_ARGUMENT, "%s '%s' is null", a.role,
                      a.info->name);
  bnopt_status status = checkType(a, error);
  if (status == BNOPT_OK)
    status = checkLayout(a, error);
  if (status == BNOPT_OK)
    status = checkMemory(a, error);
  if (status == BNOPT_OK)
    *address = (char *)a.tensor->data + a.tensor->byte_offset;
  return status;
}

static bnopt_status checkWorkspace(const bnopt_model *model, void *workspace,
                                   uint64_t size, bnopt_error *error) {
  if (model->workspace_size == 0)
    return BNOPT_OK;
  if (!workspace)
    return bnopt_fail(error, BNOPT_NULL_ARGUMENT, "workspace is null");
  if (size < model->workspace_size)
    return bnopt_fail(error, BNOPT_WORKSPACE_TOO_SMALL,
                      "workspace expects %" PRIu64 " bytes, but got %" PRIu64,
                      model->workspace_size, size);
  if ((uintptr_t)workspace % model->workspace_alignment != 0)
    return bnopt_fail(error, BNOPT_MISALIGNED,
                      "workspace expects alignment to %" PRIu64
                      " bytes, but got address 0x%" PRIxPTR,
                      model->workspace_alignment, (uintptr_t)workspace);
  return BNOPT_OK;
}

/* Asking a virtual machine's processor for its features traps to the
 * hypervisor, so a target that was found good is remembered. */
static bnopt_status checkProcessor(const bnopt_model *model,
                                   bnopt_error *error) {
  static _Atomic(const char *) supported;
  if (atomic_load_explicit(&supported, memory_order_relaxed) == model->target)
    return BNOPT_OK;
  char missing[32];
  if (!bnoptSupportsTarget(model->target, missing, sizeof missing))
    return bnopt_fail(
        error, BNOPT_UNSUPPORTED_CPU,
        "model '%s' is compiled for target '%s', but this processor "
        "lacks '%s'",
        model->name, model->target, missing);
  atomic_store_explicit(&supported, model->target, memory_order_relaxed);
  return BNOPT_OK;
}

static bnopt_status execute(const bnopt_model *model, const void *const *inputs,
                            void *const *outputs, void *workspace,
                            bnopt_error *error) {
  bnopt_error ignored;
  bnopt_error *report = error ? error : &ignored;
  bnopt_error *outer = currentError;
  report->message[0] = '\0';
  currentError = report;
  int32_t result = model->execute(inputs, outputs, workspace);
  currentError = outer;
  if (result == 0)
    return BNOPT_OK;
  /* A worker of the pool that fails has no error to write to. */
  if (report->message[0] == '\0')
    bnopt_fail(report, BNOPT_KERNEL_FAILED,
               "a kernel of model '%s' failed with status %" PRId32,
               model->name, result);
  return BNOPT_KERNEL_FAILED;
}

bnopt_status bnopt_run_checked(const bnopt_model *model,
                               const DLTensor *const *inputs,
                               DLTensor *const *outputs, void *workspace,
                               uint64_t workspaceSize, bnopt_error *error) {
  if (!inputs && model->num_inputs > 0)
    return bnopt_fail(error, BNOPT_NULL_ARGUMENT, "inputs is null");
  if (!outputs && model->num_outputs > 0)
    return bnopt_fail(error, BNOPT_NULL_ARGUMENT, "outputs is null");
  void *inputAddresses[model->num_inputs + 1];
  void *outputAddresses[model->num_outputs + 1];
  bnopt_status status = checkProcessor(model, error);
  for (int32_t i = 0; status == BNOPT_OK && i < model->num_inputs; ++i) {
    status = bnopt_check_tensor("input", &model->inputs[i], inputs[i],
                                &inputAddresses[i], error);
  }
  for (int32_t i = 0; status == BNOPT_OK && i < model->num_outputs; ++i) {
    status = bnopt_check_tensor("output", &model->outputs[i], outputs[i],
                                &outputAddresses[i], error);
  }
  if (status == BNOPT_OK)
    status = checkWorkspace(model, workspace, workspaceSize, error);
  if (status != BNOPT_OK)
    return status;
  return execute(model, (const void *const *)inputAddresses, outputAddresses,
                 workspace, error);
}

/* Zeroes `pixels` pixels of `channels` channels each. */
static void zeroPixels(float *first, int64_t pixels, int64_t channels,
                       int64_t stride) {
  if (stride == channels) {
    memset(first, 0, (size_t)(pixels * channels) * sizeof(float));
    return;
  }
  for (int64_t i = 0; i < pixels; ++i)
    memset(first + i * stride, 0, (size_t)channels * sizeof(float));
}

void bnopt_zero_halo(float *interior, const int64_t *geometry) {
  int64_t images = geometry[0], channels = geometry[1];
  int64_t height = geometry[2], width = geometry[3];
  int64_t strideN = geometry[4], strideH = geometry[6], strideW = geometry[7];
  int64_t top = geometry[8], bottom = geometry[9];
  int64_t left = geometry[10], right = geometry[11];
  for (int64_t n = 0; n < images; ++n) {
    for (int64_t y = -top; y < height + bottom; ++y) {
      float *row = interior + n * strideN + y * strideH;
      if (y < 0 || y >= height) {
        zeroPixels(row - left * strideW, left + width + right, channels,
                   strideW);
        continue;
      }
      zeroPixels(row - left * strideW, left, channels, strideW);
      zeroPixels(row + width * strideW, right, channels, strideW);
    }
  }
}

/* Of the Halide runtime. */
extern int halide_set_num_threads(int threads);
void halide_error(void *context, const char *message);
void halide_print(void *context, const char *message);

void bnopt_set_threads(int32_t threads) {
  halide_set_num_threads(threads > 0 ? threads : 0);
}

/* Replaces the runtime's own handler, which aborts the process. The kernel
 * returns a status after it. */
void halide_error(void *context, const char *message) {
  (void)context;
  if (!currentError)
    return;
  size_t length = strcspn(message, "\n");
  snprintf(currentError->message, sizeof currentError->message, "%.*s",
           (int)length, message);
}

/* A library has no business on the streams of its process. */
void halide_print(void *context, const char *message) {
  (void)context;
  (void)message;
}
