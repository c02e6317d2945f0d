// Recipes that say too little, or stand where they would get lost.

// RUN: bn-opt %s --split-input-file --verify-diagnostics

func.func @inline_constant() {
  // expected-error @+1 {{expects a resource, as all constants with 'bn.recipe'}}
  %0 = arith.constant {bn.recipe = #bn.recipe<copy of "w">} dense<1.0> : tensor<1xf32>
  return
}

// -----

func.func @no_recipe() {
  // expected-error @+1 {{expects 'bn.recipe' to be a '#bn.recipe', but got "w"}}
  %0 = arith.constant {bn.recipe = "w"} dense<1.0> : tensor<1xf32>
  return
}

// -----

// expected-error @+1 {{expects 'bn.parameters' to be an array of '#bn.parameter', but got ["w"]}}
func.func @no_parameters() attributes {bn.parameters = ["w"]} {
  return
}

// -----

// expected-error @+1 {{expects 'normalize' to have 4 operands, names or numbers, but got 1}}
func.func @step_operands() attributes {step = #bn.step<normalize of ["g"] at "" epsilon 1.0 : f64>} {
  return
}

// -----

// expected-error @+1 {{expects 'epsilon' on 'normalize', and only there}}
func.func @step_epsilon() attributes {step = #bn.step<add of ["g"] at "" epsilon 1.0 : f64>} {
  return
}

// -----

// expected-error @+1 {{expects an operand, name or numbers, on 'copy' and 'weights', not on 'scale' and 'shift'}}
func.func @recipe_operand() attributes {recipe = #bn.recipe<copy>} {
  return
}

// -----

// expected-error @+1 {{expects 'steps' on all but 'copy'}}
func.func @recipe_steps() attributes {recipe = #bn.recipe<bias of "b">} {
  return
}

// -----

// expected-error @+1 {{expects 'view' to have 4 values on 'weights' and none elsewhere, but got 1}}
func.func @recipe_view() attributes {recipe = #bn.recipe<weights of "w" by [<add of ["g"] at "">] view [1]>} {
  return
}

// -----

// expected-error @+1 {{expects 'packing' to have 6 values, but got 1}}
func.func @recipe_packing() attributes {recipe = #bn.recipe<copy of "w" packing [1]>} {
  return
}

// -----

// expected-error @+1 {{expects positive values in 'view' and 'packing'}}
func.func @recipe_view_positive() attributes {recipe = #bn.recipe<weights of "w" by [<add of ["g"] at "">] view [1, 1, -4, 1]>} {
  return
}

// -----

// expected-error @+1 {{expects positive values in 'view' and 'packing'}}
func.func @recipe_packing_positive() attributes {recipe = #bn.recipe<copy of "w" packing [1, 1, 0, 1, 1, 1]>} {
  return
}

// -----

// expected-error @+1 {{expects a static shape, but got 'tensor<?xf32>'}}
func.func @parameter_shape() attributes {parameter = #bn.parameter<"w" as tensor<?xf32>>} {
  return
}

// -----

// expected-error @+1 {{expects elements of f16, bf16, f32, or f64, but got 'i32'}}
func.func @parameter_elements() attributes {parameter = #bn.parameter<"w" as tensor<2xi32>>} {
  return
}

// -----

// expected-error @+1 {{expects 'value' to have type 'tensor<2xf32>', but got 'tensor<1xf32>'}}
func.func @parameter_value() attributes {parameter = #bn.parameter<"w" as tensor<2xf32> fixed dense<1.0> : tensor<1xf32>>} {
  return
}
