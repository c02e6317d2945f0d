//===- FeatureSums.cpp - Sums over the elements of features ---------------===//
//
//   run(c, l, i, …)  the sums of run i of feature c, in f32. Where pixels are
//                    contiguous, runs lie side by side: one for each lane l of
//                    a vector, which takes every so many-th pixel
//   sums(c)          what all runs add, in f64
//
// Step k of run i is W pixels side by side, from (i·L + k)·W on, where L is the
// length of a run. The last W pixels are read where these would reach behind
// them, and those that have been read before are not added.
//
// Few pixels make short runs, of which each costs a merge. If there are images
// enough, a run is of one pixel of L images: step k is all pixels of image
// i·L + k. Where features follow each other without a gap, so do their runs,
// one for each pixel: of 7×7 pixels, 49 vectors hold 16 features. Else, or
// where vectors would need different numbers in their lanes, each feature has
// whole vectors of runs. Lanes that are merged are whole vectors in either
// case; the last one ends with the pixels, and what its first lanes sum up,
// others have.
//
//===----------------------------------------------------------------------===//

#include "compiler/halide/FeatureSums.h"

#include "dialect/Kernel/KernelLayouts.h"
#include "passes/lower/TileModel.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

#include <algorithm>
#include <utility>

using namespace bnopt;
using Halide::Expr;
using Halide::Func;
using Halide::RDom;
using Halide::RVar;
using Halide::Tuple;
using Halide::Var;
using llvm::ArrayRef;
using llvm::SmallVector;

namespace {
class RunBuilder {
public:
  explicit RunBuilder(const FeatureData &data) : data(data) {
    findReducedDims();
    describe();
    chooseRuns();
  }

  FeatureFuncs build(const RunTerms &terms, const RunMerge &merge) {
    const size_t numSums = defineRun(terms);
    defineSums(merge, numSums);
    defineTotals();
    return std::move(features);
  }

private:
  void findReducedDims();
  void describe();
  void chooseRuns();
  std::vector<Expr> sumSteps(const RunTerms &terms, const Expr &step,
                             const Expr &start, const Expr &lane,
                             ArrayRef<Expr> outer) const;
  size_t defineRun(const RunTerms &terms);
  void defineSums(const RunMerge &merge, size_t numSums);
  void defineTotals();

  /// The pixel that the last lanes that end with the data begin with.
  int lastVector() const {
    return static_cast<int>(features.pixels) - features.lanes;
  }
  /// `pixel`, or where lanes begin that would otherwise reach behind the last.
  Expr shift(const Expr &pixel) const;
  /// The pixel of `lane` in runs of images.
  Expr getPixelOfImage(const Expr &lane) const;
  /// Whether another lane has the pixel that `lane` has in runs of images.
  Expr isTwice(const Expr &lane) const;
  /// Logical indices of what `lane` reads in `step`, counted from the first one
  /// of the first run.
  SmallVector<Expr> getIndices(const Expr &step, const Expr &lane,
                               ArrayRef<Expr> outer) const;
  /// The dimensions that runs do not go along.
  ArrayRef<int64_t> getOuterDims() const {
    const size_t inner = features.runsOfImages ? 2 : 1;
    return ArrayRef(dims).drop_front(std::min(inner, dims.size()));
  }

  const FeatureData &data;
  FeatureFuncs features;
  /// The dimensions but the feature's, from the smallest stride on. The first
  /// one is that of the pixels.
  SmallVector<int64_t> dims;
  int length = 1, runs = 1;
  /// Steps of a run whose sum is added to it at once.
  int stepsTogether = 1;
  /// No run reaches behind the last pixel.
  bool divides = true;
};
} // namespace

void RunBuilder::findReducedDims() {
  for (auto [dim, size] : llvm::enumerate(data.shape))
    if (static_cast<int64_t>(dim) != data.featureIndex && size != 1)
      dims.push_back(static_cast<int64_t>(dim));
  llvm::sort(dims, [&](int64_t a, int64_t b) {
    return std::pair(data.strides[a], a) < std::pair(data.strides[b], b);
  });
}

