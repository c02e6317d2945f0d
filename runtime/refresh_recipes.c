/* Follows one recipe: numbers in f64 in the order in which the compiler
 * computes them, rounded once. */

#include "runtime/refresh_recipes.h"
#include "runtime/support.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

/* y = scale·x + shift */
typedef struct Affine {
  double scale, shift;
} Affine;

static int isDouble(const bnopt_tensor_info *info) {
  return info->type.bits == 64;
}

static double readElement(const bnopt_refresh *refresh, int64_t operand,
                          int64_t index) {
  const void *values = refresh->values[operand];
  return isDouble(&refresh->table->operands[operand])
             ? ((const double *)values)[index]
             : (double)((const float *)values)[index];
}

/* The value of an operand for a feature. */
static double readFeature(const bnopt_refresh *refresh, int64_t operand,
                          int64_t feature) {
  int isUniform = bnopt_count_elements(&refresh->table->operands[operand]) == 1;
  return readElement(refresh, operand, isUniform ? 0 : feature);
}

int64_t bnopt_count_elements(const bnopt_tensor_info *info) {
  int64_t count = 1;
  for (int32_t i = 0; i < info->rank; ++i)
    count *= info->shape[i];
  return count;
}

/*===--- Steps -----------------------------------------------------------===*/

static Affine getAffine(const bnopt_refresh *refresh, const bnopt_step *step,
                        int64_t feature) {
  double p = readFeature(refresh, step->operands[0], feature);
  Affine affine = {1, 0};
  switch ((bnopt_step_kind)step->kind) {
  case BNOPT_STEP_NORMALIZE: {
    double variance = readFeature(refresh, step->operands[3], feature);
    affine.scale = p / sqrt(variance + step->epsilon);
    affine.shift =
        readFeature(refresh, step->operands[1], feature) -
        readFeature(refresh, step->operands[2], feature) * affine.scale;
    break;
  }
  case BNOPT_STEP_SCALE_SHIFT:
    affine.scale = p;
    affine.shift = readFeature(refresh, step->operands[1], feature);
    break;
  case BNOPT_STEP_MULTIPLY:
    affine.scale = p;
    break;
  case BNOPT_STEP_DIVIDE:
    affine.scale = 1 / p;
    break;
  case BNOPT_STEP_ADD:
    affine.shift = p;
    break;
  case BNOPT_STEP_SUBTRACT:
    affine.shift = -p;
    break;
  case BNOPT_STEP_SUBTRACT_FROM:
    affine.scale = -1;
    affine.shift = p;
    break;
  }
  return affine;
}

/* All steps of a recipe, each after the one before. */
static Affine composeSteps(const bnopt_refresh *refresh,
                           const bnopt_recipe *recipe, int64_t feature) {
  const bnopt_step *steps = refresh->table->steps + recipe->first_step;
  Affine all = {1, 0};
  for (int64_t i = 0; i < recipe->num_steps; ++i) {
    Affine next = getAffine(refresh, &steps[i], feature);
    if (i > 0) {
      next.shift += next.scale * all.shift;
      next.scale *= all.scale;
    }
    all = next;
  }
  return all;
}

static const char *nameOf(const bnopt_refresh *refresh, int64_t operand) {
  return refresh->table->operands[operand].name;
}

