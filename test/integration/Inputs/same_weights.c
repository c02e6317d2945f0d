/* Compares the weights of a refreshed model, byte by byte, with those that a
 * compilation has given.
 *   same_weights PARAMETERS.f32 WEIGHTS.bin */

#include "model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Hidden, so visible to the program that the object is linked into. */
extern const char model_weights[];

static char *readAll(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  if (!file) {
    fprintf(stderr, "cannot read '%s'\n", path);
    exit(2);
  }
  fseek(file, 0, SEEK_END);
  *size = (size_t)ftell(file);
  rewind(file);
  char *bytes = malloc(*size);
  if (fread(bytes, 1, *size, file) != *size)
    exit(2);
  fclose(file);
  return bytes;
}

int main(int argc, char **argv) {
  if (argc != 3)
    return 2;
  size_t numbersSize, weightsSize;
  char *numbers = readAll(argv[1], &numbersSize);
  char *weights = readAll(argv[2], &weightsSize);
  const bnopt_model *model = model_model();
  bnopt_parameter *parameters =
      calloc((size_t)model->num_parameters, sizeof *parameters);
  size_t used = 0;
  for (int32_t i = 0; i < model->num_parameters; ++i) {
    const bnopt_tensor_info *info = &model->parameters[i];
    DLTensor *tensor = calloc(1, sizeof *tensor);
    tensor->data = numbers + used;
    tensor->device.device_type = kDLCPU;
    tensor->ndim = info->rank;
    tensor->dtype = info->type;
    tensor->shape = (int64_t *)info->shape;
    parameters[i].name = info->name;
    parameters[i].tensor = tensor;
    size_t bytes = sizeof(float);
    for (int32_t d = 0; d < info->rank; ++d)
      bytes *= (size_t)info->shape[d];
    used += bytes;
  }
  int before = memcmp(model_weights, weights, weightsSize) == 0;
  bnopt_error error = {""};
  bnopt_status status =
      model_refresh(parameters, (size_t)model->num_parameters, &error);
  int after = memcmp(model_weights, weights, weightsSize) == 0;
  printf("%zu of %zu bytes of parameters, refresh: %d: %s\n", used, numbersSize,
         (int)status, error.message);
  printf("same before: %d, after: %d\n", before, after);
  return 0;
}
