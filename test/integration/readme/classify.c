#include "mobilenet_v2.h"
#include <stdio.h>
#include <stdlib.h>

static float image[MOBILENET_V2_INPUT_0_ELEMENTS]; /* channels, rows, columns */
static float scores[MOBILENET_V2_OUTPUT_0_ELEMENTS];

static DLTensor tensor(float *data, int64_t *shape, int rank) {
  DLDevice cpu = {kDLCPU, 0};
  DLDataType f32 = {kDLFloat, 32, 1};
  DLTensor result = {data, cpu, rank, f32, shape, NULL, 0};
  return result;
}

int main(void) {
  int64_t image_shape[] = MOBILENET_V2_INPUT_0_SHAPE,
          scores_shape[] = MOBILENET_V2_OUTPUT_0_SHAPE;
  DLTensor input = tensor(image, image_shape, 4),
           output = tensor(scores, scores_shape, 2);
  const DLTensor *inputs[] = {&input};
  DLTensor *outputs[] = {&output};
  void *workspace = aligned_alloc(MOBILENET_V2_WORKSPACE_ALIGNMENT,
                                  MOBILENET_V2_WORKSPACE_SIZE);
  bnopt_error error = {""};
  if (fread(image, sizeof image, 1, stdin) != 1 ||
      mobilenet_v2_run(inputs, outputs, workspace, MOBILENET_V2_WORKSPACE_SIZE,
                       &error) != BNOPT_OK) {
    fprintf(stderr, "cannot classify: %s\n", error.message);
    return 1;
  }
  int best = 0;
  for (int i = 1; i < MOBILENET_V2_OUTPUT_0_ELEMENTS; ++i)
    best = scores[i] > scores[best] ? i : best;
  printf("class %d, score %.3f\n", best, scores[best]);
  free(workspace);
}
