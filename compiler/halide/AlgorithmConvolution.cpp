//===- AlgorithmConvolution.cpp - Linear operators as Funcs ---------------===//
//
// Output channels are split into (channel within tile, tile), as the packed
// weights are; the accumulator has both as dimensions. A tile lies within one
// group, so that the group is the same for all lanes of a vector.
//
//===----------------------------------------------------------------------===//

#include "compiler/halide/AlgorithmConvolution.h"

#include "compiler/halide/AlgorithmBuilder.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace bnopt;
using Halide::Expr;
using Halide::Func;
using Halide::RDom;
using Halide::Var;

std::optional<int64_t> bnopt::getPackedTile(kernel::FuncOp kernel,
                                            std::optional<unsigned> argument) {
  if (!argument)
    return std::nullopt;
  auto packed =
      dyn_cast_or_null<kernel::PackedAttr>(kernel.getArgLayout(*argument));
  return packed ? std::optional(packed.getTile()) : std::nullopt;
}

int bnopt::getTilePixels(kernel::FuncOp kernel) {
  auto direct = dyn_cast_or_null<kernel::DirectAttr>(kernel.getScheduleAttr());
  return direct ? direct.getPixels() : 1;
}

//===----------------------------------------------------------------------===//
// Convolution
//===----------------------------------------------------------------------===//

/// How far windows reach beyond the input: low values, then high ones. Less
/// than the pads where strides leave the last elements unread.
static SmallVector<int64_t> getReach(nn::ConvOp op,
                                     ArrayRef<int64_t> inputShape,
                                     ArrayRef<int64_t> outputShape) {
  auto strides = op.getStrideValues(), dilations = op.getDilationValues();
  auto pads = op.getPadValues(), window = op.getKernelShape();
  int64_t dims = window.size();
  SmallVector<int64_t> reach(2 * dims);
  for (int64_t dim = 0; dim < dims; ++dim) {
    int64_t last = (outputShape[dim + 2] - 1) * strides[dim] +
                   (window[dim] - 1) * dilations[dim] - pads[dim];
    reach[dim] = pads[dim];
    reach[dim + dims] = std::max<int64_t>(0, last - (inputShape[dim + 2] - 1));
  }
  return reach;
}

static SmallVector<WindowSteps> getWindowSteps(nn::ConvOp op) {
  SmallVector<WindowSteps> steps;
  for (auto [stride, dilation, size] : llvm::zip_equal(
           op.getStrideValues(), op.getDilationValues(), op.getKernelShape()))
    steps.push_back({stride, (size - 1) * dilation + 1});
  return steps;
}

/// An input of `shape` that lies in memory, as windows with `steps` per spatial
/// dimension, outermost first, read it.
static ConvolutionInput describeInput(ArrayRef<int64_t> shape,
                                      ArrayRef<WindowSteps> steps) {
  ConvolutionInput input;
  // Channels, or the columns of a left factor, are the first dimension.
  input.channels = shape[kernel::getBufferDimOrder(shape.size())[0]];
  input.elements = getNumElements(shape);
  input.window.assign(steps.rbegin(), steps.rend());
  return input;
}

Expr AlgorithmBuilder::readInput(ConvolutionFuncs &conv, const Element &input,
                                 ArrayRef<int64_t> pads,
                                 ArrayRef<WindowSteps> steps) {
  const auto &[value, indices] = input;
  ArrayRef<int64_t> shape = shapeOf(value);
  conv.input = describeInput(shape, steps);
  if (get(value).argument || get(value).splat)
    return readPadded(value, indices, pads, 0);
  conv.input.load = Func("loaded");
  std::vector<Var> vars = getVars(shape.size());
  conv.input.load(vars) = readPadded(value, getIndices(vars), pads, 0);
  return conv.input.load(orderIndices(indices));
}

std::vector<Var> bnopt::getAccumulatorVars(const std::vector<Var> &imageVars) {
  std::vector<Var> vars = imageVars;
  vars.insert(vars.begin() + 1, Var("t"));
  return vars;
}

