//===- ModelFile.h - the bytes of an ONNX model ------------------*- C++
//-*-===//

#ifndef BNOPT_COMPILER_ONNX_MODELFILE_H
#define BNOPT_COMPILER_ONNX_MODELFILE_H

#include "mlir/IR/AsmState.h"
#include "mlir/IR/Location.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/MemoryBuffer.h"
#include <memory>
#include <onnx-ml.pb.h>

namespace bnopt::onnx_import {

/// A model in memory and the files that hold its external data.
class ModelFile {
public:
  /// Reads the model; errors are emitted at `location`.
  static llvm::FailureOr<std::unique_ptr<ModelFile>>
  open(llvm::StringRef path, mlir::Location location);

  onnx::ModelProto &getModel() { return model; }

  /// The bytes of `tensor`, little-endian and packed, as the owner of their
  /// memory: taken out of the model, or mapped from the external file. Empty
  /// for tensors stored in typed fields. Errors are emitted at `location`.
  llvm::FailureOr<mlir::AsmResourceBlob> takeBytes(onnx::TensorProto &tensor,
                                                   size_t alignment,
                                                   mlir::Location location);

private:
  llvm::FailureOr<mlir::AsmResourceBlob>
  mapExternal(const onnx::TensorProto &tensor, size_t alignment,
              mlir::Location location);

  std::string directory;
  onnx::ModelProto model;
  /// Files of external data, by location; shared with the blobs into them.
  llvm::StringMap<std::shared_ptr<llvm::MemoryBuffer>> externalFiles;
};

/// Whether the bytes of `tensor` are not in typed fields.
bool hasBytes(const onnx::TensorProto &tensor);

} // namespace bnopt::onnx_import

#endif // BNOPT_COMPILER_ONNX_MODELFILE_H
