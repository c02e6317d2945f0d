//===- ImportOnnx.h - ONNX models to nn and bn ------------------*- C++ -*-===//

#ifndef BNOPT_COMPILER_ONNX_IMPORTONNX_H
#define BNOPT_COMPILER_ONNX_IMPORTONNX_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"
#include <string>

namespace bnopt {

struct ImportOptions {
  /// Shapes that replace those of graph inputs, by name; `ShapedType::kDynamic`
  /// leaves a dimension to run time.
  llvm::StringMap<llvm::SmallVector<int64_t>> inputShapes;
  /// Symbol of the entry function; empty derives it from the file's stem.
  std::string modelName;
  /// Keeps the names of the initializers: `bn.parameters` on the function,
  /// `bn.recipe` on the constants. Those whose numbers the import itself uses
  /// are marked as fixed.
  bool refreshable = false;
  /// Gives constants that are initializers their name, as `bn.name`.
  bool nameParameters = false;
};

/// Adds `NAME=1x3x224x224` to `options`; `N` or `?` stands for a dynamic
/// dimension. On failure `error` says what is wrong with `argument`.
llvm::LogicalResult parseInputShape(llvm::StringRef argument,
                                    ImportOptions &options, std::string &error);

/// The C identifier that names the model stored at `path`.
std::string getModelName(llvm::StringRef path);

/// Reads the ONNX model at `path` into a module with one function, its entry.
/// Every operation carries a `NameLoc` with the name of its node over a
/// `FileLineColLoc` with the path. Weights are resource blobs that own their
/// memory. On failure exactly one error has been emitted.
llvm::FailureOr<mlir::OwningOpRef<mlir::ModuleOp>>
importOnnx(llvm::StringRef path, const ImportOptions &options,
           mlir::MLIRContext *context);

} // namespace bnopt

#endif // BNOPT_COMPILER_ONNX_IMPORTONNX_H
