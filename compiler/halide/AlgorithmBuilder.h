//===- AlgorithmBuilder.h - State shared by the algorithm files -----------===//

#ifndef BNOPT_COMPILER_HALIDE_ALGORITHMBUILDER_H
#define BNOPT_COMPILER_HALIDE_ALGORITHMBUILDER_H

#include "compiler/halide/Algorithm.h"
#include "compiler/halide/BatchNormFormulas.h"
#include "compiler/halide/FeatureSums.h"
#include "compiler/halide/KernelView.h"
#include "dialect/BN/BNOps.h"
#include "dialect/Kernel/KernelLayouts.h"
#include "dialect/NN/NNGradientShapes.h"
#include "dialect/NN/NNOps.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/STLFunctionalExtras.h"

#include <optional>

namespace bnopt {

/// Logical indices (n, c, …, y, x) as expressions.
using Indices = llvm::SmallVector<Halide::Expr, 5>;

/// Walks the body of a kernel and makes a Func of every value. Formulas are
/// written in logical dimensions; only `read`, `declare` and `define` know
/// that Funcs have theirs in buffer order.
class AlgorithmBuilder {
public:
  AlgorithmBuilder(kernel::FuncOp kernel, KernelView view)
      : kernel(kernel), view(std::move(view)) {}

  llvm::Expected<KernelFuncs> build();

private:
  /// A value of the kernel.
  struct TensorFunc {
    /// Null for a splat constant.
    Halide::Func func;
    std::optional<double> splat;
    llvm::SmallVector<int64_t> shape;
    /// Elements around the tensor that exist and read as zero; empty: none.
    llvm::SmallVector<int64_t> halo;
    /// Set for an argument.
    std::optional<unsigned> argument;
  };

  void addArguments();
  void addArgument(mlir::BlockArgument value);
  void finish(mlir::ValueRange returned);
  /// A Func of the result `index` of the kernel, which is `value`.
  Halide::Func makeResult(mlir::Value value, unsigned index,
                          const MemoryLayout &layout);
  /// Makes the output, which is `value`, of vectors over several features,
  /// where these share cache lines.
  bool canShareLines(const FeatureFuncs &features);
  void finishLines(mlir::Value value, FeatureFuncs &features);
  /// Makes all results of gradients of norms over groups of rows.
  void finishRowGroups(mlir::ValueRange returned,
                       const RowGroupGradientFuncs &gradient);
  /// The same for a result that is packed, or packed weights that are unpacked;
  /// false for all others.
  bool finishPacked(mlir::Value returned);
  void finishUnpacked(mlir::BlockArgument weights, kernel::PackedAttr packed);
  /// Describes the output as a dense buffer of `sizes`, innermost first.
  void describePackedOutput(mlir::ArrayRef<int64_t> sizes);
  /// Dispatches on the operator; false when it has no algorithm.
  bool buildOp(mlir::Operation *op);

  // One family of operators each.
  bool buildUnary(mlir::Operation *op);
  bool buildBinary(mlir::Operation *op);
  bool buildNormalization(mlir::Operation *op);
  bool buildMovement(mlir::Operation *op);
  bool buildLinear(mlir::Operation *op);
  bool buildReduction(mlir::Operation *op);
  bool buildFeatureStatistics(mlir::Operation *op);
  bool buildPartialStatistics(mlir::Operation *op);
  bool buildRowNorm(mlir::Operation *op);
  bool buildRowNormGradients(mlir::Operation *op);
  bool buildWindowGradient(mlir::Operation *op);

