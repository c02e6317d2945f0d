//===- Traffic.h - Bytes that kernels move --------------------------------===//

#ifndef BNOPT_PASSES_TRAFFIC_H
#define BNOPT_PASSES_TRAFFIC_H

#include "dialect/Kernel/KernelOps.h"

#include "mlir/IR/SymbolTable.h"

#include <cstdint>

namespace bnopt {

/// Bytes between memory and kernels, as if no cache outlived a sweep: each
/// element of an operand is read once, or twice by a normalization that needs
/// all of them before its first result.
struct Traffic {
  /// Of tensors that the model computes or takes as inputs.
  uint64_t read = 0;
  uint64_t written = 0;
  /// Of constants, which are read, too.
  uint64_t constants = 0;

  uint64_t total() const { return read + written + constants; }

  Traffic &operator+=(const Traffic &other) {
    read += other.read;
    written += other.written;
    constants += other.constants;
    return *this;
  }
};

/// The traffic of one launch, of tensors or of planned memory. Of an operand of
/// which a kernel reads slices alone, these count; dimensions of unknown size
/// count as one.
Traffic getTraffic(kernel::LaunchOp launch, const mlir::SymbolTable &symbols);

} // namespace bnopt

#endif // BNOPT_PASSES_TRAFFIC_H
