//===- KernelFingerprint.h - What makes two kernels the same --------------===//

#ifndef BNOPT_DIALECT_KERNEL_KERNELFINGERPRINT_H
#define BNOPT_DIALECT_KERNEL_KERNELFINGERPRINT_H

#include "dialect/Kernel/KernelOps.h"

#include <string>

namespace bnopt::kernel {

/// A text that is equal for two kernels if and only if they have the same
/// body, types, layouts and schedule; name and locations do not count. Stable
/// across processes, so it can key a cache on disk.
std::string fingerprint(FuncOp kernel);

} // namespace bnopt::kernel

#endif // BNOPT_DIALECT_KERNEL_KERNELFINGERPRINT_H