  /// Ends the kernel of `op`, whose results are statistics: of these moments.
  template <typename Op>
  void finishStatistics(Op op, FeatureFuncs features, const Moments &moments);
  /// The same of gradients of scale and offset: of the sums of products with
  /// distances from the rounded mean, and of output gradients.
  template <typename Op>
  void finishGradientStatistics(Op op, FeatureFuncs features,
                                Halide::Expr products, const Halide::Expr &sum);
  void buildTraining(bn::TrainingOp op);
  void buildStatistics(bn::StatisticsOp op);
  void buildGradient(bn::GradientOp op);
  void buildGradientStatistics(bn::GradientStatisticsOp op);
  void buildGradientInput(bn::GradientInputOp op);
  void buildPartial(bn::PartialStatisticsOp op);
  void buildPartial(bn::PartialGradientStatisticsOp op);
  /// What is summed over the elements of a run: of the logical indices of an
  /// element and of the first one.
  using RunAddends = llvm::function_ref<std::vector<Halide::Expr>(
      mlir::ArrayRef<Halide::Expr>, mlir::ArrayRef<Halide::Expr>)>;
  /// What a result is made of: the sums of a run, and the logical indices of
  /// its first element.
  using RunFormula = llvm::function_ref<Halide::Expr(
      const Halide::Tuple &, mlir::ArrayRef<Halide::Expr>)>;
  /// Defines the results of `op`, statistics of runs of `data`.
  void defineRuns(mlir::Operation *op, mlir::Value data, int64_t length,
                  RunAddends addends, mlir::ArrayRef<RunFormula> formulas);
  /// Sums over all runs of a feature, in f64: `terms` of the logical indices of
  /// a run.
  FeatureFuncs mergeRuns(mlir::Value runs, uint64_t featureIndex,
                         llvm::function_ref<std::vector<Halide::Expr>(
                             mlir::ArrayRef<Halide::Expr>)>
                             terms);
  void buildMerge(bn::MergeStatisticsOp op);
  void buildMerge(bn::MergeGradientStatisticsOp op);
  void buildUpdateRunning(bn::UpdateRunningOp op);
  void buildUpdateCumulative(bn::UpdateCumulativeOp op);
  /// Inference, or what it has in common with it.
  template <typename Op>
  void buildGivenStatistics(Op op);
  /// Sums of the output gradients and of their products with the distances from
  /// the mean; of the distances too, if wanted.
  template <typename Op>
  FeatureFuncs makeGradientSums(Op op, bool sumDistances);
  /// Where the elements of data of `type` lie, in logical dimensions.
  llvm::SmallVector<int64_t> getDataStrides(mlir::Type type);
  class InputReader;
  /// Data of which features are summed.
  FeatureData describeData(mlir::Value data, int64_t featureIndex);
  /// Sums of the distances from the first element of each feature, and of their
  /// squares.
  FeatureFuncs makeMoments(mlir::Value data, int64_t featureIndex,
                           const InputReader &input);
  /// Makes component `index` of the statistics the value `result`.
  void defineVector(mlir::Value result, const FeatureFuncs &features,
                    int index);
  /// A number per feature of the data of `op`, computed once, for each of its
  /// repeats.
  template <typename Op>
  Halide::Func
  makeFactor(Op op, const std::string &name,
             llvm::function_ref<Halide::Expr(Halide::Expr)> formula);
  /// The feature that `index` along their dimension is.
  Halide::Expr getFeature(const Halide::Expr &index, int64_t features) const;
  /// Numbers of the feature that `index` along their dimension is.
  template <typename Op>
  Halide::Expr readFeature(Op op, mlir::Value vector,
                           const Halide::Expr &index);
  /// The statistics of `features` for each of their repeats, at `index`.
  Halide::Tuple readStatistics(FeatureFuncs &features,
                               const Halide::Expr &index) const;

  void buildConv(nn::ConvOp op);
  void buildConvTranspose(nn::ConvTransposeOp op);
  void buildGemm(nn::GemmOp op);
  void buildMatMul(nn::MatMulOp op);
  void buildConvInputGradient(nn::ConvInputGradientOp op);
  /// The convolution that one phase of the gradient is: `phase` per spatial
  /// dimension, `reach` as pads.
  ConvolutionFuncs makeGradientPhase(nn::ConvInputGradientOp op,
                                     mlir::ArrayRef<nn::GradientPhase> phase,
                                     mlir::ArrayRef<int64_t> reach);
  void buildConvWeightGradient(nn::ConvWeightGradientOp op);
  /// A Func of what a run reads of `input`, if that is computed: `read` of a
  /// channel, a run and the logical (n, y, x) in it; else an undefined one.
  Halide::Func
  makeRunLoad(mlir::Value input, size_t spatialDims,
              llvm::function_ref<Halide::Expr(const Halide::Expr &,
                                              const Halide::Expr &,
                                              mlir::ArrayRef<Halide::Expr>)>
                  read);
  void buildMaxPoolGradient(nn::MaxPoolGradientOp op);
  void buildAveragePoolGradient(nn::AveragePoolGradientOp op);
  void buildMatrixMatMul(nn::MatMulOp op);
  void buildMaxPool(nn::MaxPoolOp op);
  void buildAveragePool(nn::AveragePoolOp op);
  void buildReduce(mlir::Operation *op, mlir::ArrayRef<int64_t> axes,
                   bool keepDims);
  void buildSoftmax(nn::SoftmaxOp op);
  void buildLocalResponseNorm(nn::LocalResponseNormOp op);
  void buildReshape(nn::ReshapeOp op);
  void buildPad(nn::PadOp op);
  void buildResize(nn::ResizeOp op);
  void buildDepthToSpace(nn::DepthToSpaceOp op);

