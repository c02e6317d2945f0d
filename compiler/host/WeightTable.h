//===- WeightTable.h - Where the constants of a model lie -----------------===//

#ifndef BNOPT_COMPILER_HOST_WEIGHTTABLE_H
#define BNOPT_COMPILER_HOST_WEIGHTTABLE_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/StringMap.h"

#include <deque>
#include <vector>

namespace bnopt {

/// The constants of a lowered module, laid out behind each other at offsets
/// that are multiples of 64 bytes. The bytes belong to the module's
/// attributes, but for splats, which are expanded here.
class WeightTable {
public:
  struct Entry {
    uint64_t offset;
    mlir::ArrayRef<char> bytes;
  };

  explicit WeightTable(mlir::ModuleOp module);

  /// Entries by ascending offset.
  mlir::ArrayRef<Entry> entries() const { return table; }

  /// Offset in bytes of the global called `name`.
  uint64_t getOffset(mlir::StringRef name) const {
    return offsets.lookup(name);
  }

  uint64_t totalBytes() const { return size; }

private:
  mlir::ArrayRef<char> getBytes(mlir::Attribute value);

  std::vector<Entry> table;
  llvm::StringMap<uint64_t> offsets;
  std::deque<std::vector<char>> expanded;
  uint64_t size = 0;
};

} // namespace bnopt

#endif // BNOPT_COMPILER_HOST_WEIGHTTABLE_H
