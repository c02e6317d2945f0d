//===- KernelOps.cpp - Kernels, launches and places -----------------------===//

#include "dialect/Kernel/KernelOps.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Interfaces/FunctionImplementation.h"

using namespace mlir;
using namespace bnopt;
using namespace bnopt::kernel;

using Effects =
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>;

#define GET_OP_CLASSES
#include "dialect/Kernel/KernelOps.cpp.inc"

//===----------------------------------------------------------------------===//
// FuncOp
//===----------------------------------------------------------------------===//

void FuncOp::build(OpBuilder &builder, OperationState &state, StringRef name,
                   FunctionType type) {
  state.addAttribute(SymbolTable::getSymbolAttrName(),
                     builder.getStringAttr(name));
  state.addAttribute(getFunctionTypeAttrName(state.name), TypeAttr::get(type));
  Region *body = state.addRegion();
  body->emplaceBlock().addArguments(
      type.getInputs(),
      SmallVector<Location>(type.getNumInputs(), state.location));
}

ParseResult FuncOp::parse(OpAsmParser &parser, OperationState &result) {
  auto buildType = [](Builder &builder, ArrayRef<Type> arguments,
                      ArrayRef<Type> results,
                      function_interface_impl::VariadicFlag, std::string &) {
    return builder.getFunctionType(arguments, results);
  };
  return function_interface_impl::parseFunctionOp(
      parser, result, /*allowVariadic=*/false,
      getFunctionTypeAttrName(result.name), buildType,
      getArgAttrsAttrName(result.name), getResAttrsAttrName(result.name));
}

void FuncOp::print(OpAsmPrinter &printer) {
  function_interface_impl::printFunctionOp(
      printer, *this, /*isVariadic=*/false, getFunctionTypeAttrName(),
      getArgAttrsAttrName(), getResAttrsAttrName());
}

Attribute FuncOp::getArgLayout(unsigned index) {
  return getArgAttr(index, layoutAttrName);
}

Attribute FuncOp::getResultLayout(unsigned index) {
  return getResultAttr(index, layoutAttrName);
}

static LogicalResult verifyLayout(FuncOp kernel, const Twine &place, Type type,
                                  Attribute layout) {
  if (!layout || isa<PackedAttr>(layout))
    return success();
  auto strided = dyn_cast<LayoutAttr>(layout);
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!strided || !tensor)
    return kernel.emitOpError("expects 'kernel.layout' of ")
           << place << ", " << type
           << ", to be a #kernel.layout or #kernel.packed of a tensor, but got "
           << layout;
  auto numStrides = static_cast<int64_t>(strided.getStrides().size());
  if (numStrides == tensor.getRank())
    return success();
  return kernel.emitOpError("expects 'kernel.layout' of ")
         << place << " to have " << tensor.getRank()
         << " strides, one per dimension of " << type << ", but got "
         << numStrides;
}

LogicalResult FuncOp::verify() {
  // (C1)
  if (getResultTypes().empty())
    return emitOpError("expects at least one result, but got none");
  // (C2)
  for (auto [index, type] : llvm::enumerate(getArgumentTypes()))
    if (failed(verifyLayout(*this, "argument " + Twine(index), type,
                            getArgLayout(index))))
      return failure();
  for (auto [index, type] : llvm::enumerate(getResultTypes()))
    if (failed(verifyLayout(*this, "result " + Twine(index), type,
                            getResultLayout(index))))
      return failure();
  return success();
}

LogicalResult FuncOp::verifyRegions() {
  // (C3)
  Operation *terminator = getBody().front().getTerminator();
  if (llvm::equal(terminator->getOperandTypes(), getResultTypes()))
    return success();
  return terminator->emitOpError("expects the operands to have the result "
                                 "types of the kernel, ")
         << getResultTypes() << ", but got (" << terminator->getOperandTypes()
         << ")";
}

//===----------------------------------------------------------------------===//
// LaunchOp
//===----------------------------------------------------------------------===//

LogicalResult LaunchOp::verify() {
  // (C3)
  if ((getNumResults() == 0) != getOutputs().empty())
    return success();
  return emitOpError("expects either results or outputs, but got ")
         << getNumResults() << " and " << getOutputs().size();
}

