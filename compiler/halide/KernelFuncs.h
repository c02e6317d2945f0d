//===- KernelFuncs.h - A kernel between algorithm and schedule ------------===//
//
// What the algorithm files make of a `kernel.func`, and all that the schedule
// files see: Halide Funcs and plain numbers.
//
// Dimensions are in buffer order, innermost first: (c, x, y, …, n) for images,
// the last logical dimension first for tensors of rank 1 and 2.
//
//===----------------------------------------------------------------------===//

#ifndef BNOPT_COMPILER_HALIDE_KERNELFUNCS_H
#define BNOPT_COMPILER_HALIDE_KERNELFUNCS_H

#include "passes/lower/StripModel.h"

#include "Halide.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace bnopt {

/// The input of a convolution.
struct ConvolutionInput {
  int64_t channels = 1;
  /// Elements of all images.
  int64_t elements = 1;
  /// How windows read it, per spatial dimension, innermost first.
  std::vector<WindowSteps> window;
  /// In the dimensions of an image, zeros around it included, where it is
  /// computed while it is loaded; else undefined.
  Halide::Func load;
};

/// A convolution or matrix product. The accumulator has the dimensions
/// (channel within tile, tile, x, y, …, n); of a matrix product, the rows of
/// the result are x and there is no n.
struct ConvolutionFuncs {
  Halide::Func accumulator;
  std::vector<Halide::Var> vars;
  /// Input channel, then the window: innermost first.
  std::vector<Halide::RVar> reduction;
  std::vector<int> reductionSizes;
  /// The packed weights (channel within tile, input channel, window…, tile).
  Halide::ImageParam weights;
  /// Output channels per tile of the packed weights.
  int tileChannels = 1;
  /// Neighbouring pixels computed together.
  int tilePixels = 1;
  /// Multiply-adds per result element.
  int64_t reductionSize = 1;
  /// One input channel per output channel: nothing is shared between channels.
  bool isDepthwise = false;
  /// `weights` is packed; otherwise they are read wherever they lie.
  bool isPacked = false;
  ConvolutionInput input;
};

/// Statistics of runs of neighbouring pixels of the output, taken while these
/// are in cache: all vectors of the kernel. They have the dimensions of the
/// output, and one pixel for each run.
struct RunFuncs {
  /// The output before it is stored.
  Halide::Func values;
  /// Tuples of sums over a run, in f32, and the loop over it.
  std::vector<std::pair<Halide::Func, Halide::RVar>> sums;
  /// Pixels of a run.
  int length = 1;
};

/// The gradient of a strided convolution's input. Its elements at distance
/// `strides` are a convolution of stride 1, with some of the taps: one phase
/// for each place between them, all with tiles of the same size.
struct PhasedConvolutionFuncs {
  std::vector<ConvolutionFuncs> phases;
  /// Per spatial dimension, innermost first.
  std::vector<int> strides;
};

/// The gradient of a convolution's weights in packed order: the output has the
/// dimensions (output channel within tile, input channel, window…, tile) and,
/// where there are several parts, a last one over these. Its update adds the
/// runs of a part.
struct WeightGradientFuncs {
  /// The sum of a run, with the output's dimensions and the run.
  Halide::Func run;
  /// What a run reads of an input that is not in memory, channels first and the
  /// run last; else undefined.
  Halide::Func load;
  /// Elements per channel that it has of a run.
  int64_t loadPixels = 1;
  /// The argument that the input is, if it is one, and its elements.
  std::string input;
  int64_t inputElements = 1;
  /// What a run reads of the output's gradient: channels within a tile first,
  /// pixels from x to n, then tile and run.
  Halide::Func outputGradient;
  int64_t runPixels = 1;
  /// That is computed of arguments, not one of these.
  bool computesGradient = false;
  /// Per spatial dimension, innermost first.
  std::vector<int> strides;
  std::vector<Halide::Var> vars;
  /// The loops inside a run, innermost first.
  std::vector<Halide::RVar> reduction;
  /// Over the runs of a part.
  Halide::RVar runs;
  int tileChannels = 1, tileInputs = 1;
  /// Multiply-adds per element of the output.
  int64_t reductionSize = 1;
  /// Dimensions of the window, which follow the first two of the output.
  int windowDims = 0;
  bool isDepthwise = false;
};

/// Weights on their way into packed order, or out of it: `vectorDim` is the
/// dimension of the output along which output channels lie, `windowDims` of
/// them from `firstWindowDim` on are the window.
struct PackingFuncs {
  int vectorDim = 0;
  int firstWindowDim = 0, windowDims = 0;
};