/* Whether a step is meaningful for a feature; if not, says which operand. */
static bnopt_status checkStep(const bnopt_refresh *refresh,
                              const bnopt_step *step, int64_t feature) {
  const char *node = refresh->table->names + step->node;
  if (step->kind == BNOPT_STEP_NORMALIZE) {
    int64_t operand = step->operands[3];
    double variance = readFeature(refresh, operand, feature);
    double radicand = variance + step->epsilon;
    /* A NaN fails the comparison as well. */
    if (!(radicand > 0) || !isfinite(radicand))
      return bnopt_fail(
          refresh->error, BNOPT_INVALID_PARAMETER,
          "node '%s' expects parameter '%s' plus epsilon %g to "
          "be positive and finite, but feature %" PRId64 " has %g",
          node, nameOf(refresh, operand), step->epsilon, feature, variance);
  }
  for (int64_t i = 0; i < step->num_operands; ++i) {
    double value = readFeature(refresh, step->operands[i], feature);
    if (!isfinite(value) || (step->kind == BNOPT_STEP_DIVIDE && value == 0))
      return bnopt_fail(refresh->error, BNOPT_INVALID_PARAMETER,
                        "node '%s' expects parameter '%s' to be finite%s, but "
                        "feature %" PRId64 " has %g",
                        node, nameOf(refresh, step->operands[i]),
                        step->kind == BNOPT_STEP_DIVIDE ? " and not zero" : "",
                        feature, value);
  }
  Affine affine = getAffine(refresh, step, feature);
  if (!isfinite(affine.scale) || !isfinite(affine.shift))
    return bnopt_fail(refresh->error, BNOPT_INVALID_PARAMETER,
                      "node '%s' expects parameters of which scale and shift "
                      "are finite, but feature %" PRId64 " of '%s' has %g and "
                      "%g",
                      node, feature, nameOf(refresh, step->operands[0]),
                      affine.scale, affine.shift);
  return BNOPT_OK;
}

/*===--- Recipes ---------------------------------------------------------===*/

/* Outputs are outermost, then inputs and taps; if not, it is a matrix with a
 * row for each input. Equal strides mean that one of the two has one element.
 */
static int isOutputMajor(const bnopt_recipe *recipe) {
  return recipe->output_stride > recipe->input_stride || recipe->inputs == 1;
}

/* Where element `index` goes. */
static int64_t getPackedIndex(const bnopt_recipe *recipe, int64_t index) {
  if (recipe->tile == 0)
    return index;
  int64_t output, input, tap = 0;
  if (isOutputMajor(recipe)) {
    output = index / recipe->output_stride;
    int64_t rest = index % recipe->output_stride;
    input = rest / recipe->input_stride;
    tap = rest % recipe->input_stride;
  } else {
    input = index / recipe->input_stride;
    output = index % recipe->input_stride;
  }
  int64_t row = (output / recipe->tile * recipe->taps + tap) * recipe->inputs;
  return (row + input) * recipe->tile + output % recipe->tile;
}

/* Elements from `index` on that go to places of one distance, which becomes
 * `stride`. */
static int64_t getRun(const bnopt_recipe *recipe, int64_t index,
                      int64_t *stride) {
  *stride = 1;
  if (recipe->tile == 0)
    return INT64_MAX;
  if (!isOutputMajor(recipe)) {
    int64_t output = index % recipe->input_stride;
    int64_t inRow = recipe->input_stride - output;
    int64_t inTile = recipe->tile - output % recipe->tile;
    return inRow < inTile ? inRow : inTile;
  }
  if (recipe->taps > 1) {
    *stride = recipe->inputs * recipe->tile;
    return recipe->taps - index % recipe->taps;
  }
  *stride = recipe->tile;
  return recipe->inputs - index % recipe->inputs;
}

/* Writes `count` elements from `index` on, times `scale`. */
static void writeScaled(const bnopt_recipe *recipe, const float *from,
                        int64_t index, int64_t count, double scale, float *to) {
  for (int64_t end = index + count; index < end;) {
    int64_t stride, run = getRun(recipe, index, &stride);
    run = run < end - index ? run : end - index;
    float *at = to + getPackedIndex(recipe, index);
    for (int64_t i = 0; i < run; ++i)
      at[i * stride] = (float)(scale * from[index + i]);
    index += run;
  }
}

