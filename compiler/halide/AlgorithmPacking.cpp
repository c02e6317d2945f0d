//===- AlgorithmPacking.cpp - Weights in packed order as Funcs ------------===//
//
// Packed buffers have the dimensions (output channel within tile, reduced
// channel, window from its last dimension on, tile, part), innermost first.
//
//===----------------------------------------------------------------------===//

#include "compiler/halide/AlgorithmBuilder.h"
#include "dialect/Kernel/KernelLayouts.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace bnopt;
using Halide::Expr;
using Halide::Func;
using Halide::Var;

static int toInt(int64_t value) { return static_cast<int>(value); }

std::vector<Var> AlgorithmBuilder::getPackedVars(size_t rank, bool hasParts) {
  std::vector<Var> vars = {Var("v"), Var("r")};
  const size_t outer = hasParts ? 2 : 1;
  for (size_t dim = 0; vars.size() + outer < rank; ++dim)
    vars.emplace_back("k" + std::to_string(dim));
  vars.emplace_back("t");
  if (hasParts)
    vars.emplace_back("p");
  return vars;
}

/// The element of weights of `shape` that lies at `packedVars`, zero where
/// there is none.
static Expr getPackedElement(ArrayRef<int64_t> shape, kernel::PackedAttr packed,
                             ArrayRef<Var> packedVars,
                             llvm::function_ref<Expr(ArrayRef<Expr>)> read) {
  const bool isTransposed = packed.getTransposed();
  const bool isMatrix = shape.size() == 2;
  const int groups = toInt(packed.getGroups());
  // A matrix K×N has its outputs last.
  int channels = toInt(shape[isMatrix != isTransposed ? 1 : 0]);
  if (!isMatrix && isTransposed)
    channels *= groups;
  Expr channel = packedVars.back() * toInt(packed.getTile()) + packedVars[0];
  const bool isWhole = channels % packed.getTile() == 0;
  Expr valid = isWhole ? channel : Halide::min(channel, channels - 1);
  Expr reduced = packedVars[1];
  Indices indices;
  if (isMatrix && !isTransposed) {
    indices = {reduced, valid};
  } else if (isMatrix || !isTransposed) {
    indices = {valid, reduced};
  } else {
    const int perGroup = toInt(shape[1]);
    const int reducedPerGroup = toInt(shape[0]) / groups;
    indices = {valid / perGroup * reducedPerGroup + reduced, valid % perGroup};
  }
  for (Var tap : llvm::reverse(packedVars.drop_front(2).drop_back()))
    indices.emplace_back(tap);
  Expr element = read(indices);
  return isWhole ? element : Halide::select(channel < channels, element, 0.0f);
}

void AlgorithmBuilder::describePackedOutput(ArrayRef<int64_t> sizes) {
  Halide::OutputImageParam buffer = funcs.output.output_buffer();
  int64_t stride = 1;
  for (auto [dim, size] : llvm::enumerate(sizes)) {
    funcs.extents.push_back(toInt(size));
    funcs.strides.push_back(toInt(stride));
    buffer.dim(dim).set_bounds(0, toInt(size)).set_stride(toInt(stride));
    stride *= size;
  }
}

void AlgorithmBuilder::finishUnpacked(BlockArgument weights,
                                      kernel::PackedAttr packed) {
  MemoryLayout layout =
      view.getLayout(weights.getType(), kernel.getResultLayout());
  const auto rank = static_cast<int64_t>(layout.shape.size());
  funcs.vars = getVars(rank);
  funcs.output = Func("output");
  funcs.output(funcs.vars) =
      readPacked(weights, packed, getIndices(funcs.vars));
  Halide::OutputImageParam buffer = funcs.output.output_buffer();
  for (auto [dim, logical] : llvm::enumerate(kernel::getBufferDimOrder(rank))) {
    const int size = toInt(layout.shape[logical]);
    const int stride = toInt(layout.strides[logical]);
    buffer.dim(dim).set_bounds(0, size).set_stride(stride);
    funcs.extents.push_back(size);
    funcs.strides.push_back(stride);
  }
  // Output channels are the last dimension, the window lies before them.
  funcs.anchor = PackingFuncs{toInt(rank - 1), 1, toInt(rank - 2)};
}

bool AlgorithmBuilder::finishPacked(Value returned) {
  auto packed = dyn_cast_or_null<kernel::PackedAttr>(kernel.getResultLayout());
  auto argument = dyn_cast<BlockArgument>(returned);
  auto source = dyn_cast_or_null<kernel::PackedAttr>(
      argument ? kernel.getArgLayout(argument.getArgNumber()) : Attribute());
  if (source)
    finishUnpacked(argument, source);
  if (!packed)
    return source != nullptr;
  ArrayRef<int64_t> shape =
      cast<RankedTensorType>(returned.getType()).getShape();
  SmallVector<int64_t> sizes = kernel::getPackedShape(shape, packed);
  std::reverse(sizes.begin(), sizes.end());
  funcs.vars = getPackedVars(sizes.size(), packed.getParts() > 1);
  funcs.output = Func("output");
  if (auto *gradient = std::get_if<WeightGradientFuncs>(&funcs.anchor)) {
    std::vector<Expr> args(funcs.vars.begin(), funcs.vars.end());
    args.emplace_back(gradient->runs);
    funcs.output(funcs.vars) = 0.0f;
    funcs.output(funcs.vars) += gradient->run(args);
  } else {
    funcs.output(funcs.vars) = getPackedElement(
        shape, packed, funcs.vars,
        [&](ArrayRef<Expr> indices) { return read(returned, indices); });
    funcs.anchor = PackingFuncs{0, 2, toInt(shape.size()) - 2};
  }
  describePackedOutput(sizes);
  return true;
}

Expr AlgorithmBuilder::readPacked(BlockArgument weights,
                                  kernel::PackedAttr packed,
                                  ArrayRef<Expr> indices) {
  const int tile = toInt(packed.getTile());
  const bool isSingle = tile >= shapeOf(weights)[0];
  std::vector<Expr> args = {isSingle ? indices[0] : indices[0] % tile,
                            indices[1]};
  for (const Expr &tap : llvm::reverse(indices.drop_front(2)))
    args.push_back(tap);
  args.push_back(isSingle ? Expr(0) : indices[0] / tile);
  const Func &func = get(weights).func;
  if (packed.getParts() == 1)
    return func(args);
  // In one order whatever the threads.
  args.emplace_back(0);
  Expr sum = func(args);
  for (int part = 1; part < packed.getParts(); ++part) {
    args.back() = part;
    sum += func(args);
  }
  return sum;
}
