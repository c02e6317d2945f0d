//===- InferredTypes.cpp - What type inference promises -------------------===//

#include "dialect/Interfaces/InferredTypes.h"

#include "mlir/IR/TypeUtilities.h"

using namespace mlir;

static bool isCompatibleType(Type inferred, Type actual) {
  if (isa<UnrankedTensorType>(inferred))
    return true;
  return getElementTypeOrSelf(inferred) == getElementTypeOrSelf(actual) &&
         succeeded(verifyCompatibleShape(inferred, actual));
}

bool bnopt::areCompatibleTypes(TypeRange inferred, TypeRange actual) {
  return llvm::equal(inferred, actual, isCompatibleType);
}
