//===- AlgorithmGradients.cpp - Gradients of convolutions as Funcs --------===//
//
// The gradient of the input is a convolution of the output's gradient with the
// transposed, flipped weights: the reduction runs over output channels and over
// the taps of the windows that contain an element. With strides there is one
// such convolution for each phase (NNGradientShapes.h).
//
//===----------------------------------------------------------------------===//

#include "compiler/halide/AlgorithmBuilder.h"
#include "compiler/halide/AlgorithmConvolution.h"
#include "dialect/NN/NNGradientShapes.h"
#include "passes/lower/WeightGradientRuns.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace bnopt;
using Halide::Expr;
using Halide::Func;
using Halide::RDom;
using Halide::Var;

static int toInt(int64_t value) { return static_cast<int>(value); }

//===----------------------------------------------------------------------===//
// Gradient of the input
//===----------------------------------------------------------------------===//

ConvolutionFuncs
AlgorithmBuilder::makeGradientPhase(nn::ConvInputGradientOp op,
                                    ArrayRef<nn::GradientPhase> phase,
                                    ArrayRef<int64_t> reach) {
  const TensorFunc &weights = get(op.getWeights());
  const int64_t groups = op.getGroups();
  const int64_t channels = weights.shape[1] * groups;
  const int64_t reduced = weights.shape[0] / groups;
  const int64_t dims = phase.size();
  ConvolutionFuncs conv;
  SmallVector<int64_t> sizes = {reduced};
  for (const nn::GradientPhase &dim : llvm::reverse(phase))
    sizes.push_back(dim.numTaps);
  RDom domain = makeReductionDomain(sizes);
  conv.reduction = getReductionVars(domain);
  conv.reductionSizes.assign(sizes.begin(), sizes.end());
  conv.reductionSize = getNumElements(sizes);
  conv.isDepthwise = groups > 1 && reduced == 1;
  auto packedTile = getPackedTile(kernel, weights.argument);
  conv.isPacked = packedTile.has_value();
  conv.tileChannels =
      packedTile.value_or(conv.isDepthwise ? channels : channels / groups);
  conv.tilePixels = getTilePixels(kernel);
  if (weights.argument)
    conv.weights = funcs.arguments[*weights.argument];

  std::vector<Var> imageVars = getVars(dims + 2);
  Indices indices = getIndices(imageVars);
  conv.vars = getAccumulatorVars(imageVars);
  const Var within = conv.vars[0], tile = conv.vars[1];
  Expr channel = tile * conv.tileChannels + within;
  Expr valid = channels % conv.tileChannels == 0
                   ? channel
                   : Halide::min(channel, toInt(channels - 1));
  Expr output = getInputChannel({channels, groups, toInt(reduced)}, channel,
                                tile, conv.tileChannels, domain[0]);
  Indices gradientIndices = {indices[0], output};
  Indices weightIndices = {
      output, groups == 1 ? valid : valid % toInt(weights.shape[1])};
  std::vector<Expr> packedIndices = {within, domain[0]};
  for (int64_t dim = 0; dim < dims; ++dim) {
    Expr j = domain[toInt(dims - dim)];
    gradientIndices.push_back(indices[dim + 2] + toInt(phase[dim].shift) -
                              j * toInt(phase[dim].step));
    weightIndices.push_back(j * toInt(phase[dim].tapStep) +
                            toInt(phase[dim].firstTap));
  }
  for (int64_t dim = dims; dim-- > 0;)
    packedIndices.push_back(weightIndices[dim + 2]);
  packedIndices.emplace_back(tile);
  SmallVector<WindowSteps> steps;
  for (const nn::GradientPhase &dim : phase)
    steps.push_back({1, (dim.numTaps - 1) * dim.step + 1});
  conv.accumulator = Func("accumulator");
  conv.accumulator(conv.vars) = 0.0f;
  conv.accumulator(conv.vars) +=
      readInput(conv, {op.getOutputGradient(), gradientIndices}, reach, steps) *
      (conv.isPacked ? conv.weights(packedIndices)
                     : read(op.getWeights(), weightIndices));
  return conv;
}

