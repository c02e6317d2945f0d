#ifndef BNOPT_BN_BNDIALECT
#define BNOPT_BN_BNDIALECT

include "mlir/IR/OpBase.td"

def BN_Dialect : Dialect {
  let name = "bn";
  let cppNamespace = "::bnopt::bn";
  let summary = "Normalization: batch norm in inference and training, and its relatives";
  let description = [{
    Batch normalization standardizes each feature over a mini-batch,
    `y = scale·(x − mean)/√(variance + epsilon) + offset`. The dialect keeps
    every convention explicit: where the statistics come from, how the running
    ones are updated, which dimension is the feature.

    Attributes on function arguments and results: `bn.name` (string), the name
    of the model's input or output.

    A model whose parameters may be refreshed has `bn.parameters` on its
    function, an array of `#bn.parameter`, and `bn.recipe` on every constant that
    depends on them.
  }];
  let hasConstantMaterializer = 1;
  let hasOperationAttrVerify = 1;
  let dependentDialects = ["::mlir::arith::ArithDialect"];
  let useDefaultAttributePrinterParser = 1;
  let extraClassDeclaration = [{
    void registerAttributes();
  }];
}

#endif // BNOPT_BN_BNDIALECT