std::vector<Expr> bnopt::selectTile(const std::vector<Var> &imageVars,
                                    int64_t channels, int64_t tile) {
  std::vector<Expr> args(imageVars.begin(), imageVars.end());
  Expr c = args[0];
  bool single = tile >= channels;
  args[0] = single ? c : c % static_cast<int>(tile);
  args.insert(args.begin() + 1, single ? Expr(0) : c / static_cast<int>(tile));
  return args;
}

Expr bnopt::getInputChannel(const ChannelGroups &channels, const Expr &channel,
                            const Expr &tile, int64_t tileChannels,
                            const Expr &r) {
  const auto [outputs, groups, groupInputs] = channels;
  const int64_t groupOutputs = outputs / groups;
  if (groups == 1)
    return r;
  // Filled-up channels of the last tile read what the last channel reads.
  Expr valid = outputs % tileChannels == 0
                   ? channel
                   : Halide::min(channel, static_cast<int>(outputs - 1));
  if (groupInputs == 1 && groupOutputs == 1)
    return valid;
  if (groupOutputs % tileChannels == 0)
    return tile / static_cast<int>(groupOutputs / tileChannels) * groupInputs +
           r;
  return valid / static_cast<int>(groupOutputs) * groupInputs + r;
}

namespace {
/// The element that one step of a window reads.
struct WindowIndices {
  Indices input;
  /// The step in each spatial dimension.
  Indices steps;
};
} // namespace

static WindowIndices getWindowIndices(nn::ConvOp op, ArrayRef<Expr> indices,
                                      const Expr &inputChannel,
                                      const RDom &domain) {
  WindowIndices result = {{indices[0], inputChannel}, {}};
  auto strides = op.getStrideValues(), dilations = op.getDilationValues();
  auto pads = op.getPadValues();
  int64_t dims = strides.size();
  for (int64_t dim = 0; dim < dims; ++dim) {
    // Reduction variables after the channel run from the last dimension on.
    Expr k = domain[static_cast<int>(dims - dim)];
    result.steps.push_back(k);
    result.input.push_back(indices[dim + 2] * static_cast<int>(strides[dim]) +
                           k * static_cast<int>(dilations[dim]) -
                           static_cast<int>(pads[dim]));
  }
  return result;
}

void AlgorithmBuilder::buildConv(nn::ConvOp op) {
  auto shape = llvm::to_vector(shapeOf(op.getInput()));
  auto resultShape = view.getShape(op.getType());
  int64_t outputs = resultShape[1], groupOutputs = outputs / op.getGroups();
  const TensorFunc &weights = get(op.getWeights());

  ConvolutionFuncs conv;
  SmallVector<int64_t> reductionSizes = {weights.shape[1]};
  llvm::append_range(reductionSizes, llvm::reverse(op.getKernelShape()));
  RDom domain = makeReductionDomain(reductionSizes);
  conv.reduction = getReductionVars(domain);
  conv.reductionSizes.assign(reductionSizes.begin(), reductionSizes.end());
  conv.reductionSize = getNumElements(reductionSizes);
  conv.isDepthwise = op.getGroups() > 1 && weights.shape[1] == 1;
  auto packedTile = getPackedTile(kernel, weights.argument);
  conv.isPacked = packedTile.has_value();
  conv.tileChannels =
      packedTile.value_or(conv.isDepthwise ? outputs : groupOutputs);
  conv.tilePixels = getTilePixels(kernel);
  // Weights that are all the same are a constant, not an argument.
  if (weights.argument)
    conv.weights = funcs.arguments[*weights.argument];

  Indices indices = declare(op);
  std::vector<Var> imageVars = getVars(indices.size());
  conv.vars = getAccumulatorVars(imageVars);
  Var within = conv.vars[0], tile = conv.vars[1];
  Expr channel = tile * conv.tileChannels + within;
  Expr validChannel = outputs % conv.tileChannels == 0
                          ? channel
                          : Halide::min(channel, static_cast<int>(outputs - 1));
  Expr inputChannel =
      getInputChannel({outputs, static_cast<int64_t>(op.getGroups()),
                       static_cast<int>(weights.shape[1])},
                      channel, tile, conv.tileChannels, domain[0]);
  WindowIndices window = getWindowIndices(op, indices, inputChannel, domain);
  Indices weightIndices = {validChannel, domain[0]};
  llvm::append_range(weightIndices, window.steps);
  std::vector<Expr> packedIndices = {within};
  llvm::append_range(packedIndices, conv.reduction);
  packedIndices.push_back(tile);
  Expr weight = conv.isPacked ? conv.weights(packedIndices)
                              : read(op.getWeights(), weightIndices);

  conv.accumulator = Func("accumulator");
  conv.accumulator(conv.vars) =
      op.getBias() ? read(op.getBias(), validChannel) : Expr(0.0f);
  SmallVector<int64_t> reach = getReach(op, shape, resultShape);
  conv.accumulator(conv.vars) += readInput(conv, {op.getInput(), window.input},
                                           reach, getWindowSteps(op)) *
                                 weight;
  funcOf(op)(imageVars) =
      conv.accumulator(selectTile(imageVars, outputs, conv.tileChannels));
  funcs.anchor = std::move(conv);
}

