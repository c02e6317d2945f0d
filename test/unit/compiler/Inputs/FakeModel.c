/* What the compiler generates for a model, written by hand: output = input ×
 * weight + bias over four floats. MODEL names the model. */

#include "runtime/support.h"

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define TEXT_(a) #a
#define TEXT(a) TEXT_(a)
#define HIDDEN __attribute__((visibility("hidden")))

HIDDEN extern const float JOIN(MODEL, _weights)[];

/* The same name in every model, as equal kernels have. */
HIDDEN int kernel(const float *input, const float *weights, float *output);

static int32_t execute(const void *const *inputs, void *const *outputs,
                       void *workspace) {
  (void)workspace;
  return kernel(inputs[0], JOIN(MODEL, _weights), outputs[0]);
}

static const int64_t shape[] = {1, 4};
static const bnopt_tensor_info input = {"data_0", shape, 2, {kDLFloat, 32, 1}};
static const bnopt_tensor_info output = {"prob/1", shape, 2, {kDLFloat, 32, 1}};

static const bnopt_model descriptor = {.abi_version = BNOPT_ABI_VERSION,
                                       .num_inputs = 1,
                                       .num_outputs = 1,
                                       .name = TEXT(MODEL),
                                       .target = "x86-64",
                                       .inputs = &input,
                                       .outputs = &output,
                                       .workspace_size = 256,
                                       .workspace_alignment = 64,
                                       .execute = execute,
                                       .set_threads = bnopt_set_threads};

const bnopt_model *JOIN(MODEL, _model)(void) { return &descriptor; }

const bnopt_model *bnopt_library_model(void) { return &descriptor; }

bnopt_status JOIN(MODEL, _run)(const DLTensor *const *inputs,
                               DLTensor *const *outputs, void *workspace,
                               uint64_t workspaceSize, bnopt_error *error) {
  return bnopt_run_checked(&descriptor, inputs, outputs, workspace,
                           workspaceSize, error);
}

void JOIN(MODEL, _set_threads)(int32_t threads) { bnopt_set_threads(threads); }
