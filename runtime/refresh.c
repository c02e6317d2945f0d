/* Computes weights of new parameters. A refresh goes over all recipes twice:
 * once to see that every number is finite, once to write. So it needs no memory
 * of its own, and a bad parameter changes nothing. */

#include "runtime/refresh_recipes.h"
#include "runtime/support.h"

#include <inttypes.h>
#include <string.h>

static bnopt_status followAll(const bnopt_refresh *refresh) {
  const bnopt_refresh_table *table = refresh->table;
  for (int64_t i = 0; i < table->num_recipes; ++i) {
    bnopt_status status = bnopt_follow(refresh, &table->recipes[i], NULL);
    if (status != BNOPT_OK)
      return status;
  }
  for (int64_t i = 0; i < table->num_recipes; ++i) {
    char *to = (char *)table->weights + table->recipes[i].offset;
    (void)bnopt_follow(refresh, &table->recipes[i], (float *)(void *)to);
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
  size_t bytes = (size_t)bnopt_count_elements(info) * (info->type.bits / 8);
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
  bnopt_refresh refresh = {table, values, error};
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
  bnopt_refresh refresh = {table, values, error};
  return followAll(&refresh);
}
