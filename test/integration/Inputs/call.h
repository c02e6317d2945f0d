/* One call of a model, made from its descriptor alone. */

#ifndef CALL_H
#define CALL_H

#include <stdio.h>
#include <stdlib.h>

typedef struct Call {
  const bnopt_model *model;
  DLTensor input, output;
  void *workspace;
} Call;

static inline size_t bytesOf(const bnopt_tensor_info *info) {
  size_t bytes = info->type.bits / 8;
  for (int32_t i = 0; i < info->rank; ++i)
    bytes *= (size_t)info->shape[i];
  return bytes;
}

static inline DLTensor makeTensor(const bnopt_tensor_info *info) {
  DLTensor tensor = {
      malloc(bytesOf(info)),  {kDLCPU, 0}, info->rank, info->type,
      (int64_t *)info->shape, NULL,        0};
  return tensor;
}

/* A call with a workspace and an output of its own. */
static inline Call makeCall(const bnopt_model *model) {
  uint64_t alignment = model->workspace_alignment;
  uint64_t size = (model->workspace_size / alignment + 1) * alignment;
  Call call = {model, makeTensor(model->inputs), makeTensor(model->outputs),
               aligned_alloc(alignment, size)};
  return call;
}

static inline void freeCall(Call *call) {
  free(call->input.data);
  free(call->output.data);
  free(call->workspace);
}

static inline void readInput(Call *call, const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file ||
      fread(call->input.data, bytesOf(call->model->inputs), 1, file) != 1) {
    fprintf(stderr, "cannot read '%s'\n", path);
    exit(1);
  }
  fclose(file);
}

static inline void writeOutput(const Call *call, const char *path) {
  FILE *file = fopen(path, "wb");
  if (!file ||
      fwrite(call->output.data, bytesOf(call->model->outputs), 1, file) != 1) {
    fprintf(stderr, "cannot write '%s'\n", path);
    exit(1);
  }
  fclose(file);
}

typedef bnopt_status RunFunction(const DLTensor *const *, DLTensor *const *,
                                 void *, uint64_t, bnopt_error *);

static inline void runCall(Call *call, RunFunction *run) {
  const DLTensor *inputs[] = {&call->input};
  DLTensor *outputs[] = {&call->output};
  bnopt_error error = {""};
  if (run(inputs, outputs, call->workspace, call->model->workspace_size,
          &error) != BNOPT_OK) {
    fprintf(stderr, "%s\n", error.message);
    exit(1);
  }
}

#endif /* CALL_H */