LogicalResult LaunchOp::verifySymbolUses(SymbolTableCollection &symbolTable) {
  // (C1)
  auto kernel =
      symbolTable.lookupNearestSymbolFrom<FuncOp>(*this, getCalleeAttr());
  if (!kernel)
    return emitOpError("expects ")
           << getCalleeAttr() << " to be a 'kernel.func'";
  // (C2)
  auto fail = [&]() {
    InFlightDiagnostic diagnostic = emitOpError();
    diagnostic.attachNote(kernel.getLoc()) << "kernel defined here";
    return diagnostic;
  };
  ArrayRef<Type> expected = kernel.getArgumentTypes();
  if (getInputs().size() != expected.size())
    return fail() << "expects " << expected.size() << " inputs, as the kernel, "
                  << "but got " << getInputs().size();
  for (auto [index, type, input] : llvm::enumerate(expected, getInputs())) {
    // Packed weights have the shape they are stored in.
    bool isPacked = isa_and_nonnull<PackedAttr>(kernel.getArgLayout(index));
    if (isa<TensorType>(input.getType()) && !isPacked &&
        input.getType() != type)
      return fail() << "expects input " << index << " of type " << type
                    << ", but got " << input.getType();
  }
  // (C3) A packed result has the shape it is stored in, too.
  bool isPacked = isa_and_nonnull<PackedAttr>(kernel.getResultLayout(0));
  if (getNumResults() > 0 && !isPacked &&
      getResultTypes() != kernel.getResultTypes())
    return fail() << "expects results of type " << kernel.getResultTypes()
                  << ", but got " << getResultTypes();
  if (getNumResults() == 0 &&
      getOutputs().size() != kernel.getResultTypes().size())
    return fail() << "expects " << kernel.getResultTypes().size()
                  << " outputs, one per result of the kernel, but got "
                  << getOutputs().size();
  return success();
}

void LaunchOp::getEffects(Effects &effects) {
  for (OpOperand &input : getInputsMutable())
    if (isa<MemRefType>(input.get().getType()))
      effects.emplace_back(MemoryEffects::Read::get(), &input);
  for (OpOperand &output : getOutputsMutable())
    effects.emplace_back(MemoryEffects::Write::get(), &output);
}

//===----------------------------------------------------------------------===//
// PlaceOp, ZeroHaloOp
//===----------------------------------------------------------------------===//

/// Bytes from the first to behind the last element, or 0 where not known.
static int64_t getSizeInBytes(MemRefType type) {
  SmallVector<int64_t> strides;
  int64_t offset = 0;
  if (!type.hasStaticShape() ||
      failed(type.getStridesAndOffset(strides, offset)) ||
      llvm::is_contained(strides, ShapedType::kDynamic) ||
      !type.getElementType().isIntOrFloat())
    return 0;
  int64_t last = 0;
  for (auto [size, stride] : llvm::zip(type.getShape(), strides))
    last += (size - 1) * stride;
  return (last + 1) *
         llvm::divideCeil(type.getElementType().getIntOrFloatBitWidth(), 8);
}

LogicalResult PlaceOp::verify() {
  // (C1)
  auto offset = static_cast<int64_t>(getOffset());
  int64_t arena = getArena().getType().getDimSize(0);
  int64_t end = offset + getSizeInBytes(getResult().getType());
  if (offset < 0)
    return emitOpError("expects 'offset' not to be negative, but got ")
           << offset;
  if (ShapedType::isDynamic(arena) || end <= arena)
    return success();
  return emitOpError("expects the place to lie within the arena of ")
         << arena << " bytes, but it spans " << offset << ".." << end;
}

LogicalResult ZeroHaloOp::verify() {
  // (C1)
  auto rank = static_cast<size_t>(getTarget().getType().getRank());
  if (getHalo().size() == 2 * rank &&
      llvm::all_of(getHalo(), [](int64_t elements) { return elements >= 0; }))
    return success();
  return emitOpError("expects 'halo' to have ")
         << 2 * rank << " non-negative values, two per dimension, but got ["
         << getHalo() << "]";
}

void ZeroHaloOp::getEffects(Effects &effects) {
  effects.emplace_back(MemoryEffects::Write::get(), &getTargetMutable());
}