/// The place that is the `index`-th of a box of `sizes`.
static SmallVector<int64_t> getPlace(int64_t index, ArrayRef<int64_t> sizes) {
  SmallVector<int64_t> place;
  for (int64_t size : sizes) {
    place.push_back(index % size);
    index /= size;
  }
  return place;
}

/// Whether the element at `imageVars` is at `place` of the phases, both from
/// the last dimension on; undefined for the only one.
static Expr isAtPlace(ArrayRef<Var> imageVars, ArrayRef<int> strides,
                      ArrayRef<int64_t> place) {
  Expr result;
  for (auto [dim, stride] : llvm::enumerate(strides)) {
    if (stride == 1)
      continue;
    Expr matches = imageVars[dim + 1] % stride == toInt(place[dim]);
    result = result.defined() ? result && matches : matches;
  }
  return result;
}

void AlgorithmBuilder::buildConvInputGradient(nn::ConvInputGradientOp op) {
  auto shape = view.getShape(op.getType());
  auto gradientShape = llvm::to_vector(shapeOf(op.getOutputGradient()));
  auto window = nn::getWindow(op.getKernelShape(), op.getStrides(),
                              op.getPads(), op.getDilations());
  const int64_t dims = window.size();
  SmallVector<SmallVector<nn::GradientPhase>> phases;
  SmallVector<int64_t> reach(2 * dims), strides;
  for (auto [dim, windowDim] : llvm::enumerate(window)) {
    phases.push_back(nn::getGradientPhases(windowDim));
    std::tie(reach[dim], reach[dim + dims]) = nn::getGradientReach(
        phases.back(), llvm::divideCeil(shape[dim + 2], windowDim.stride),
        gradientShape[dim + 2]);
    strides.insert(strides.begin(), windowDim.stride);
  }
  declare(op);
  std::vector<Var> imageVars = getVars(dims + 2);
  PhasedConvolutionFuncs phased;
  phased.strides.assign(strides.begin(), strides.end());
  Expr value;
  for (int64_t index = 0; index < getNumElements(strides); ++index) {
    SmallVector<int64_t> place = getPlace(index, strides);
    SmallVector<nn::GradientPhase> phase;
    for (int64_t dim = 0; dim < dims; ++dim)
      phase.push_back(phases[dim][place[dims - 1 - dim]]);
    // No window reads the others.
    Expr element = 0.0f;
    if (llvm::all_of(phase, [](auto &dim) { return dim.numTaps > 0; })) {
      phased.phases.push_back(makeGradientPhase(op, phase, reach));
      const ConvolutionFuncs &conv = phased.phases.back();
      std::vector<Expr> args =
          selectTile(imageVars, shape[1], conv.tileChannels);
      // After channel and tile.
      for (int64_t dim = 0; dim < dims; ++dim)
        args[dim + 2] = args[dim + 2] / toInt(strides[dim]);
      element = conv.accumulator(args);
    }
    value = value.defined()
                ? Halide::select(isAtPlace(imageVars, phased.strides, place),
                                 element, value)
                : element;
  }
  funcOf(op)(imageVars) = value;
  if (getNumElements(strides) == 1)
    funcs.anchor = std::move(phased.phases.front());
  else if (!phased.phases.empty())
    funcs.anchor = std::move(phased);
}

//===----------------------------------------------------------------------===//
// Gradient of the weights
//===----------------------------------------------------------------------===//

/// Logical (n, y, x) of the output's gradient where a run begins. `run` counts
/// runs, x first.
static Indices getRunStart(const WeightGradientRuns &runs, Expr run) {
  Indices indices;
  for (auto [dim, size] : llvm::enumerate(runs.sizes)) {
    const int count = toInt(runs.counts[dim]);
    const bool isLast = dim + 1 == runs.sizes.size();
    Expr start = count == 1 ? Expr(0) : (isLast ? run : run % count);
    if (count > 1)
      run = run / count;
    indices.push_back(start * toInt(size));
  }
  std::reverse(indices.begin(), indices.end());
  return indices;
}

