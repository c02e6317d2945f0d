/* Computes weights of new parameters. A refresh goes over all recipes twice:
 * once to see that every number is finite, once to write. So it needs no memory
 * of its own, and a bad parameter changes nothing. */

#include "runtime/refresh.h"
#include "runtime/support.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* A refresh under way. */
typedef struct Refresh {
  const bnopt_refresh_table *table;
  const void *const *values; /* of each operand */
  bnopt_error *error;
} Refresh;

/* y = scale·x + shift */
typedef struct Affine {
  double scale, shift;
} Affine;

static int64_t countElements(const bnopt_tensor_info *info) {
  int64_t count = 1;
  for (int32_t i = 0; i < info->rank; ++i)
    count *= info->shape[i];
  return count;
}

static int isDouble(const bnopt_tensor_info *info) {
  return info->type.bits == 64;
}

static double readElement(const Refresh *refresh, int64_t operand,
                          int64_t index) {
  const void *values = refresh->values[operand];
  return isDouble(&refresh->table->operands[operand])
             ? ((const double *)values)[index]
             : (double)((const float *)values)[index];
}

/* The value of an operand for a feature. */
static double readFeature(const Refresh *refresh, int64_t operand,
                          int64_t feature) {
  int isUniform = countElements(&refresh->table->operands[operand]) == 1;
  return readElement(refresh, operand, isUniform ? 0 : feature);
}

/*===--- Steps -----------------------------------------------------------===*/

