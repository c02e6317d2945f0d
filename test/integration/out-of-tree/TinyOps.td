#ifndef TINY_OPS
#define TINY_OPS

include "dialect/Interfaces/ScaleShiftOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Tiny_Dialect : Dialect {
  let name = "tiny";
  let cppNamespace = "::tiny";
}

def Tiny_DenseOp : Op<Tiny_Dialect, "dense", [Pure,
    DeclareOpInterfaceMethods<ScaleShiftOpInterface, [
      "getScaleShiftTargetBelow", "cloneWithWeights"]>]> {
  let summary = "x·Wᵀ + b";
  let arguments = (ins 2DTensorOf<[F32]>:$input, 2DTensorOf<[F32]>:$weights,
                       Optional<1DTensorOf<[F32]>>:$bias);
  let results = (outs 2DTensorOf<[F32]>:$result);
  let assemblyFormat = [{
    $input `,` $weights (`,` $bias^)? attr-dict `:` functional-type(operands, results)
  }];
}

#endif // TINY_OPS