/// Logical (n, y, x) within a run.
static Indices getRunSteps(const WeightGradientRuns &runs, const RDom &domain) {
  Indices indices;
  for (size_t dim = 0; dim < runs.sizes.size(); ++dim)
    indices.emplace_back(domain[toInt(static_cast<int64_t>(dim))]);
  std::reverse(indices.begin(), indices.end());
  return indices;
}

namespace {
/// The elements of the input that the runs of a weight gradient read.
class RunInput {
public:
  RunInput(nn::ConvWeightGradientOp op, const WeightGradientRuns &runs)
      : strides(op.getStrideValues()), dilations(op.getDilationValues()),
        pads(op.getPadValues()), runs(runs) {}

  /// Logical (n, y, x) that tap `taps` (y, x) reads for pixel (n, y, x).
  Indices at(ArrayRef<Expr> pixel, ArrayRef<Expr> taps) const {
    Indices indices = {pixel[0]};
    for (size_t dim = 0; dim < taps.size(); ++dim)
      indices.push_back(pixel[dim + 1] * toInt(strides[dim]) +
                        taps[dim] * toInt(dilations[dim]));
    return indices;
  }

  /// Logical indices of the input from `channel`, where a run begins and the
  /// distance from what its first tap reads there.
  Indices from(const Expr &channel, const Expr &run,
               ArrayRef<Expr> distance) const {
    Indices start = getRunStart(runs, run);
    Indices indices = {start[0] + distance[0], channel};
    for (size_t dim = 1; dim < distance.size(); ++dim)
      indices.push_back(start[dim] * toInt(strides[dim - 1]) + distance[dim] -
                        toInt(pads[dim - 1]));
    return indices;
  }

  ArrayRef<int64_t> getPads() const { return pads; }

private:
  SmallVector<int64_t> strides, dilations, pads;
  const WeightGradientRuns &runs;
};
} // namespace

/// Where a run finds what has been computed of it: channel, distances from its
/// first element from x to n, and which run it is, or tile and run.
static std::vector<Expr>
getRunArgs(const Expr &channel, ArrayRef<Expr> distance, ArrayRef<Expr> which) {
  std::vector<Expr> args = {channel};
  args.insert(args.end(), distance.rbegin(), distance.rend());
  args.insert(args.end(), which.begin(), which.end());
  return args;
}

Func AlgorithmBuilder::makeRunLoad(
    Value input, size_t spatialDims,
    llvm::function_ref<Expr(const Expr &, const Expr &, ArrayRef<Expr>)> read) {
  if (get(input).argument || get(input).splat)
    return {};
  Func load("loaded");
  Var channel("c"), run("run");
  std::vector<Var> vars = {channel};
  Indices distance;
  for (size_t dim = 0; dim <= spatialDims; ++dim) {
    vars.emplace_back("distance" + std::to_string(dim));
    distance.insert(distance.begin(), vars.back());
  }
  vars.push_back(run);
  load(vars) = read(channel, run, distance);
  return load;
}

/// What a run reads of the output's gradient, of which `read` gives elements.
static Func makeRunGradient(const WeightGradientRuns &runs, int tileChannels,
                            llvm::function_ref<Expr(ArrayRef<Expr>)> read) {
  Func gradient("outputGradient");
  const Var within("within"), tile("tile"), run("run");
  std::vector<Var> vars = {within};
  Indices pixel = getRunStart(runs, run);
  for (Expr &index : llvm::reverse(pixel)) {
    vars.emplace_back("distance" + std::to_string(vars.size()));
    index += vars.back();
  }
  vars.insert(vars.end(), {tile, run});
  pixel.insert(pixel.begin() + 1, tile * tileChannels + within);
  gradient(vars) = read(pixel);
  return gradient;
}

