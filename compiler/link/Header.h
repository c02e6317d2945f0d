/// The C header that comes with a compiled model.

#ifndef BNOPT_COMPILER_LINK_HEADER_H
#define BNOPT_COMPILER_LINK_HEADER_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <cstdint>
#include <dlpack/dlpack.h>
#include <string>
#include <vector>

namespace llvm {
class raw_ostream;
} // namespace llvm

namespace bnopt {

/// One input, output or parameter of a model.
struct TensorSignature {
  /// As in the model; may hold any characters.
  std::string name;
  std::vector<int64_t> shape;
  DLDataType type = {kDLFloat, 32, 1};
  /// Of an input: the first output may be in its memory.
  bool isOverwritten = false;
};

struct ModelSignature {
  /// A C identifier.
  std::string name;
  std::string target;
  std::vector<TensorSignature> inputs, outputs;
  /// In bytes.
  uint64_t workspaceSize = 0;
  uint64_t workspaceAlignment = 64;
  /// What a refresh takes; the fixed ones it may take too.
  bool isRefreshable = false;
  std::vector<TensorSignature> parameters, fixedParameters;
};

/// Prints a header that stands alone: the interface of all compiled models,
/// this model's functions, and its shapes and sizes as macros.
void printHeader(const ModelSignature &model, llvm::raw_ostream &os);

/// Writes that header; the file appears complete or not at all.
llvm::Error writeHeader(const ModelSignature &model,
                        llvm::StringRef outputPath);

} // namespace bnopt

#endif // BNOPT_COMPILER_LINK_HEADER_H