/// Written as a gather: result pixel y reads input (y + pad −
/// k·dilation)/stride for those k for which that is an input pixel.
void AlgorithmBuilder::buildConvTranspose(nn::ConvTransposeOp op) {
  auto shape = llvm::to_vector(shapeOf(op.getInput()));
  auto weightShape = llvm::to_vector(shapeOf(op.getWeights()));
  int groups = op.getGroups();
  int groupInputs = shape[1] / groups, groupOutputs = weightShape[1];
  SmallVector<int64_t> sizes = {groupInputs};
  llvm::append_range(sizes, llvm::reverse(op.getKernelShape()));
  RDom domain = makeReductionDomain(sizes);

  Indices indices = declare(op);
  ReductionFuncs reduction;
  reduction.vars = getVars(indices.size());
  reduction.reduction = getReductionVars(domain);
  reduction.reductionSize = getNumElements(sizes);
  Expr inputChannel = indices[1] / groupOutputs * groupInputs + domain[0];
  Indices inputIndices = {indices[0], inputChannel};
  Indices weightIndices = {inputChannel, indices[1] % groupOutputs};
  auto strides = op.getStrideValues(), dilations = op.getDilationValues();
  auto pads = op.getPadValues();
  int64_t dims = strides.size();
  Expr isRead = Halide::Internal::const_true();
  for (int64_t dim = 0; dim < dims; ++dim) {
    Expr k = domain[static_cast<int>(dims - dim)];
    int stride = strides[dim], size = shape[dim + 2];
    Expr scaled = indices[dim + 2] + static_cast<int>(pads[dim]) -
                  k * static_cast<int>(dilations[dim]);
    isRead =
        isRead && scaled >= 0 && scaled % stride == 0 && scaled / stride < size;
    inputIndices.push_back(Halide::clamp(scaled / stride, 0, size - 1));
    weightIndices.push_back(k);
  }
  reduction.accumulator = Func("accumulator");
  reduction.accumulator(reduction.vars) =
      op.getBias() ? read(op.getBias(), indices[1]) : Expr(0.0f);
  reduction.accumulator(reduction.vars) +=
      Halide::select(isRead, read(op.getInput(), inputIndices), 0.0f) *
      read(op.getWeights(), weightIndices);
  funcOf(op)(reduction.vars) = reduction.accumulator(reduction.vars);
  funcs.anchor = std::move(reduction);
}

//===----------------------------------------------------------------------===//
// Matrix products
//===----------------------------------------------------------------------===//

ConvolutionFuncs
AlgorithmBuilder::makeProduct(Value b, int64_t reduced, int64_t outputs,
                              const ProductFactors &getFactors) {
  const TensorFunc &weights = get(b);
  ConvolutionFuncs product;
  RDom domain = makeReductionDomain({reduced});
  product.reduction = getReductionVars(domain);
  product.reductionSizes = {static_cast<int>(reduced)};
  product.reductionSize = reduced;
  auto packedTile = getPackedTile(kernel, weights.argument);
  product.isPacked = packedTile.has_value();
  product.tileChannels = packedTile.value_or(outputs);
  product.tilePixels = getTilePixels(kernel);
  if (weights.argument)
    product.weights = funcs.arguments[*weights.argument];

  std::vector<Var> vars = getVars(2);
  product.vars = getAccumulatorVars(vars);
  Var within = product.vars[0], tile = product.vars[1];
  auto [a, plainB] =
      getFactors(vars[1], domain[0], tile * product.tileChannels + within);
  product.accumulator = Func("accumulator");
  product.accumulator(product.vars) = 0.0f;
  product.accumulator(product.vars) +=
      readInput(product, a, /*pads=*/{}, WindowSteps()) *
      (product.isPacked ? product.weights(within, domain[0], tile)
                        : read(plainB.first, plainB.second));
  return product;
}

