/* Batch norm forward and backward by two kernels of bn-opt, which are linked
 * into one program. Checks what must hold for any data: normalized features
 * have the offset as mean and the scale as deviation, and the gradient of the
 * offset is the sum of the gradients of the outputs. */

#include "backward.h"
#include "forward.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { BATCH = 4, CHANNELS = 6, PIXELS = 35, COUNT = BATCH * PIXELS };

static float x[FORWARD_INPUT_0_ELEMENTS], y[FORWARD_OUTPUT_0_ELEMENTS],
    dy[BACKWARD_INPUT_4_ELEMENTS], dx[BACKWARD_OUTPUT_0_ELEMENTS];
static float scale[CHANNELS], offset[CHANNELS], mean[CHANNELS],
    variance[CHANNELS], scale_gradient[CHANNELS], offset_gradient[CHANNELS];

static int64_t data_shape[] = FORWARD_INPUT_0_SHAPE,
               vector_shape[] = FORWARD_INPUT_1_SHAPE;

static DLTensor data(float *values) {
  DLTensor result = {values,
                     {kDLCPU, 0},
                     FORWARD_INPUT_0_RANK,
                     FORWARD_INPUT_0_TYPE,
                     data_shape,
                     NULL,
                     0};
  return result;
}

static DLTensor vector(float *values) {
  DLTensor result = {values,
                     {kDLCPU, 0},
                     FORWARD_INPUT_1_RANK,
                     FORWARD_INPUT_1_TYPE,
                     vector_shape,
                     NULL,
                     0};
  return result;
}

static int fail(const char *what) {
  fprintf(stderr, "%s\n", what);
  return 1;
}

/* Channel c of pixel i: channels are last. */
static float at(const float *values, int i, int c) {
  return values[i * CHANNELS + c];
}

int main(void) {
  for (int i = 0; i < COUNT * CHANNELS; ++i) {
    x[i] = sinf((float)i) + (float)(i % CHANNELS);
    dy[i] = cosf(3 * (float)i);
  }
  for (int c = 0; c < CHANNELS; ++c) {
    scale[c] = 1 + 0.25f * (float)c;
    offset[c] = (float)c - 2;
  }
  void *workspace =
      aligned_alloc(FORWARD_WORKSPACE_ALIGNMENT,
                    FORWARD_WORKSPACE_SIZE > BACKWARD_WORKSPACE_SIZE
                        ? FORWARD_WORKSPACE_SIZE
                        : BACKWARD_WORKSPACE_SIZE);
  bnopt_error error = {""};
  DLTensor tx = data(x), ty = data(y), tdy = data(dy), tdx = data(dx),
           ts = vector(scale), to = vector(offset), tm = vector(mean),
           tv = vector(variance), tds = vector(scale_gradient),
           tdo = vector(offset_gradient);
  const DLTensor *forward_inputs[] = {&tx, &ts, &to};
  DLTensor *forward_outputs[] = {&ty, &tm, &tv};
  if (forward_run(forward_inputs, forward_outputs, workspace,
                  FORWARD_WORKSPACE_SIZE, &error) != BNOPT_OK)
    return fail(error.message);
  const DLTensor *backward_inputs[] = {&tx, &ts, &tm, &tv, &tdy};
  DLTensor *backward_outputs[] = {&tdx, &tds, &tdo};
  if (backward_run(backward_inputs, backward_outputs, workspace,
                   BACKWARD_WORKSPACE_SIZE, &error) != BNOPT_OK)
    return fail(error.message);

  for (int c = 0; c < CHANNELS; ++c) {
    double sum = 0, squares = 0, gradients = 0, moved = 0;
    for (int i = 0; i < COUNT; ++i) {
      sum += at(y, i, c);
      gradients += at(dy, i, c);
      moved += at(dx, i, c);
    }
    for (int i = 0; i < COUNT; ++i)
      squares += pow(at(y, i, c) - sum / COUNT, 2);
    if (fabs(sum / COUNT - offset[c]) > 1e-5)
      return fail("the mean is not the offset");
    if (fabs(sqrt(squares / COUNT) - scale[c]) > 1e-4)
      return fail("the deviation is not the scale");
    if (fabs(gradients - offset_gradient[c]) > 1e-4)
      return fail("the offset's gradient is not the sum");
    if (fabs(moved) > 1e-4)
      return fail("the gradient moves the mean");
  }
  printf("forward and backward agree\n");
  free(workspace);
  return 0;
}