/// A reduction over a window of the input, with the dimensions of the output.
struct WindowFuncs {
  Halide::Func accumulator;
  std::vector<Halide::Var> vars;
  std::vector<Halide::RVar> window;
  int64_t windowSize = 1;
  /// A Func that the window reads, to be stored per pixel; else undefined.
  Halide::Func staged;
};

/// The gradient of a max pool: `window` adds up windows that contain an
/// element, `winner` holds the tap that each window has taken, found by
/// `search`.
struct MaxPoolGradientFuncs {
  WindowFuncs window;
  Halide::Func winner;
  Halide::Func search;
  std::vector<Halide::RVar> taps;
  int64_t numTaps = 1;
  /// Per spatial dimension, innermost first; elements are in `overlaps` windows
  /// at most.
  std::vector<int> strides, overlaps;
};

/// A reduction over whole dimensions, with the dimensions of the output.
struct ReductionFuncs {
  Halide::Func accumulator;
  std::vector<Halide::Var> vars;
  std::vector<Halide::RVar> reduction;
  /// The extents of the reduction's loops; empty where it stays whole.
  std::vector<int64_t> reductionSizes;
  /// Elements reduced into one.
  int64_t reductionSize = 1;
};

/// Softmax: all but `exponentials` lack the axis.
struct SoftmaxFuncs {
  Halide::Func maximum;
  Halide::Func exponentials;
  Halide::Func sum;
  std::vector<Halide::Var> vars;
  Halide::RVar maximumAxis, sumAxis;
  /// Position of the axis in the output's dimensions.
  int axis = 0;
  int64_t axisSize = 1;
};

/// Sums over all elements of a feature, and what is made of them. The output
/// is of the data's size and reads `statistics`, or is a vector of features.
struct FeatureFuncs {
  /// Runs can be divided into as many parts at most, to be computed in
  /// parallel.
  static constexpr int64_t maximumParts = 64;
  /// Elements of f32 in a cache line.
  static constexpr int64_t lineElements = 16;

  /// Sums of a few elements in f32, by feature, lane and position. Where pixels
  /// are contiguous, a run takes every so many-th of them, from its lane on; or
  /// the pixel of its lane, of several images.
  Halide::Func run;
  Halide::Var feature, runLane;
  int lanes = 1;
  bool runsOfImages = false;
  /// Lanes are pixels, and those of all features follow each other: vectors of
  /// them may take in several features.
  bool denseLanes = false;
  /// Over the elements of a run, and how many they are.
  Halide::RVar step;
  int length = 1;
  /// A tuple of sums per feature, of all runs, in f64, and the numbers that the
  /// results are made of.
  Halide::Func sums, statistics;
  /// Where features are repeated along their dimension, so often, each of these
  /// has runs and sums of its own. Those of a feature, added, and its
  /// statistics for each of them; else `sums` and `statistics`.
  int repeats = 1;
  Halide::Func totals, repeatedStatistics;
  /// The loops of `sums`: over lanes, then over the dimensions of the data but
  /// the feature's, from the smallest stride on, and their sizes. The first of
  /// these is in runs.
  Halide::RVar lane;
  std::vector<Halide::RVar> reduction;
  std::vector<int64_t> reductionSizes;
  /// Elements of a feature, and of its dimension of the smallest stride.
  int64_t count = 1, pixels = 1;
  /// The data's dimensions as an output's are described.
  std::vector<int> extents;
  std::vector<int> strides;
  /// The positions in them of the features, and of the smallest stride beside.
  int featureDim = 0, pixelDim = 0;
  /// The output is of the data's size.
  bool writesData = false;
  /// Where features begin inside cache lines, but groups of some do not, the
  /// output has the dimensions (element, group, image); else this is 1.
  int featuresPerGroup = 1;
  /// What it reads: numbers of a feature, per element and group, or else, if
  /// these are many, a Func of the data's dimensions.
  std::vector<Halide::Func> groupTerms;
  Halide::Func groupValue;
};

/// A norm over rows, or the gradient of a group norm. Rows are told apart by
/// some of the output's dimensions. Where vectors run along a row, `sums` has
/// one element per row; else one per lane, which is a row or a channel of a
/// group of channels. Of the gradient, it has one per channel.
struct RowNormFuncs {
  /// The first element of the row; undefined where nothing is centered.
  Halide::Func first;
  Halide::Func sums;
  /// Per row or lane, read by the output.
  Halide::Func statistics;
  /// Defined where `sums` are of channels of groups.
  Halide::Func groupSums, groupStatistics;
  /// The dimensions of `sums`, and the output's that they are: from the
  /// smallest stride on. Of a group along whose elements vectors run, the
  /// channel becomes the group, unless it has sums of its own.
  std::vector<Halide::Var> rows;
  std::vector<int> keptDims;
  std::vector<Halide::RVar> reduction;
  std::vector<int64_t> reductionSizes;
  /// Channels per group of a group norm, else 0.
  int64_t groupChannels = 0;
  bool alongRow = false;
};

