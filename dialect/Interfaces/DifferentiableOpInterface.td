#ifndef BNOPT_INTERFACES_DIFFERENTIABLEOPINTERFACE
#define BNOPT_INTERFACES_DIFFERENTIABLEOPINTERFACE

include "mlir/IR/OpBase.td"

def DifferentiableOpInterface : OpInterface<"DifferentiableOpInterface"> {
  let cppNamespace = "::bnopt";
  let description = [{
    Builds an operator's adjoint: what reverse mode needs to go from gradients
    of its results to gradients of its operands.

    A gradient has the type of its value. Where a function is not
    differentiable (the kink of a relu, a tie of maxima), the adjoint takes one
    of its subgradients, and the operator states which.

    Operators of other dialects join by external models.
  }];
  let methods = [
    InterfaceMethod<
      /*description=*/[{
        Whether gradients flow to operand `operand`. They end where the operand
        is a statistic that is kept apart from training.
      }],
      /*retTy=*/"bool",
      /*methodName=*/"passesGradient",
      /*args=*/(ins "unsigned":$operand),
      /*methodBody=*/"",
      /*defaultImplementation=*/[{ return true; }]>,
    InterfaceMethod<
      /*description=*/[{
        Builds the gradients that `request` wants of the operands, one per
        operand: null where none is wanted, or where it is zero. All shapes are
        static, and a gradient of at least one result is there.
        Fails with `reason` when there is no adjoint.
      }],
      /*retTy=*/"::mlir::FailureOr<::bnopt::Gradients>",
      /*methodName=*/"buildAdjoint",
      /*args=*/(ins "::mlir::OpBuilder &":$builder,
                    "const ::bnopt::AdjointRequest &":$request,
                    "::std::string &":$reason)>,
  ];
}

#endif // BNOPT_INTERFACES_DIFFERENTIABLEOPINTERFACE
