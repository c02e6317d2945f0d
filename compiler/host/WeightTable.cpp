//===- WeightTable.cpp - Where the constants of a model lie ---------------===//

#include "compiler/host/WeightTable.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace bnopt;

/// A cache line, and the widest vector register.
static constexpr uint64_t weightAlignment = 64;

WeightTable::WeightTable(ModuleOp module) {
  for (auto global : module.getOps<memref::GlobalOp>()) {
    ArrayRef<char> bytes = getBytes(*global.getInitialValue());
    size = llvm::alignTo(size, weightAlignment);
    table.push_back({size, bytes});
    offsets[global.getSymName()] = size;
    size += bytes.size();
  }
}

ArrayRef<char> WeightTable::getBytes(Attribute value) {
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(value))
    return resource.getRawHandle().getBlob()->getData();
  auto dense = cast<DenseElementsAttr>(value);
  ArrayRef<char> raw = dense.getRawData();
  if (!dense.isSplat())
    return raw;
  std::vector<char> &bytes = expanded.emplace_back();
  for (int64_t i = 0; i < dense.getNumElements(); ++i)
    bytes.insert(bytes.end(), raw.begin(), raw.end());
  return bytes;
}