void RunBuilder::describe() {
  features.feature = Var("feature");
  features.runLane = Var("run_lane");
  features.run = Func("run");
  features.sums = Func("sums");
  features.statistics = Func("statistics");
  features.pixels = dims.empty() ? 1 : data.shape[dims[0]];
  for (auto [dim, logical] :
       llvm::enumerate(kernel::getBufferDimOrder(data.shape.size()))) {
    features.extents.push_back(static_cast<int>(data.shape[logical]));
    features.strides.push_back(static_cast<int>(data.strides[logical]));
    if (!dims.empty() && logical == dims[0])
      features.pixelDim = static_cast<int>(dim);
    if (logical == data.featureIndex)
      features.featureDim = static_cast<int>(dim);
    else
      features.count *= data.shape[logical];
  }
}

/// Pixels that runs take side by side, where they are contiguous.
static int getRunLanes(int64_t pixels) {
  constexpr int most = 32, least = 16;
  if (pixels < least)
    return 1;
  return pixels >= 4 * most ? most : least;
}

/// Elements of a run. The sums of one are rounded to f32: they must be few.
/// They are added to the others in f64, which must not count.
/// Where `elements` are few, time does not count, and the rounding does less.
static int64_t getRunLength(int64_t steps, int lanes, int64_t elements) {
  constexpr int64_t shortest = 16, longestOfFew = 8, few = 1 << 16;
  if (elements <= few)
    return std::min(steps, longestOfFew);
  const int64_t divisor = getLargestDivisor(steps, longestFloatRun);
  return lanes == 1 && divisor >= shortest ? divisor
                                           : std::min(steps, longestFloatRun);
}

/// Lanes of the vectors that all pixels of an image are read as.
static constexpr int imageLanes = 16;

/// The length of runs that take a pixel of each of several images; 1 where runs
/// of neighbouring pixels are better.
static int getRunOfImages(int64_t pixels, int64_t images) {
  constexpr int64_t mostPixels = 256;
  constexpr int shortest = 8;
  if (pixels < imageLanes || pixels > mostPixels)
    return 1;
  const int run = static_cast<int>(getLargestDivisor(images, longestFloatRun));
  return run >= shortest ? run : 1;
}

void RunBuilder::chooseRuns() {
  constexpr int mostTogether = 4;
  const bool isContiguous = !dims.empty() && data.strides[dims[0]] == 1;
  if (isContiguous && dims.size() > 1) {
    const int64_t images = data.shape[dims[1]];
    length = getRunOfImages(features.pixels, images);
    if (length > 1) {
      features.runsOfImages = true;
      features.lanes =
          static_cast<int>(llvm::alignTo(features.pixels, imageLanes));
      runs = static_cast<int>(images / length);
      stepsTogether = getLargestDivisor(length, mostTogether);
      features.denseLanes = !data.readsFeatures &&
                            data.strides[data.featureIndex] == features.pixels;
      return;
    }
  }
  if (isContiguous)
    features.lanes = getRunLanes(features.pixels);
  const int lanes = features.lanes;
  const int64_t steps = (features.pixels + lanes - 1) / lanes;
  int64_t ofRun = getRunLength(steps, lanes,
                               features.count * data.shape[data.featureIndex]);
  // Sums are then the same to the last bit of f32 wherever an image lies, and
  // however many features lie beside these.
  constexpr int64_t shortestOfRow = 7;
  if (const int64_t ofRow = getRunOfRow(data.rowPixels);
      ofRow >= shortestOfRow && lanes == 1)
    ofRun = ofRow;
  int64_t needed = (steps + ofRun - 1) / ofRun;
  // So many that they can be divided; the last ones may be empty.
  constexpr int64_t parts = FeatureFuncs::maximumParts;
  const int64_t perPart = (needed + parts - 1) / parts;
  if (lanes == 1 && dims.size() == 1)
    needed = perPart * ((needed + perPart - 1) / perPart);
  length = static_cast<int>(ofRun);
  runs = static_cast<int>(needed);
  divides = features.pixels == needed * ofRun * lanes;
}

Expr RunBuilder::shift(const Expr &pixel) const {
  return divides ? pixel : Halide::min(Halide::likely(pixel), lastVector());
}

