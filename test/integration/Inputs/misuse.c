/* Calls a model wrongly in every way that an application can, and prints the
 * status and the message of each. */

#include "first.h"

#include "call.h"

static Call call;

static void report(const char *what, int32_t workspaceOffset,
                   uint64_t workspaceSize) {
  const DLTensor *inputs[] = {&call.input};
  DLTensor *outputs[] = {&call.output};
  char *workspace = call.workspace;
  bnopt_error error = {""};
  int status =
      first_run(inputs, outputs, workspace ? workspace + workspaceOffset : NULL,
                workspaceSize, &error);
  printf("%s: %d: %s\n", what, status, error.message);
}

int main(void) {
  call = makeCall(first_model());
  readInput(&call, "input.f32");
  const Call good = call;
  const uint64_t size = FIRST_WORKSPACE_SIZE;
  int64_t shape[] = {1, 3, 32, 33}, strides[] = {3072, 1, 96, 3};

  report("good", 0, size);
  call.input.data = NULL;
  report("null", 0, size);
  call = good;
  call.input.ndim = 3;
  report("rank", 0, size);
  call = good;
  call.output.dtype.bits = 64;
  report("type", 0, size);
  call = good;
  call.input.shape = shape;
  report("shape", 0, size);
  call = good;
  call.input.strides = strides;
  report("layout", 0, size);
  call = good;
  call.input.device.device_type = kDLCUDA;
  report("device", 0, size);
  call = good;
  call.input.byte_offset = 1;
  report("alignment", 0, size);
  call = good;
  report("workspace", 0, first_model()->workspace_size - 1);
  report("workspace alignment", 32, size);
  call.workspace = NULL;
  report("no workspace", 0, size);
  call = good;
  report("good again", 0, size);
  freeCall(&call);
  return 0;
}
