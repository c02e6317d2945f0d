/* How a library computes its weights of new parameters. The compiler writes
 * tables of what follows from what; `refresh.c`, linked into libraries that may
 * be refreshed, carries them out. Numbers are computed in f64 in the order in
 * which the compiler computes them, and rounded once, so that the bits are the
 * compiler's. */

#ifndef BNOPT_RUNTIME_REFRESH_H
#define BNOPT_RUNTIME_REFRESH_H

#include "runtime/bnopt.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An affine map of each feature c, of operands p, q, …, each with one element
 * or one for each feature. */
typedef enum bnopt_step_kind {
  BNOPT_STEP_NORMALIZE = 0,   /* scale, offset, mean, variance; with epsilon */
  BNOPT_STEP_SCALE_SHIFT = 1, /* p·x + q */
  BNOPT_STEP_MULTIPLY = 2,
  BNOPT_STEP_DIVIDE = 3,
  BNOPT_STEP_ADD = 4,
  BNOPT_STEP_SUBTRACT = 5,
  BNOPT_STEP_SUBTRACT_FROM = 6 /* p − x */
} bnopt_step_kind;

/* Fields have eight bytes each: the compiler writes tables as lists of such. */
typedef struct bnopt_step {
  int64_t kind;
  int64_t num_operands, operands[4]; /* indices */
  double epsilon;
  int64_t node; /* where its name begins in `names` */
} bnopt_step;

/* What becomes of operand W and the scale s and shift t of the steps. */
typedef enum bnopt_recipe_role {
  BNOPT_RECIPE_COPY = 0,    /* W */
  BNOPT_RECIPE_WEIGHTS = 1, /* s·W */
  BNOPT_RECIPE_BIAS = 2,    /* s·W + t, with W = 0 where there is no operand */
  BNOPT_RECIPE_SCALE = 3,   /* s */
  BNOPT_RECIPE_SHIFT = 4    /* t */
} bnopt_recipe_role;

/* One constant of the model, of f32. */
typedef struct bnopt_recipe {
  int64_t role;
  int64_t operand; /* an index; −1 for none */
  int64_t first_step, num_steps;
  int64_t offset; /* in the weights, in bytes */
  /* Of weights: element ((g·outer + o)·features + f)·inner + i has the scale of
   * feature g·features + f. Of everything else: one group of features, outer
   * and inner of 1. */
  int64_t groups, outer, features, inner;
  /* Element o·output_stride + i·input_stride + k goes to
   * ((o / tile · taps + k)·inputs + i)·tile + o % tile. With a tile of 0 it
   * stays where it is. */
  int64_t tile, inputs, taps, output_stride, input_stride;
  int64_t node; /* where its name begins in `names` */
} bnopt_recipe;

typedef struct bnopt_refresh_table {
  const bnopt_model *model;
  /* The parameters of the model, fixed ones included, then constants. */
  int64_t num_operands;
  const bnopt_tensor_info *operands;
  /* For each operand where its values lie; NULL if a refresh brings them. */
  const void *const *values;
  int64_t num_recipes;
  const bnopt_recipe *recipes;
  const bnopt_step *steps;
  const char *names;
  void *weights;
} bnopt_refresh_table;

/* Checks all of `parameters`, then computes the weights of the model. On
 * failure nothing has changed. */
bnopt_status bnopt_refresh_checked(const bnopt_refresh_table *table,
                                   const bnopt_parameter *parameters,
                                   size_t count, bnopt_error *error);

/* As above, of one pointer for each parameter that is not fixed, in order. */
bnopt_status bnopt_refresh_pointers(const bnopt_refresh_table *table,
                                    const void *const *pointers,
                                    bnopt_error *error);

#ifdef __cplusplus
}
#endif

#endif /* BNOPT_RUNTIME_REFRESH_H */
