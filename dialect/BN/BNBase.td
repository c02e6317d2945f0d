#ifndef BNOPT_BN_BNBASE
#define BNOPT_BN_BNBASE

include "dialect/Interfaces/DifferentiableOpInterface.td"
include "dialect/Interfaces/ScaleShiftOpInterface.td"
include "dialect/BN/BNAttrs.td"
include "dialect/BN/BNDialect.td"
include "mlir/IR/EnumAttr.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

//===----------------------------------------------------------------------===//
// Types, attributes, base classes
//===----------------------------------------------------------------------===//

def BN_Tensor : RankedTensorOf<[AnyFloat]>;
/// One value per feature.
def BN_Vector : 1DTensorOf<[AnyFloat]>;
/// What rounding has taken from a mean. Narrower types have no room for it.
def BN_MeanRest : 1DTensorOf<[F32, F64]>;

/// `keep`: r ← m·r + (1−m)·stat (ONNX, Keras, TensorFlow);
/// `update`: r ← (1−m)·r + m·stat (PyTorch, cuDNN).
def BN_MomentumConvention : I32EnumAttr<"MomentumConvention",
    "which of old and new value the momentum multiplies", [
    I32EnumAttrCase<"Keep", 0, "keep">,
    I32EnumAttrCase<"Update", 1, "update">]> {
  let cppNamespace = "::bnopt::bn";
}

/// `population` divides by n, `sample` by n − 1.
def BN_VarianceEstimator : I32EnumAttr<"VarianceEstimator",
    "which estimate of the variance the running variance follows", [
    I32EnumAttrCase<"Population", 0, "population">,
    I32EnumAttrCase<"Sample", 1, "sample">]> {
  let cppNamespace = "::bnopt::bn";
}

/// An operator with an adjoint.
def BN_Differentiable : DeclareOpInterfaceMethods<DifferentiableOpInterface>;
/// The same, with operands that gradients do not flow to.
def BN_StopsGradients
    : DeclareOpInterfaceMethods<DifferentiableOpInterface, ["passesGradient"]>;

class BN_Op<string mnemonic, list<Trait> traits = []>
    : Op<BN_Dialect, mnemonic, !listconcat([Pure], traits)>;

class BN_InferringOp<string mnemonic, list<Trait> traits = []>
    : BN_Op<mnemonic, !listconcat(traits, [InferTypeOpAdaptorWithIsCompatible])> {
  let extraClassDefinition = [{
    bool $cppClass::isCompatibleReturnTypes(::mlir::TypeRange inferred, ::mlir::TypeRange actual) {
      return ::bnopt::areCompatibleTypes(inferred, actual);
    }
  }];
}

/// The last inferred results are mean and variance; one more, of their type, may
/// follow.
class BN_BatchStatisticsOp<string mnemonic, list<Trait> traits = []>
    : BN_InferringOp<mnemonic, traits> {
  let extraClassDefinition = [{
    bool $cppClass::isCompatibleReturnTypes(::mlir::TypeRange inferred, ::mlir::TypeRange actual) {
      const size_t size = inferred.size();
      return ::bnopt::areCompatibleTypes(inferred, actual.take_front(size)) &&
             (actual.size() == size ||
              ::bnopt::areCompatibleTypes(inferred.take_back(), actual.drop_front(size)));
    }
  }];
}

#endif // BNOPT_BN_BNBASE
