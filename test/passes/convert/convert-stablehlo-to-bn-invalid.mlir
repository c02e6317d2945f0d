// What StableHLO's verifier would not let pass is an error that says what was expected.

// RUN: bn-opt %s --convert-stablehlo-to-bn --allow-unregistered-dialect --split-input-file --verify-diagnostics

func.func @inference_operand_count(%x: tensor<2x3xf32>, %p: tensor<3xf32>) {
  // expected-error @below {{'stablehlo.batch_norm_inference' op expects 5 operands, but got 4}}
  %0 = "stablehlo.batch_norm_inference"(%x, %p, %p, %p) <{epsilon = 1.0e-05 : f32, feature_index = 1 : i64}> : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @training_operand_count(%x: tensor<2x3xf32>, %p: tensor<3xf32>) {
  // expected-error @below {{'stablehlo.batch_norm_training' op expects 3 operands, but got 5}}
  %0:3 = "stablehlo.batch_norm_training"(%x, %p, %p, %p, %p) <{epsilon = 1.0e-05 : f32, feature_index = 1 : i64}> : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>)
  return
}

// -----

func.func @training_result_count(%x: tensor<2x3xf32>, %p: tensor<3xf32>) {
  // expected-error @below {{'stablehlo.batch_norm_training' op expects 3 results, but got 1}}
  %0 = "stablehlo.batch_norm_training"(%x, %p, %p) <{epsilon = 1.0e-05 : f32, feature_index = 1 : i64}> : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @inference_no_epsilon(%x: tensor<2x3xf32>, %p: tensor<3xf32>) {
  // expected-error @below {{'stablehlo.batch_norm_inference' op expects an attribute 'epsilon', a floating-point number}}
  %0 = "stablehlo.batch_norm_inference"(%x, %p, %p, %p, %p) <{feature_index = 1 : i64}> : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @inference_epsilon_integer(%x: tensor<2x3xf32>, %p: tensor<3xf32>) {
  // expected-error @below {{'stablehlo.batch_norm_inference' op expects an attribute 'epsilon', a floating-point number}}
  %0 = "stablehlo.batch_norm_inference"(%x, %p, %p, %p, %p) <{epsilon = 1 : i64, feature_index = 1 : i64}> : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @inference_epsilon_negative(%x: tensor<2x3xf32>, %p: tensor<3xf32>) {
  // expected-error @below {{'stablehlo.batch_norm_inference' op expects 'epsilon' to be finite and not negative, but got -1.000000e+00}}
  %0 = "stablehlo.batch_norm_inference"(%x, %p, %p, %p, %p) <{epsilon = -1.0 : f32, feature_index = 1 : i64}> : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @inference_epsilon_infinite(%x: tensor<2x3xf32>, %p: tensor<3xf32>) {
  // expected-error @below {{'stablehlo.batch_norm_inference' op expects 'epsilon' to be finite and not negative, but got INF}}
  %0 = "stablehlo.batch_norm_inference"(%x, %p, %p, %p, %p) <{epsilon = 0x7F800000 : f32, feature_index = 1 : i64}> : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @grad_no_feature_index(%x: tensor<2x3xf32>, %p: tensor<3xf32>) {
  // expected-error @below {{'stablehlo.batch_norm_grad' op expects an attribute 'feature_index', an i64}}
  %0:3 = "stablehlo.batch_norm_grad"(%x, %p, %p, %p, %x) <{epsilon = 1.0e-05 : f32}> : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<2x3xf32>) -> (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>)
  return
}

// -----

func.func @inference_feature_index_boolean(%x: tensor<2x3xf32>, %p: tensor<3xf32>) {
  // expected-error @below {{'stablehlo.batch_norm_inference' op expects an attribute 'feature_index', an i64}}
  %0 = "stablehlo.batch_norm_inference"(%x, %p, %p, %p, %p) <{epsilon = 1.0e-05 : f32, feature_index = true}> : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @inference_feature_index_signed(%x: tensor<2x3xf32>, %p: tensor<3xf32>) {
  // expected-error @below {{'stablehlo.batch_norm_inference' op expects an attribute 'feature_index', an i64}}
  %0 = "stablehlo.batch_norm_inference"(%x, %p, %p, %p, %p) <{epsilon = 1.0e-05 : f32, feature_index = 1 : si64}> : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @inference_no_dimension(%x: tensor<f32>, %p: tensor<3xf32>) {
  // expected-error @below {{'stablehlo.batch_norm_inference' op expects 'operand' to have a dimension, but got 'tensor<f32>'}}
  %0 = "stablehlo.batch_norm_inference"(%x, %p, %p, %p, %p) <{epsilon = 1.0e-05 : f32, feature_index = 0 : i64}> : (tensor<f32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<f32>
  return
}

// -----

func.func @inference_feature_index_too_large(%x: tensor<2x3xf32>, %p: tensor<3xf32>) {
  // expected-error @below {{'stablehlo.batch_norm_inference' op expects 'feature_index' to be in 0..1, the dimensions of 'operand', but got 2}}
  %0 = "stablehlo.batch_norm_inference"(%x, %p, %p, %p, %p) <{epsilon = 1.0e-05 : f32, feature_index = 2 : i64}> : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @inference_feature_index_negative(%x: tensor<2x3xf32>, %p: tensor<3xf32>) {
  // expected-error @below {{'stablehlo.batch_norm_inference' op expects 'feature_index' to be in 0..1, the dimensions of 'operand', but got -1}}
  %0 = "stablehlo.batch_norm_inference"(%x, %p, %p, %p, %p) <{epsilon = 1.0e-05 : f32, feature_index = -1 : i64}> : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @inference_integers(%x: tensor<2x3xi32>, %p: tensor<3xf32>) {
  // expected-error @below {{'stablehlo.batch_norm_inference' op expects 'operand' to be a ranked tensor of floating-point numbers, but got 'tensor<2x3xi32>'}}
  %0 = "stablehlo.batch_norm_inference"(%x, %p, %p, %p, %p) <{epsilon = 1.0e-05 : f32, feature_index = 1 : i64}> : (tensor<2x3xi32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3xi32>
  return
}

// -----

func.func @inference_unranked(%x: tensor<*xf32>, %p: tensor<3xf32>) {
  // expected-error @below {{'stablehlo.batch_norm_inference' op expects 'operand' to be a ranked tensor of floating-point numbers, but got 'tensor<*xf32>'}}
  %0 = "stablehlo.batch_norm_inference"(%x, %p, %p, %p, %p) <{epsilon = 1.0e-05 : f32, feature_index = 1 : i64}> : (tensor<*xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @inference_parameter_size(%x: tensor<2x3xf32>, %p: tensor<3xf32>, %q: tensor<2xf32>) {
  // expected-error @below {{'stablehlo.batch_norm_inference' op expects 'variance' to have one dimension, the size of dimension 1 of 'operand', 'tensor<2x3xf32>', but got 'tensor<2xf32>'}}
  %0 = "stablehlo.batch_norm_inference"(%x, %p, %p, %p, %q) <{epsilon = 1.0e-05 : f32, feature_index = 1 : i64}> : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<2xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @training_parameter_rank(%x: tensor<2x3xf32>, %p: tensor<3xf32>) {
  // expected-error @below {{'stablehlo.batch_norm_training' op expects 'scale' to have one dimension, the size of dimension 1 of 'operand', 'tensor<2x3xf32>', but got 'tensor<2x3xf32>'}}
  %0:3 = "stablehlo.batch_norm_training"(%x, %x, %p) <{epsilon = 1.0e-05 : f32, feature_index = 1 : i64}> : (tensor<2x3xf32>, tensor<2x3xf32>, tensor<3xf32>) -> (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>)
  return
}

// -----

func.func @grad_output_shape(%x: tensor<2x3xf32>, %p: tensor<3xf32>) {
  // expected-error @below {{'stablehlo.batch_norm_grad' op expects 'grad_output' to have the shape of 'operand', 'tensor<2x3xf32>', but got 'tensor<3xf32>'}}
  %0:3 = "stablehlo.batch_norm_grad"(%x, %p, %p, %p, %p) <{epsilon = 1.0e-05 : f32, feature_index = 1 : i64}> : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>)
  return
}

// -----

func.func @training_result_type(%x: tensor<2x3xf32>, %p: tensor<3xf32>) {
  // expected-error @below {{'stablehlo.batch_norm_training' op expects result 1 to be 'tensor<3xf32>', but got 'tensor<3xf64>'}}
  %0:3 = "stablehlo.batch_norm_training"(%x, %p, %p) <{epsilon = 1.0e-05 : f32, feature_index = 1 : i64}> : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<2x3xf32>, tensor<3xf64>, tensor<3xf32>)
  return
}
