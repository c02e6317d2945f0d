#include "mobilenet_v2.h"
#include <stdio.h>
#include <stdlib.h>

static float image[MOBILENET_V2_INPUT_0_ELEMENTS]; /* channels, rows, columns */
static float scores[MOBILENET_V2_OUTPUT_0_ELEMENTS];

int main(void) {
  int64_t image_shape[] = MOBILENET_V2_INPUT_0_SHAPE;
  int64_t scores_shape[] = MOBILENET_V2_OUTPUT_0_SHAPE;
  DLTensor input = {image, {kDLCPU, 0}, MOBILENET_V2_INPUT_0_RANK,
                    MOBILENET_V2_INPUT_0_TYPE, image_shape, NULL, 0};
  DLTensor output = {scores, {kDLCPU, 0}, MOBILENET_V2_OUTPUT_0_RANK,
                     MOBILENET_V2_OUTPUT_0_TYPE, scores_shape, NULL, 0};
  const DLTensor *inputs[] = {&input};
  DLTensor *outputs[] = {&output};
  void *workspace = aligned_alloc(MOBILENET_V2_WORKSPACE_ALIGNMENT,
                                  MOBILENET_V2_WORKSPACE_SIZE);
  bnopt_error error;
  if (fread(image, sizeof image, 1, stdin) != 1)
    return 1;
  if (mobilenet_v2_run(inputs, outputs, workspace, MOBILENET_V2_WORKSPACE_SIZE,
                       &error) != BNOPT_OK) {
    fprintf(stderr, "%s\n", error.message);
    return 1;
  }
  int best = 0;
  for (int i = 1; i < MOBILENET_V2_OUTPUT_0_ELEMENTS; ++i)
    best = scores[i] > scores[best] ? i : best;
  printf("class %d, score %.3f\n", best, scores[best]);
  free(workspace);
}