  /// What is a row of a norm: dimensions `firstDim` and later; of a group norm
  /// `groupChannels` (else 0) neighbouring channels together.
  struct RowShape {
    int64_t firstDim = 0;
    int64_t groupChannels = 0;
    /// Channels of a group are summed by themselves first, whatever vectors run
    /// along.
    bool channelsApart = false;
  };
  struct RowParameters {
    mlir::Value scale, offset;
    double epsilon = 0;
    bool centered = true;
  };
  /// The rows of a norm. Dimensions are logical, from the smallest stride on:
  /// those that tell rows apart, and those within a row.
  struct Rows {
    mlir::Value input;
    llvm::SmallVector<int64_t> kept, dims;
    std::vector<Halide::Var> vars;
    /// Sizes of the loops over a row, or over a channel of it.
    llvm::SmallVector<int64_t> sizes;
    /// Elements of a row.
    int64_t count = 1;
    int64_t groupChannels = 0;
    bool alongRow = false;
    /// The last loop over a row is over the channels of a group.
    bool mergesChannels = false;
  };
  Rows makeRows(mlir::Value input, const RowShape &shape);
  static Indices getRowElement(const Rows &rows,
                               mlir::ArrayRef<Halide::Expr> row,
                               mlir::ArrayRef<Halide::Expr> within);
  static RowNormFuncs makeRowLoops(const Rows &rows);
  RowNormFuncs makeRowNorm(const Rows &rows, double epsilon, bool centered);
  static void addGroupSums(RowNormFuncs &norm, const Rows &rows,
                           double epsilon);
  void defineRowNorm(mlir::Operation *op, const RowShape &shape,
                     const RowParameters &parameters);
  RowNormFuncs makeRowGradient(const Rows &rows, mlir::Value outputGradient,
                               const RowParameters &parameters);
  void makeParameterSums(const Rows &rows, mlir::Value outputGradient,
                         int64_t parts, RowNormGradientFuncs &gradient);
  /// Whether the gradients of the norm `op` may be computed by groups of rows,
  /// and these; the numbers of a row.
  bool canGroupRows(mlir::Operation *op) const;
  Halide::Func makeGroupedRows(const Rows &rows, mlir::Value outputGradient,
                               const RowParameters &parameters, int64_t parts);
  Halide::Func makeLongRows(const Rows &rows, mlir::Value outputGradient,
                            const RowParameters &parameters,
                            RowGroupGradientFuncs &gradient);
  template <typename Op>
  bool buildRowNormGradient(Op op);
  RowNormFuncs makeGroupGradient(const Rows &rows, bn::GroupNormGradientOp op);
  bool buildGroupNormGradient(bn::GroupNormGradientOp op);

  /// A value and the logical indices at which it is read.
  using Element = std::pair<mlir::Value, Indices>;
  /// What `conv` reads at `indices`: an element of the value `input` with zeros
  /// around it, of which windows with `steps` per spatial dimension, outermost
  /// first, are read. Describes its input, too.
  Halide::Expr readInput(ConvolutionFuncs &conv, const Element &input,
                         mlir::ArrayRef<int64_t> pads,
                         mlir::ArrayRef<WindowSteps> steps);

  /// The factors of step k in row and column: of A, and of B as it is where
  /// it is not packed.
  using ProductFactors = llvm::function_ref<std::pair<Element, Element>(
      const Halide::Expr &row, const Halide::Expr &k,
      const Halide::Expr &column)>;
  /// The product with matrix `b`, of `outputs` columns over `reduced` steps.
  ConvolutionFuncs makeProduct(mlir::Value b, int64_t reduced, int64_t outputs,
                               const ProductFactors &getFactors);

  const TensorFunc &get(mlir::Value value) const {
    return values.find(value)->second;
  }
  mlir::ArrayRef<int64_t> shapeOf(mlir::Value value) const {
    return get(value).shape;
  }

  /// The variables of packed weights of `rank` dimensions, in buffer order.
  static std::vector<Halide::Var> getPackedVars(size_t rank, bool hasParts);

  /// The weight at logical `indices`, which is the sum of its parts.
  Halide::Expr readPacked(mlir::BlockArgument weights,
                          kernel::PackedAttr packed,
                          mlir::ArrayRef<Halide::Expr> indices);

  /// The element of `value` at logical `indices`, in f32.
  Halide::Expr read(mlir::Value value,
                    mlir::ArrayRef<Halide::Expr> indices) const;

  /// The same with NumPy's broadcasting: `indices` are those of the result.
  Halide::Expr readBroadcast(mlir::Value value,
                             mlir::ArrayRef<Halide::Expr> indices) const;

  /// The element of an image at indices that may lie up to `pads` (low values,
  /// then high ones) outside; reads as `outside` there. Without a test where
  /// the halo covers the pads and `outside` is zero.
  Halide::Expr readPadded(mlir::Value value,
                          mlir::ArrayRef<Halide::Expr> indices,
                          mlir::ArrayRef<int64_t> pads, float outside) const;