void AlgorithmBuilder::buildConvWeightGradient(nn::ConvWeightGradientOp op) {
  auto packed = cast<kernel::PackedAttr>(kernel.getResultLayout());
  ArrayRef<int64_t> shape = op.getType().getShape();
  const WeightGradientRuns runs = getWeightGradientRuns(op);
  const int64_t numRuns = getNumElements(runs.counts);
  const int64_t dims = shape.size() - 2;
  WeightGradientFuncs gradient;
  gradient.tileChannels = toInt(packed.getTile());
  gradient.tileInputs = getTilePixels(kernel);
  gradient.reductionSize =
      op.getOutputGradient().getType().getNumElements() / shape[0];
  gradient.windowDims = toInt(dims);
  gradient.isDepthwise = op.isDepthwise();
  RDom ofPart = makeReductionDomain({numRuns / packed.getParts()});
  RDom ofRun = makeReductionDomain(runs.sizes);
  gradient.runs = ofPart[0];
  gradient.reduction = getReductionVars(ofRun);

  const bool hasParts = packed.getParts() > 1;
  gradient.vars = getPackedVars(dims + 3 + hasParts, hasParts);
  const Var within = gradient.vars[0], tile = gradient.vars[dims + 2];
  Var q("q");
  Expr run = hasParts
                 ? gradient.vars.back() * toInt(numRuns / packed.getParts()) + q
                 : Expr(q);
  Expr channel = tile * gradient.tileChannels + within;
  Expr input = getInputChannel(
      {shape[0], static_cast<int64_t>(op.getGroups()), toInt(shape[1])},
      channel, tile, gradient.tileChannels, gradient.vars[1]);
  Indices taps;
  for (int64_t dim = 0; dim < dims; ++dim)
    taps.push_back(gradient.vars[dims + 1 - dim]);
  const Indices steps = getRunSteps(runs, ofRun);
  gradient.outputGradient =
      makeRunGradient(runs, gradient.tileChannels, [&](ArrayRef<Expr> indices) {
        return read(op.getOutputGradient(), indices);
      });
  gradient.runPixels = getNumElements(runs.sizes);
  gradient.computesGradient = !get(op.getOutputGradient()).argument;
  const auto strides = op.getStrideValues();
  gradient.strides.assign(strides.rbegin(), strides.rend());
  gradient.inputElements = op.getInput().getType().getNumElements();
  if (auto argument = get(op.getInput()).argument)
    gradient.input = funcs.arguments[*argument].name();
  const RunInput runInput(op, runs);
  const auto readInput = [&](const Expr &channel, const Expr &run,
                             ArrayRef<Expr> distance) {
    return readPadded(op.getInput(), runInput.from(channel, run, distance),
                      runInput.getPads(), 0);
  };
  gradient.load = makeRunLoad(op.getInput(), taps.size(), readInput);
  gradient.loadPixels = countRunInputs(op, runs);
  const Indices distance = runInput.at(steps, taps);
  Expr element = gradient.load.defined()
                     ? gradient.load(getRunArgs(input, distance, run))
                     : readInput(input, run, distance);
  declare(op);
  std::vector<Var> runVars = gradient.vars;
  runVars.push_back(q);
  gradient.run = Func("run");
  gradient.run(runVars) = 0.0f;
  gradient.run(runVars) +=
      element *
      gradient.outputGradient(getRunArgs(within, steps, {Expr(tile), run}));
  funcs.anchor = std::move(gradient);
}

bool AlgorithmBuilder::buildWindowGradient(Operation *op) {
  return llvm::TypeSwitch<Operation *, bool>(op)
      .Case([&](nn::ConvInputGradientOp op) {
        return buildConvInputGradient(op), true;
      })
      .Case([&](nn::ConvWeightGradientOp op) {
        if (!isa_and_nonnull<kernel::PackedAttr>(kernel.getResultLayout()))
          return false;
        return buildConvWeightGradient(op), true;
      })
      .Case([&](nn::MaxPoolGradientOp op) {
        return buildMaxPoolGradient(op), true;
      })
      .Case([&](nn::AveragePoolGradientOp op) {
        return buildAveragePoolGradient(op), true;
      })
      .Default(false);
}
