//===- PackingKernels.cpp - Weights that are packed at run time -----------===//

#include "passes/lower/PackingKernels.h"

#include "dialect/Kernel/KernelLayouts.h"

#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace bnopt;

static RankedTensorType getPackedType(RankedTensorType type,
                                      kernel::PackedAttr packed) {
  return RankedTensorType::get(kernel::getPackedShape(type.getShape(), packed),
                               type.getElementType());
}

static void setLayout(kernel::FuncOp kernel, Attribute argument,
                      Attribute result) {
  if (argument)
    kernel.setArgAttr(0, kernel::layoutAttrName, argument);
  if (result)
    kernel.setResultAttr(0, kernel::layoutAttrName, result);
}

kernel::FuncOp PackingKernels::getCopy(StringRef name, RankedTensorType type,
                                       Attribute from, Attribute to,
                                       Operation *at) {
  kernel::FuncOp &kernel = copies[{type, from, to}];
  if (kernel)
    return kernel;
  OpBuilder builder = OpBuilder::atBlockEnd(at->getParentOp()->getBlock());
  kernel = kernel::FuncOp::create(builder, at->getLoc(), name,
                                  builder.getFunctionType(type, type));
  setLayout(kernel, from, to);
  Block &body = kernel.getBody().front();
  builder.setInsertionPointToEnd(&body);
  kernel::ReturnOp::create(builder, at->getLoc(), body.getArgument(0));
  symbols.insert(kernel);
  return kernel;
}

void PackingKernels::packOperand(kernel::LaunchOp launch, unsigned index,
                                 Attribute layout, kernel::PackedAttr packed) {
  OpOperand &operand = launch.getInputsMutable()[index];
  Value &value = packedOf[{operand.get(), packed}];
  if (!value) {
    auto type = cast<RankedTensorType>(operand.get().getType());
    auto kernel = getCopy("pack", type, layout, packed, launch);
    OpBuilder builder(launch);
    value = kernel::LaunchOp::create(
                builder, launch.getLoc(), getPackedType(type, packed),
                kernel.getSymName(), operand.get(), ValueRange())
                .getResult(0);
  } else if (launch->isBeforeInBlock(value.getDefiningOp())) {
    value.getDefiningOp()->moveBefore(launch);
  }
  operand.set(value);
}

void PackingKernels::unpackResult(kernel::LaunchOp launch, Attribute layout,
                                  kernel::PackedAttr packed) {
  Value result = launch.getResult(0);
  auto type = cast<RankedTensorType>(result.getType());
  auto kernel = getCopy("unpack", type, packed, layout, launch);
  OpBuilder builder(launch->getContext());
  builder.setInsertionPointAfter(launch);
  auto unpack =
      kernel::LaunchOp::create(builder, launch.getLoc(), type,
                               kernel.getSymName(), result, ValueRange());
  result.replaceAllUsesExcept(unpack.getResult(0), unpack);
  result.setType(getPackedType(type, packed));
}
