#ifndef BNOPT_NN_NNDIALECT
#define BNOPT_NN_NNDIALECT

include "mlir/IR/OpBase.td"

def NN_Dialect : Dialect {
  let name = "nn";
  let cppNamespace = "::bnopt::nn";
  let summary = "The operators that a normalization folds into, moves across or fuses with";
  let description = [{
    Operators of convolutional networks with ONNX semantics: value-based on
    ranked tensors, batch first and channels second (`N×C×D1×…×Dk`), as the
    model states them. Layouts in memory are decided later, by
    `bn-assign-layouts`.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
  let hasConstantMaterializer = 1;
}

#endif // BNOPT_NN_NNDIALECT