void AlgorithmBuilder::buildGemm(nn::GemmOp op) {
  int64_t reduced = shapeOf(op.getA())[op.getTransA() ? 0 : 1];
  int64_t outputs = cast<RankedTensorType>(op.getType()).getDimSize(1);
  Indices indices = declare(op);
  ConvolutionFuncs product = makeProduct(
      op.getB(), reduced, outputs,
      [&](const Expr &row, const Expr &k, const Expr &column) {
        Indices a = {row, k}, b = {k, column};
        if (op.getTransA())
          std::swap(a[0], a[1]);
        if (op.getTransB())
          std::swap(b[0], b[1]);
        return std::pair(Element(op.getA(), a), Element(op.getB(), b));
      });
  std::vector<Var> vars = getVars(2);
  Expr value =
      product.accumulator(selectTile(vars, outputs, product.tileChannels));
  value *= static_cast<float>(op.getAlpha().convertToDouble());
  if (op.getBias())
    value += static_cast<float>(op.getBeta().convertToDouble()) *
             readBroadcast(op.getBias(), indices);
  funcOf(op)(vars) = value;
  funcs.anchor = std::move(product);
}

void AlgorithmBuilder::buildMatMul(nn::MatMulOp op) {
  if (shapeOf(op.getLhs()).size() == 2 && shapeOf(op.getRhs()).size() == 2)
    return buildMatrixMatMul(op);
  int64_t reduced = shapeOf(op.getLhs()).back();
  RDom domain = makeReductionDomain({reduced});
  Indices indices = declare(op);
  ReductionFuncs reduction;
  reduction.vars = getVars(indices.size());
  reduction.reduction = getReductionVars(domain);
  reduction.reductionSize = reduced;
  Indices lhs = indices, rhs = indices;
  lhs.back() = domain[0];
  rhs[rhs.size() - 2] = domain[0];
  const TensorFunc &right = get(op.getRhs());
  auto tile = getPackedTile(kernel, right.argument);
  Expr column = indices.back();
  Expr factor = tile ? right.func(column % static_cast<int>(*tile), domain[0],
                                  column / static_cast<int>(*tile))
                     : readBroadcast(op.getRhs(), rhs);
  reduction.accumulator = Func("accumulator");
  reduction.accumulator(reduction.vars) = 0.0f;
  reduction.accumulator(reduction.vars) +=
      readBroadcast(op.getLhs(), lhs) * factor;
  funcOf(op)(reduction.vars) = reduction.accumulator(reduction.vars);
  funcs.anchor = std::move(reduction);
}

void AlgorithmBuilder::buildMatrixMatMul(nn::MatMulOp op) {
  int64_t reduced = shapeOf(op.getLhs()).back();
  int64_t outputs = shapeOf(op.getRhs()).back();
  declare(op);
  ConvolutionFuncs product =
      makeProduct(op.getRhs(), reduced, outputs,
                  [&](const Expr &row, const Expr &k, const Expr &column) {
                    return std::pair(Element(op.getLhs(), {row, k}),
                                     Element(op.getRhs(), {k, column}));
                  });
  std::vector<Var> vars = getVars(2);
  funcOf(op)(vars) =
      product.accumulator(selectTile(vars, outputs, product.tileChannels));
  funcs.anchor = std::move(product);
}

bool AlgorithmBuilder::buildLinear(Operation *op) {
  return llvm::TypeSwitch<Operation *, bool>(op)
      .Case([&](nn::ConvOp op) { return buildConv(op), true; })
      .Case(
          [&](nn::ConvTransposeOp op) { return buildConvTranspose(op), true; })
      .Case([&](nn::GemmOp op) { return buildGemm(op), true; })
      .Case([&](nn::MatMulOp op) { return buildMatMul(op), true; })
      .Default(false);
}