Expr RunBuilder::getPixelOfImage(const Expr &lane) const {
  const int last = static_cast<int>(features.pixels) - imageLanes;
  return Halide::min(lane / imageLanes * imageLanes, last) + lane % imageLanes;
}

Expr RunBuilder::isTwice(const Expr &lane) const {
  const int last = features.lanes - imageLanes,
            excess = features.lanes - static_cast<int>(features.pixels);
  return lane >= last && lane < last + excess;
}

SmallVector<Expr> RunBuilder::getIndices(const Expr &step, const Expr &lane,
                                         ArrayRef<Expr> outer) const {
  SmallVector<Expr> indices(data.shape.size(), Expr(0));
  indices[data.featureIndex] = features.feature;
  for (auto [position, dim] : llvm::enumerate(getOuterDims()))
    indices[dim] = outer[position];
  if (features.runsOfImages) {
    indices[dims[0]] = lane;
    indices[dims[1]] = step;
    return indices;
  }
  Expr pixel = shift(step * features.lanes);
  if (features.lanes > 1)
    pixel = pixel + lane;
  // A single element is pixel 0.
  if (dims.empty())
    indices[data.featureIndex] = features.feature + pixel;
  else
    indices[dims[0]] = pixel;
  return indices;
}

/// The sum of `addends[begin] … addends[end - 1]`, by halves: sums of nearly
/// equal size lose the fewest bits.
static Expr addByHalves(ArrayRef<Expr> addends) {
  if (addends.size() == 1)
    return addends.front();
  const size_t half = addends.size() / 2;
  return Halide::strict_float(addByHalves(addends.take_front(half)) +
                              addByHalves(addends.drop_front(half)));
}

/// Sums after a step. In the order of steps: who sums the same run elsewhere
/// gets the same bits.
static std::vector<Expr> addInOrder(std::vector<Expr> sums,
                                    ArrayRef<Expr> addends) {
  for (auto [sum, addend] : llvm::zip_equal(sums, addends))
    sum = Halide::strict_float(sum + addend);
  return sums;
}

/// What steps from `step` on add to each sum of a run that begins at `start`.
std::vector<Expr> RunBuilder::sumSteps(const RunTerms &terms, const Expr &step,
                                       const Expr &start, const Expr &lane,
                                       ArrayRef<Expr> outer) const {
  std::vector<SmallVector<Expr>> addends;
  for (int i = 0; i < stepsTogether; ++i) {
    const std::vector<Expr> ofStep = terms(getIndices(step + i, lane, outer),
                                           getIndices(start, lane, outer));
    addends.resize(ofStep.size());
    for (auto [ofSum, addend] : llvm::zip_equal(addends, ofStep))
      ofSum.push_back(addend);
  }
  std::vector<Expr> sums;
  for (const SmallVector<Expr> &ofSum : addends)
    sums.push_back(addByHalves(ofSum));
  return sums;
}

/// Defines the run, and says how many sums it has.
size_t RunBuilder::defineRun(const RunTerms &terms) {
  Var number("run_number");
  std::vector<Var> vars = {features.feature, features.runLane, number};
  std::vector<Expr> outer;
  for (size_t i = 0; i < getOuterDims().size(); ++i) {
    vars.emplace_back("run_outer" + std::to_string(i));
    outer.emplace_back(vars.back());
  }
  const int steps = length / stepsTogether;
  // Zeros for all pixels of a block of features would be a call of memset, and
  // one more sweep through the cache. An even number of steps is left.
  const int initialSteps =
      features.denseLanes ? std::min(2 - steps % 2, steps - 1) : 0;
  RDom within(initialSteps, steps - initialSteps, "step");
  features.step = within[0];
  features.length = length;
  const Expr lane = features.runsOfImages && !features.denseLanes
                        ? getPixelOfImage(features.runLane)
                        : Expr(features.runLane);
  Expr start = number * length;
  const Expr step = start + within[0] * stepsTogether;
  std::vector<Expr> added = sumSteps(terms, step, start, lane, outer);
  std::vector<Expr> zeros, sums;
  for (const Expr &addend : added)
    zeros.push_back(Halide::cast(addend.type(), 0));
  std::vector<Expr> initial = zeros;
  for (int i = 0; i < initialSteps; ++i) {
    const std::vector<Expr> ofStep =
        sumSteps(terms, start + i * stepsTogether, start, lane, outer);
    initial = i == 0 ? ofStep : addInOrder(initial, ofStep);
  }
  features.run(vars) = Tuple(initial);
  // Likely, so that Halide gives the last run a loop of its own. Of lanes that
  // have been shifted, the first ones have read their pixels before.
  Expr pixel = step * features.lanes;
  Expr first = features.lanes > 1 ? shift(pixel) + lane : shift(pixel);
  Expr isNew = Halide::likely(pixel <= lastVector()) || first >= pixel;
  for (size_t index = 0; index < added.size(); ++index) {
    if (!divides)
      added[index] = Halide::select(isNew, added[index], zeros[index]);
    sums.push_back(features.run(vars)[static_cast<int>(index)]);
  }
  features.run(vars) = Tuple(addInOrder(sums, added));
  return added.size();
}

