//===- TensorSignatures.cpp - Tensors as a library describes them ---------===//

#include "compiler/host/TensorSignatures.h"

#include "mlir/IR/BuiltinTypes.h"

using namespace mlir;
using namespace bnopt;

TensorSignature bnopt::getTensorSignature(StringRef name, ShapedType type) {
  TensorSignature signature;
  signature.name = name.str();
  signature.shape = type.getShape().vec();
  const unsigned bits = type.getElementTypeBitWidth();
  signature.type = {
      uint8_t(type.getElementType().isBF16() ? kDLBfloat : kDLFloat),
      uint8_t(bits), 1};
  return signature;
}