/// Gradients of a norm over rows that are not in one piece of memory: of the
/// input, the output, and sums over rows, the vectors, whose last dimension are
/// parts of the rows.
struct RowNormGradientFuncs {
  /// What the output reads, and the same for the sums over rows.
  RowNormFuncs norm, again;
  /// A tuple over a row, of the dimensions `rowVars`, and a part.
  Halide::Func sums;
  std::vector<Halide::Var> rowVars;
  Halide::Var part;
  /// The rows of a part.
  Halide::RVar row;
  int rowsPerPart = 1;
};

/// Sums over rows in f32, a tuple by lane and row, and for each of its elements
/// what the lanes of a row add up to, in f64.
struct LaneSums {
  static constexpr int width = 64;

  Halide::Func lanes;
  std::vector<Halide::Func> sums;
  Halide::Var lane;
  /// Over elements that a lane takes, over the last ones, fewer than lanes, and
  /// over lanes.
  Halide::RVar step, rest, all;
};

/// Gradients of a norm over the rows of a matrix. The output has the dimensions
/// (element, row of a group, group of a part, part), and the vectors, to which
/// each group adds, all but the second.
struct RowGroupGradientFuncs {
  Halide::Var element, row, group, part;
  int rowsPerPart = 1, rowsPerGroup = 1;
  /// The argument that the input is, if it is one.
  std::string input;
  /// Sums of rows that lanes are for: those that the mean needs, if anything is
  /// centered, and those that need the mean.
  std::vector<LaneSums> longRows;
  /// Those of others.
  std::optional<RowNormFuncs> otherRows;
  /// Numbers of a row.
  std::vector<Halide::Func> numbers;
};

using AnchorFuncs =
    std::variant<std::monostate, ConvolutionFuncs, PhasedConvolutionFuncs,
                 WeightGradientFuncs, PackingFuncs, WindowFuncs,
                 MaxPoolGradientFuncs, ReductionFuncs, SoftmaxFuncs,
                 FeatureFuncs, RowNormFuncs, RowNormGradientFuncs,
                 RowGroupGradientFuncs>;

/// A loop whose iterations ask for what is loaded so many iterations later from
/// `argument`, or in vectors from all of them if it is empty. Once lowered, its
/// name begins with `stage`, which `loop` follows, or ends with that. Where it
/// is known what all iterations load, the innermost loops of the stage `other`
/// ask for that, if there is one.
struct LoopPrefetch {
  std::string stage, loop;
  int iterations = 1;
  std::string argument, other;
};

/// Numbers per feature that elements are computed with, for each of which it
/// would be too expensive to compute them.
struct FactorFunc {
  /// All features' lie on the stack, if these are not more.
  static constexpr int64_t mostAtOnce = maxStripBytes / sizeof(float);

  Halide::Func func;
  int features = 1;
  /// The features' dimension in the data.
  int dim = 0;
};

/// An argument of an elementwise kernel, of which each element of the output
/// reads one.
struct ElementRead {
  Halide::ImageParam argument;
  /// For each dimension of the output, the argument's that it is, and the
  /// distance of elements in it; 0 where these are broadcast.
  std::vector<int> dims, strides;
};

/// A kernel. Elementwise operators need no schedule: they are computed where
/// they are used.
struct KernelFuncs {
  Halide::Func output;
  /// The output's dimensions, and their sizes and strides in elements.
  std::vector<Halide::Var> vars;
  std::vector<int> extents;
  std::vector<int> strides;
  std::vector<Halide::ImageParam> arguments;
  /// Results but the first: vectors of features, or what `runs` describes.
  std::vector<Halide::Func> vectors;
  std::optional<RunFuncs> runs;
  std::vector<FactorFunc> factors;
  AnchorFuncs anchor;
  /// Of an elementwise kernel: arguments of the output's rank.
  std::vector<ElementRead> reads;
  /// The output may share memory with an operand, so no element may be
  /// computed twice.
  bool inPlace = false;
  /// The output is larger than what a cache would keep for who reads it next.
  bool streams = false;
  /// Loops that the processor's own prefetching does not serve well.
  std::vector<LoopPrefetch> prefetches;
  /// The level of the cache that what they ask for goes into.
  int prefetchLevel = 1;
};

} // namespace bnopt

#endif // BNOPT_COMPILER_HALIDE_KERNELFUNCS_H