void RunBuilder::defineSums(const RunMerge &merge, size_t numSums) {
  Halide::Region region = {{0, features.lanes}, {0, runs}};
  for (int64_t dim : getOuterDims())
    region.emplace_back(0, static_cast<int>(data.shape[dim]));
  RDom domain(region, "r");
  features.lane = domain[0];
  const Expr pixel =
      features.runsOfImages ? getPixelOfImage(domain[0]) : Expr(domain[0]);
  std::vector<Expr> position = {features.feature,
                                features.denseLanes ? pixel : Expr(domain[0])},
                    outer;
  for (int dim = 1; dim < domain.dimensions(); ++dim) {
    features.reduction.push_back(domain[dim]);
    features.reductionSizes.push_back(
        dim == 1 ? runs : data.shape[getOuterDims()[dim - 2]]);
    position.push_back(domain[dim]);
    if (dim > 1)
      outer.push_back(position.back());
  }
  Expr start = position[2] * length;
  Expr count = makeDouble(length);
  if (!divides) {
    // Of lanes that are shifted, the last ones are new.
    Expr left = static_cast<int>(features.pixels) - start * features.lanes;
    if (features.lanes > 1)
      left = (left + domain[0]) / features.lanes;
    count = toDouble(Halide::clamp(left, 0, length));
  }
  std::vector<Expr> ofRun;
  for (size_t index = 0; index < numSums; ++index)
    ofRun.push_back(toDouble(features.run(position)[static_cast<int>(index)]));
  const std::vector<Expr> addends =
      merge(ofRun, getIndices(start, pixel, outer), count);
  Func &sums = features.sums;
  sums(features.feature) =
      Tuple(std::vector<Expr>(addends.size(), makeDouble(0)));
  std::vector<Expr> added;
  for (auto [index, addend] : llvm::enumerate(addends)) {
    Expr merged = addend;
    if (features.runsOfImages && features.pixels % imageLanes != 0)
      merged = Halide::select(isTwice(domain[0]), makeDouble(0), addend);
    added.push_back(sums(features.feature)[static_cast<int>(index)] + merged);
  }
  sums(features.feature) = Tuple(added);
}

void RunBuilder::defineTotals() {
  features.totals = features.sums;
  features.repeats = static_cast<int>(data.repeats);
  if (features.repeats == 1)
    return;
  const int numFeatures =
      features.extents[features.featureDim] / features.repeats;
  const RDom repeat(0, features.repeats, "repeat");
  const Tuple added = features.sums(features.feature + repeat[0] * numFeatures);
  Func totals("totals");
  totals(features.feature) =
      Tuple(std::vector<Expr>(added.size(), makeDouble(0)));
  std::vector<Expr> sums;
  for (int index = 0; index < static_cast<int>(added.size()); ++index)
    sums.push_back(totals(features.feature)[index] + added[index]);
  totals(features.feature) = Tuple(sums);
  features.totals = totals;
}

FeatureFuncs bnopt::makeFeatureSums(const FeatureData &data,
                                    const RunTerms &terms,
                                    const RunMerge &merge) {
  return RunBuilder(data).build(terms, merge);
}
