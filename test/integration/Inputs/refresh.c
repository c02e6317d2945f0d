/* Gives a model new parameters by way of its struct.
 *   refresh INPUT.f32 PARAMETERS.f32 BEFORE.out AFTER.out
 * The parameters lie in their file in the order of the model. */

#include "first.h"

#include "call.h"

static float *numbers;

static const float *take(size_t count) {
  const float *start = numbers;
  numbers += count;
  return start;
}

static float *readNumbers(const char *path, size_t count) {
  float *values = malloc(count * sizeof *values);
  FILE *file = fopen(path, "rb");
  if (!file || fread(values, sizeof *values, count, file) != count) {
    fprintf(stderr, "cannot read '%s'\n", path);
    exit(1);
  }
  fclose(file);
  return values;
}

int main(int argc, char **argv) {
  if (argc != 5)
    return 2;
  const bnopt_model *model = first_model();
  size_t count = 0;
  for (int32_t i = 0; i < model->num_parameters; ++i)
    count += bytesOf(&model->parameters[i]) / sizeof(float);
  float *all = numbers = readNumbers(argv[2], count);

  first_parameters parameters;
  parameters.stem_weight = take(16 * 3 * 3 * 3);
  parameters.stem_scale = take(16);
  parameters.stem_offset = take(16);
  parameters.stem_mean = take(16);
  parameters.stem_variance = take(16);
  parameters.a_weight = take(16 * 16 * 3 * 3);
  parameters.a_scale = take(16);
  parameters.a_offset = take(16);
  parameters.a_mean = take(16);
  parameters.a_variance = take(16);
  parameters.b_weight = take(16 * 16 * 3 * 3);
  parameters.b_scale = take(16);
  parameters.b_offset = take(16);
  parameters.b_mean = take(16);
  parameters.b_variance = take(16);
  parameters.fc_weight = take(10 * 16);
  parameters.fc_bias = take(10);

  Call call = makeCall(model);
  readInput(&call, argv[1]);
  /* A variance of −1 changes nothing. */
  float negative[16] = {-1};
  first_parameters wrong = parameters;
  wrong.a_variance = negative;
  bnopt_error error = {""};
  bnopt_status status = first_refresh_from(&wrong, &error);
  printf("wrong: %d: %s\n", (int)status, error.message);
  wrong.a_variance = NULL;
  status = first_refresh_from(&wrong, &error);
  printf("null: %d: %s\n", (int)status, error.message);
  runCall(&call, first_run);
  writeOutput(&call, argv[3]);

  error.message[0] = '\0';
  status = first_refresh_from(&parameters, &error);
  printf("right: %d: %s\n", (int)status, error.message);
  /* The parameters are the caller's again. */
  free(all);
  runCall(&call, first_run);
  writeOutput(&call, argv[4]);
  freeCall(&call);
  return 0;
}
