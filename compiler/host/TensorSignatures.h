//===- TensorSignatures.h - Tensors as a library describes them -----------===//

#ifndef BNOPT_COMPILER_HOST_TENSORSIGNATURES_H
#define BNOPT_COMPILER_HOST_TENSORSIGNATURES_H

#include "compiler/link/Header.h"

#include "mlir/IR/BuiltinTypeInterfaces.h"

namespace bnopt {

/// The signature of a tensor called `name` of a static shape of floats.
TensorSignature getTensorSignature(llvm::StringRef name, mlir::ShapedType type);

} // namespace bnopt

#endif // BNOPT_COMPILER_HOST_TENSORSIGNATURES_H
