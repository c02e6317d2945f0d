//===- KernelShape.cpp - Questions about a kernel's loops and memory ------===//

#include "passes/lower/KernelShape.h"

#include "dialect/Kernel/KernelLayouts.h"
#include "passes/ElementwiseOps.h"

using namespace mlir;
using namespace bnopt;

static RankedTensorType getOperandType(kernel::FuncOp kernel, unsigned index) {
  ArrayRef<Type> inputs = kernel.getFunctionType().getInputs();
  return cast<RankedTensorType>(index < inputs.size()
                                    ? inputs[index]
                                    : kernel.getFunctionType().getResult(0));
}

static Attribute getOperandLayout(kernel::FuncOp kernel, unsigned index) {
  return index < kernel.getFunctionType().getNumInputs()
             ? kernel.getArgLayout(index)
             : kernel.getResultLayout();
}

SmallVector<int64_t> bnopt::getOperandStrides(kernel::FuncOp kernel,
                                              unsigned index) {
  return kernel::getStrides(getOperandType(kernel, index),
                            getOperandLayout(kernel, index));
}

bool bnopt::canReplaceArgument(kernel::FuncOp kernel, unsigned index) {
  unsigned result = kernel.getFunctionType().getNumInputs();
  return getOperandType(kernel, index) == getOperandType(kernel, result) &&
         getOperandLayout(kernel, index) == getOperandLayout(kernel, result) &&
         llvm::all_of(kernel.getBody().getArgument(index).getUsers(),
                      isElementwise);
}

bool bnopt::hasContiguousPixels(kernel::FuncOp kernel) {
  unsigned result = kernel.getFunctionType().getNumInputs();
  ArrayRef<int64_t> resultShape = getOperandType(kernel, result).getShape();
  if (resultShape.size() < 4)
    return false;
  for (unsigned index = 0; index <= result; ++index) {
    ArrayRef<int64_t> shape = getOperandType(kernel, index).getShape();
    if (shape.size() != resultShape.size() ||
        shape.drop_front(2) != resultShape.drop_front(2))
      continue;
    SmallVector<int64_t> strides = getOperandStrides(kernel, index);
    for (size_t dim = 2; dim + 1 < shape.size(); ++dim)
      if (strides[dim] != strides[dim + 1] * shape[dim + 1])
        return false;
  }
  return true;
}
