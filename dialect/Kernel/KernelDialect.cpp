//===- KernelDialect.cpp - Fused groups of operators and their launches ---===//

#include "dialect/Kernel/KernelDialect.h"

#include "dialect/Kernel/KernelOps.h"

using namespace bnopt;

#include "dialect/Kernel/KernelDialect.cpp.inc"

void kernel::KernelDialect::initialize() {
  registerAttributes();
  addOperations<
#define GET_OP_LIST
#include "dialect/Kernel/KernelOps.cpp.inc"
      >();
}
