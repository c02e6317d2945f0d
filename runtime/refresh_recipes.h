/* One recipe of a refresh. */

#ifndef BNOPT_RUNTIME_REFRESH_RECIPES_H
#define BNOPT_RUNTIME_REFRESH_RECIPES_H

#include "runtime/refresh.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A refresh under way. */
typedef struct bnopt_refresh {
  const bnopt_refresh_table *table;
  const void *const *values; /* of each operand */
  bnopt_error *error;
} bnopt_refresh;

/* Checks what a recipe makes, or makes it: `to` is NULL to check. */
bnopt_status bnopt_follow(const bnopt_refresh *refresh,
                          const bnopt_recipe *recipe, float *to);

/* Number of elements of a tensor of that shape. */
int64_t bnopt_count_elements(const bnopt_tensor_info *info);

#ifdef __cplusplus
}
#endif

#endif /* BNOPT_RUNTIME_REFRESH_RECIPES_H */