  /// The variables of a Func of `rank` dimensions, in buffer order.
  static std::vector<Halide::Var> getVars(int64_t rank);

  /// The logical indices that `vars` are.
  static Indices getIndices(mlir::ArrayRef<Halide::Var> vars);

  /// Logical indices in buffer order.
  static std::vector<Halide::Expr>
  orderIndices(mlir::ArrayRef<Halide::Expr> indices);

  /// Declares the Func of the result of `op`; its logical indices.
  Indices declare(mlir::Operation *op) {
    return declareValue(op->getResult(0));
  }
  Indices declareValue(mlir::Value value);

  /// Declares the result of `op` and defines it: `formula` of the logical
  /// indices.
  void define(
      mlir::Operation *op,
      llvm::function_ref<Halide::Expr(mlir::ArrayRef<Halide::Expr>)> formula);

  /// The Func declared for the result of `op`.
  Halide::Func &funcOf(mlir::Operation *op) {
    return values.find(op->getResult(0))->second.func;
  }

  kernel::FuncOp kernel;
  KernelView view;
  KernelFuncs funcs;
  llvm::DenseMap<mlir::Value, TensorFunc> values;
  /// Vectors that are read for repeated features.
  llvm::DenseMap<mlir::Value, Halide::Func> repeatedVectors;
};

template <typename Op>
Halide::Func AlgorithmBuilder::makeFactor(
    Op op, const std::string &name,
    llvm::function_ref<Halide::Expr(Halide::Expr)> formula) {
  Halide::Func factor(name);
  Halide::Var feature("feature");
  factor(feature) = formula(feature);
  const auto order = kernel::getBufferDimOrder(shapeOf(op.getInput()).size());
  const auto dim = llvm::find(order, op.getFeatureIndex()) - order.begin();
  const int64_t features = shapeOf(op.getInput())[op.getFeatureIndex()];
  funcs.factors.push_back(
      {factor, static_cast<int>(features), static_cast<int>(dim)});
  return factor;
}

template <typename Op>
Halide::Expr AlgorithmBuilder::readFeature(Op op, mlir::Value vector,
                                           const Halide::Expr &index) {
  if (view.repeats() == 1 || get(vector).splat)
    return read(vector, index);
  Halide::Func &repeated = repeatedVectors[vector];
  if (!repeated.defined())
    repeated = makeFactor(op, "repeated", [&](const Halide::Expr &i) {
      return read(vector, getFeature(i, shapeOf(vector)[0]));
    });
  return repeated(index);
}

template <typename Op>
void AlgorithmBuilder::finishStatistics(Op op, FeatureFuncs features,
                                        const Moments &moments) {
  const auto [mean, rest] = roundMean(moments.mean);
  std::vector<Halide::Expr> statistics = {
      toFloat(mean), toFloat(roundToFloat(moments.variance))};
  if (op.getMeanRest())
    statistics.push_back(toFloat(rest));
  features.statistics(features.feature) = Halide::Tuple(statistics);
  for (auto [index, result] : llvm::enumerate(op->getResults()))
    defineVector(result, features, static_cast<int>(index));
  funcs.anchor = std::move(features);
}

template <typename Op>
void AlgorithmBuilder::finishGradientStatistics(Op op, FeatureFuncs features,
                                                Halide::Expr products,
                                                const Halide::Expr &sum) {
  const Halide::Var feature = features.feature;
  Halide::Expr deviation =
      getDeviation(read(op.getVariance(), {feature}), op.getEpsilon());
  if (op.getMeanRest())
    products = products - toDouble(read(op.getMeanRest(), {feature})) * sum;
  features.statistics(feature) =
      Halide::Tuple(toFloat(products / deviation), toFloat(sum));
  defineVector(op.getScaleGradient(), features, 0);
  defineVector(op.getOffsetGradient(), features, 1);
  funcs.anchor = std::move(features);
}

/// `value`, of f32, as an element of `type`: rounded to the nearest, ties to
/// even.
Halide::Expr toStored(const Halide::Expr &value, mlir::Type type);

/// A reduction over 0 … size − 1 of each of `sizes`, innermost first.
Halide::RDom makeReductionDomain(mlir::ArrayRef<int64_t> sizes);

std::vector<Halide::RVar> getReductionVars(const Halide::RDom &domain);

/// The product of `sizes`.
int64_t getNumElements(mlir::ArrayRef<int64_t> sizes);

} // namespace bnopt

#endif // BNOPT_COMPILER_HALIDE_ALGORITHMBUILDER_H