static bnopt_status notFinite(const bnopt_refresh *refresh,
                              const bnopt_recipe *recipe, int64_t feature) {
  const char *node = refresh->table->names + recipe->node;
  const char *what = recipe->role == BNOPT_RECIPE_BIAS    ? "biases"
                     : recipe->role == BNOPT_RECIPE_SCALE ? "scales"
                     : recipe->role == BNOPT_RECIPE_SHIFT ? "shifts"
                                                          : "weights";
  if (recipe->operand >= 0)
    return bnopt_fail(refresh->error, BNOPT_INVALID_PARAMETER,
                      "node '%s' expects parameter '%s' to give %s that are "
                      "finite in f32, but feature %" PRId64 " does not",
                      node, nameOf(refresh, recipe->operand), what, feature);
  return bnopt_fail(refresh->error, BNOPT_INVALID_PARAMETER,
                    "node '%s' expects parameters to give %s that are finite "
                    "in f32, but feature %" PRId64 " does not",
                    node, what, feature);
}

static int areFinite(const float *from, int64_t count, double scale) {
  int finite = 1;
  for (int64_t i = 0; i < count; ++i)
    finite &= fabsf((float)(scale * from[i])) <= FLT_MAX;
  return finite;
}

/* The weights of one feature; `to` is NULL to look whether they are finite. */
static bnopt_status scaleWeights(const bnopt_refresh *refresh,
                                 const bnopt_recipe *recipe, int64_t feature,
                                 double scale, float *to) {
  const float *from = refresh->values[recipe->operand];
  int64_t group = feature / recipe->features;
  int64_t inGroup = feature % recipe->features;
  for (int64_t outer = 0; outer < recipe->outer; ++outer) {
    int64_t run = (group * recipe->outer + outer) * recipe->features + inGroup;
    int64_t index = run * recipe->inner;
    if (to)
      writeScaled(recipe, from, index, recipe->inner, scale, to);
    else if (!areFinite(from + index, recipe->inner, scale))
      return notFinite(refresh, recipe, feature);
  }
  return BNOPT_OK;
}

/* The one number of a feature of everything but weights. */
static double getNumber(const bnopt_refresh *refresh,
                        const bnopt_recipe *recipe, int64_t feature,
                        Affine affine) {
  if (recipe->role == BNOPT_RECIPE_SCALE)
    return affine.scale;
  if (recipe->role == BNOPT_RECIPE_SHIFT)
    return affine.shift;
  double bias =
      recipe->operand < 0 ? 0 : readElement(refresh, recipe->operand, feature);
  return affine.scale * bias + affine.shift;
}

static bnopt_status checkSteps(const bnopt_refresh *refresh,
                               const bnopt_recipe *recipe, int64_t feature) {
  bnopt_status status = BNOPT_OK;
  for (int64_t i = 0; status == BNOPT_OK && i < recipe->num_steps; ++i)
    status = checkStep(refresh, &refresh->table->steps[recipe->first_step + i],
                       feature);
  return status;
}

/* Values as they are, be they finite or not, as the compiler takes them. */
static void copyValues(const bnopt_refresh *refresh, const bnopt_recipe *recipe,
                       float *to) {
  int64_t count =
      bnopt_count_elements(&refresh->table->operands[recipe->operand]);
  const float *from = refresh->values[recipe->operand];
  if (recipe->tile == 0)
    memcpy(to, from, (size_t)count * sizeof(float));
  else
    writeScaled(recipe, from, 0, count, /*scale=*/1, to);
}

bnopt_status bnopt_follow(const bnopt_refresh *refresh,
                          const bnopt_recipe *recipe, float *to) {
  if (recipe->role == BNOPT_RECIPE_COPY) {
    if (to)
      copyValues(refresh, recipe, to);
    return BNOPT_OK;
  }
  bnopt_status status = BNOPT_OK;
  int64_t numFeatures = recipe->groups * recipe->features;
  for (int64_t c = 0; status == BNOPT_OK && c < numFeatures; ++c) {
    if (!to && (status = checkSteps(refresh, recipe, c)) != BNOPT_OK)
      break;
    Affine affine = composeSteps(refresh, recipe, c);
    if (recipe->role == BNOPT_RECIPE_WEIGHTS) {
      status = scaleWeights(refresh, recipe, c, affine.scale, to);
      continue;
    }
    float value = (float)getNumber(refresh, recipe, c, affine);
    if (to)
      to[c] = value;
    else if (!isfinite(value))
      status = notFinite(refresh, recipe, c);
  }
  return status;
}