static Affine getAffine(const Refresh *refresh, const bnopt_step *step,
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
static Affine composeSteps(const Refresh *refresh, const bnopt_recipe *recipe,
                           int64_t feature) {
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

static const char *nameOf(const Refresh *refresh, int64_t operand) {
  return refresh->table->operands[operand].name;
}

/* Whether a step is meaningful for a feature; if not, says which operand. */
static bnopt_status checkStep(const Refresh *refresh, const bnopt_step *step,
                              int64_t feature) {
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

/* Where element `index` goes. */
static int64_t getPackedIndex(const bnopt_recipe *recipe, int64_t index) {
  if (recipe->tile == 0)
    return index;
  int64_t output, input, tap = 0;
  /* Outputs outermost, then inputs and taps; or a matrix of inputs. Equal
   * strides mean that one of the two has one element. */
  if (recipe->output_stride > recipe->input_stride || recipe->inputs == 1) {
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

static bnopt_status notFinite(const Refresh *refresh,
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

/* The weights of one feature; `to` is NULL to look whether they are finite. */
static bnopt_status scaleWeights(const Refresh *refresh,
                                 const bnopt_recipe *recipe, int64_t feature,
                                 double scale, float *to) {
  int64_t group = feature / recipe->features;
  int64_t inGroup = feature % recipe->features;
  for (int64_t outer = 0; outer < recipe->outer; ++outer) {
    int64_t run = (group * recipe->outer + outer) * recipe->features + inGroup;
    for (int64_t i = 0; i < recipe->inner; ++i) {
      int64_t index = run * recipe->inner + i;
      float value =
          (float)(scale * readElement(refresh, recipe->operand, index));
      if (!to && !isfinite(value))
        return notFinite(refresh, recipe, feature);
      if (to)
        to[getPackedIndex(recipe, index)] = value;
    }
  }
  return BNOPT_OK;
}

/* The one number of a feature of everything but weights. */
static double getNumber(const Refresh *refresh, const bnopt_recipe *recipe,
                        int64_t feature, Affine affine) {
  if (recipe->role == BNOPT_RECIPE_SCALE)
    return affine.scale;
  if (recipe->role == BNOPT_RECIPE_SHIFT)
    return affine.shift;
  double bias =
      recipe->operand < 0 ? 0 : readElement(refresh, recipe->operand, feature);
  return affine.scale * bias + affine.shift;
}

static bnopt_status checkSteps(const Refresh *refresh,
                               const bnopt_recipe *recipe, int64_t feature) {
  bnopt_status status = BNOPT_OK;
  for (int64_t i = 0; status == BNOPT_OK && i < recipe->num_steps; ++i)
    status = checkStep(refresh, &refresh->table->steps[recipe->first_step + i],
                       feature);
  return status;
}

/* Values as they are, be they finite or not, as the compiler takes them. */
static void copyValues(const Refresh *refresh, const bnopt_recipe *recipe,
                       float *to) {
  int64_t count = countElements(&refresh->table->operands[recipe->operand]);
  const float *from = refresh->values[recipe->operand];
  if (recipe->tile == 0) {
    memcpy(to, from, (size_t)count * sizeof(float));
    return;
  }
  for (int64_t i = 0; i < count; ++i)
    to[getPackedIndex(recipe, i)] = from[i];
}

/* Checks what a recipe makes, or makes it: `to` is NULL to check. */
static bnopt_status follow(const Refresh *refresh, const bnopt_recipe *recipe,
                           float *to) {
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

static bnopt_status followAll(const Refresh *refresh) {
  const bnopt_refresh_table *table = refresh->table;
  for (int64_t i = 0; i < table->num_recipes; ++i) {
    bnopt_status status = follow(refresh, &table->recipes[i], NULL);
    if (status != BNOPT_OK)
      return status;
  }
  for (int64_t i = 0; i < table->num_recipes; ++i) {
    char *to = (char *)table->weights + table->recipes[i].offset;
    (void)follow(refresh, &table->recipes[i], (float *)(void *)to);
  }
  return BNOPT_OK;
}

/*===--- Parameters ------------------------------------------------------===*/

/* The operand called `name`, which most often is number `guess`; −1 if there is
 * none. */
static int64_t findParameter(const bnopt_model *model, const char *name,
                             int64_t guess) {
  int64_t count = model->num_parameters + model->num_fixed_parameters;
  if (guess < count && strcmp(model->parameters[guess].name, name) == 0)
    return guess;
  for (int64_t i = 0; i < count; ++i)
    if (strcmp(model->parameters[i].name, name) == 0)
      return i;
  return -1;
}

/* A parameter that is fixed may come with the values that it has. */
static bnopt_status checkFixed(const bnopt_refresh_table *table,
                               int64_t operand, const void *address,
                               bnopt_error *error) {
  const bnopt_tensor_info *info = &table->operands[operand];
  size_t bytes = (size_t)countElements(info) * (info->type.bits / 8);
  if (memcmp(address, table->values[operand], bytes) == 0)
    return BNOPT_OK;
  return bnopt_fail(error, BNOPT_FIXED_PARAMETER,
                    "parameter '%s' is fixed: model '%s' was compiled with "
                    "its values, and these are others",
                    info->name, table->model->name);
}

static bnopt_status takeParameter(const bnopt_refresh_table *table,
                                  const bnopt_parameter *parameter,
                                  int64_t guess, const void **values,
                                  char *isGiven, bnopt_error *error) {
  const bnopt_model *model = table->model;
  if (!parameter->name)
    return bnopt_fail(error, BNOPT_NULL_ARGUMENT,
                      "the name of parameter number %" PRId64 " is null",
                      guess);
  int64_t operand = findParameter(model, parameter->name, guess);
  if (operand < 0)
    return bnopt_fail(error, BNOPT_UNKNOWN_PARAMETER,
                      "model '%s' has no parameter '%s'", model->name,
                      parameter->name);
  if (isGiven[operand])
    return bnopt_fail(error, BNOPT_REPEATED_PARAMETER,
                      "parameter '%s' is given twice", parameter->name);
  isGiven[operand] = 1;
  void *address = NULL;
  bnopt_status status =
      bnopt_check_tensor("parameter", &table->operands[operand],
                         parameter->tensor, &address, error);
  if (status != BNOPT_OK)
    return status;
  if (operand >= model->num_parameters)
    return checkFixed(table, operand, address, error);
  values[operand] = address;
  return BNOPT_OK;
}

bnopt_status bnopt_refresh_checked(const bnopt_refresh_table *table,
                                   const bnopt_parameter *parameters,
                                   size_t count, bnopt_error *error) {
  const bnopt_model *model = table->model;
  if (!parameters && count > 0)
    return bnopt_fail(error, BNOPT_NULL_ARGUMENT, "parameters is null");
  const void *values[table->num_operands + 1];
  char isGiven[table->num_operands + 1];
  memset(isGiven, 0, sizeof isGiven);
  for (int64_t i = 0; i < table->num_operands; ++i)
    values[i] = table->values[i];
  for (size_t i = 0; i < count; ++i) {
    bnopt_status status = takeParameter(table, &parameters[i], (int64_t)i,
                                        values, isGiven, error);
    if (status != BNOPT_OK)
      return status;
  }
  for (int32_t i = 0; i < model->num_parameters; ++i)
    if (!isGiven[i])
      return bnopt_fail(error, BNOPT_MISSING_PARAMETER,
                        "a refresh takes all parameters of model '%s', but "
                        "'%s' is missing",
                        model->name, model->parameters[i].name);
  Refresh refresh = {table, values, error};
  return followAll(&refresh);
}

bnopt_status bnopt_refresh_pointers(const bnopt_refresh_table *table,
                                    const void *const *pointers,
                                    bnopt_error *error) {
  const bnopt_model *model = table->model;
  if (!pointers && model->num_parameters > 0)
    return bnopt_fail(error, BNOPT_NULL_ARGUMENT, "parameters is null");
  const void *values[table->num_operands + 1];
  for (int64_t i = 0; i < table->num_operands; ++i)
    values[i] = i < model->num_parameters ? pointers[i] : table->values[i];
  for (int32_t i = 0; i < model->num_parameters; ++i)
    if (!values[i])
      return bnopt_fail(error, BNOPT_MISSING_PARAMETER,
                        "a refresh takes all parameters of model '%s', but "
                        "'%s' is null",
                        model->name, model->parameters[i].name);
  Refresh refresh = {table, values, error};
  return followAll(&refresh);
}
