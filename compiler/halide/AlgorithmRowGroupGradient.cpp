//===- AlgorithmRowGroupGradient.cpp - Gradients of norms over rows -------===//
//
// Of a matrix whose rows are in one piece of memory, in one sweep. A few rows
// are a group: their numbers are computed, then element after element their
// inputs' gradients and what they add to the parameters' gradients,
//
//   dx(element, row, group, part) = …
//   dScale(element, group, part) += Σ over the rows of the group
//
// The second has no room for groups: its stride along them is 0, so that each
// group of a part adds to what the one before it has left.
//
// The numbers of a row of n elements come from two sums over it, of d = x − p,
// p being its first element, and of c = x − mean and g = scale·dy,
//
//   mean = p + Σd/n,  r = 1/√(Σc²/n + epsilon),  b = −r³·Σgc/n
//
// the second after the first: Σd² would cancel where p is far from the mean. A
// row is in the first-level cache then. So f32 is enough, in 64 sums that are
// added in f64. RMS norm needs Σx² and Σgx alone. Of short rows, or very long
// ones, sums are in f64.
//
//===----------------------------------------------------------------------===//

#include "compiler/halide/AlgorithmBuilder.h"
#include "compiler/halide/RowNormFormulas.h"
#include "passes/lower/TileModel.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace bnopt;
using Halide::Expr;
using Halide::Func;
using Halide::RDom;
using Halide::Tuple;
using Halide::Var;

/// Elements of f32 that a group of rows takes of each tensor, half of a
/// first-level cache for input and output gradient, and rows at most.
static constexpr int64_t elementsPerGroup = 4096, mostRowsPerGroup = 4;

/// A lane adds up so many elements in f32.
static constexpr int64_t mostStepsPerLane = 256;

/// Whether sums over rows of `count` elements may be of f32.
static bool areSummedInLanes(int64_t count) {
  return count >= leastRoundedRow &&
         count <= mostStepsPerLane * LaneSums::width;
}

static LaneSums
makeLaneSums(const Var &row, int64_t count,
             llvm::function_ref<std::vector<Expr>(const Expr &)> terms) {
  LaneSums sums;
  sums.lanes = Func("lanes");
  sums.lane = Var("lane");
  const int width = LaneSums::width, steps = static_cast<int>(count / width),
            rest = static_cast<int>(count % width);
  const auto addTo = [&](const Expr &lane, const Expr &element) {
    std::vector<Expr> added;
    for (auto [index, term] : llvm::enumerate(terms(element)))
      added.push_back(sums.lanes(lane, row)[static_cast<int>(index)] + term);
    sums.lanes(lane, row) = Tuple(added);
  };
  const size_t numSums = terms(Expr(0)).size();
  sums.lanes(sums.lane, row) = Tuple(std::vector<Expr>(numSums, Expr(0.0f)));
  RDom step(0, steps, "step");
  sums.step = step[0];
  addTo(sums.lane, step[0] * width + sums.lane);
  if (rest > 0) {
    RDom last(0, rest, "rest");
    sums.rest = last[0];
    addTo(last[0], steps * width + last[0]);
  }
  RDom all(0, width, "all");
  sums.all = all[0];
  for (int index = 0; index < static_cast<int>(numSums); ++index) {
    Func sum("sum");
    sum(row) = Expr(0.0);
    sum(row) += toDouble(sums.lanes(all[0], row)[index]);
    sums.sums.push_back(sum);
  }
  return sums;
}

Func AlgorithmBuilder::makeLongRows(const Rows &rows, Value outputGradient,
                                    const RowParameters &parameters,
                                    RowGroupGradientFuncs &gradient) {
  const Var &row = rows.vars.front();
  const Expr count(static_cast<double>(rows.count));
  const auto readInput = [&](const Expr &element) {
    return read(rows.input, {Expr(row), element});
  };
  const auto readScaled = [&](const Expr &element) {
    return read(outputGradient, {Expr(row), element}) *
           readBroadcast(parameters.scale, {Expr(row), element});
  };
  const auto addSums =
      [&](llvm::function_ref<std::vector<Expr>(const Expr &)> terms) {
        gradient.longRows.push_back(makeLaneSums(row, rows.count, terms));
        std::vector<Expr> sums;
        for (const Func &sum : gradient.longRows.back().sums)
          sums.push_back(sum(row));
        return sums;
      };
  std::vector<Expr> numbers;
  const auto addNumbers = [&](const Expr &squares, const Expr &products) {
    Expr factor =
        Expr(1.0) / Halide::sqrt(squares / count + Expr(parameters.epsilon));
    numbers = {factor, -factor * factor * factor * products / count};
  };
  if (parameters.centered) {
    Func first("first"), mean("mean");
    first(row) = readInput(0);
    // Reads both tensors: they come from memory side by side.
    const auto sums = addSums([&](const Expr &element) {
      return std::vector<Expr>{
          Halide::strict_float(readInput(element) - first(row)),
          readScaled(element)};
    });
    auto [high, low] = splitMean(toDouble(first(row)) + sums[0] / count);
    mean(row) = Tuple(high, low);
    const auto ofDistances = addSums([&](const Expr &element) {
      Expr distance =
          getDistance(readInput(element), mean(row)[0], mean(row)[1]);
      return std::vector<Expr>{distance * distance,
                               readScaled(element) * distance};
    });
    addNumbers(ofDistances[0], ofDistances[1]);
    numbers.push_back(numbers[0] * sums[1] / count);
    numbers.insert(numbers.end(), {mean(row)[0], mean(row)[1]});
    gradient.numbers = {first, mean};
  } else {
    const auto sums = addSums([&](const Expr &element) {
      Expr x = readInput(element);
      return std::vector<Expr>{x * x, readScaled(element) * x};
    });
    addNumbers(sums[0], sums[1]);
    numbers.emplace_back(0.0);
  }
  llvm::transform(numbers, numbers.begin(), toFloat);
  Func statistics("statistics");
  statistics(row) = Tuple(numbers);
  gradient.numbers.push_back(statistics);
  return statistics;
}

bool AlgorithmBuilder::canGroupRows(Operation *op) const {
  // The sums are stored as they are.
  const auto isReturned = [](OpResult result) {
    return getElementTypeOrSelf(result.getType()).isF32() &&
           llvm::all_of(result.getUsers(), llvm::IsaPred<kernel::ReturnOp>);
  };
  return view.merged() == KernelView::Merge::Rows &&
         llvm::all_of(op->getResults().drop_front(), isReturned);
}

Func AlgorithmBuilder::makeGroupedRows(const Rows &rows, Value outputGradient,
                                       const RowParameters &parameters,
                                       int64_t parts) {
  RowGroupGradientFuncs gradient;
  const int64_t perPart = shapeOf(rows.input).front() / parts;
  gradient.element = Var("element");
  gradient.row = Var("row");
  gradient.group = Var("group");
  gradient.part = Var("part");
  gradient.rowsPerPart = static_cast<int>(perPart);
  gradient.rowsPerGroup = getLargestDivisor(
      perPart,
      std::clamp<int64_t>(elementsPerGroup / rows.count, 1, mostRowsPerGroup));
  if (const std::optional<unsigned> argument = get(rows.input).argument)
    gradient.input = funcs.arguments[*argument].name();
  Func statistics;
  if (areSummedInLanes(rows.count)) {
    statistics = makeLongRows(rows, outputGradient, parameters, gradient);
  } else {
    gradient.otherRows = makeRowGradient(rows, outputGradient, parameters);
    statistics = gradient.otherRows->statistics;
  }
  funcs.anchor = std::move(gradient);
  return statistics;
}

void AlgorithmBuilder::finishRowGroups(ValueRange returned,
                                       const RowGroupGradientFuncs &gradient) {
  const auto &[element, row, group, part] =
      std::tie(gradient.element, gradient.row, gradient.group, gradient.part);
  const ArrayRef<int64_t> shape = shapeOf(returned.front());
  const int size = static_cast<int>(shape[1]), ofPart = gradient.rowsPerPart,
            ofGroup = gradient.rowsPerGroup;
  funcs.vars = {element, row, group, part};
  funcs.extents = {size, ofGroup, ofPart / ofGroup,
                   static_cast<int>(shape[0]) / ofPart};
  funcs.strides = {1, size, size * ofGroup, size * ofPart};
  const auto describe = [&](Func &func, ArrayRef<int> dims) {
    for (auto [position, dim] : llvm::enumerate(dims))
      func.output_buffer()
          .dim(static_cast<int>(position))
          .set_bounds(0, funcs.extents[dim])
          .set_stride(funcs.strides[dim]);
  };
  const Expr first = part * ofPart + group * ofGroup;
  funcs.output = Func("output");
  funcs.output(funcs.vars) =
      toStored(read(returned.front(), {first + row, Expr(element)}),
               returned.front().getType());
  describe(funcs.output, {0, 1, 2, 3});
  for (auto [index, value] : llvm::enumerate(returned.drop_front())) {
    Expr sum;
    for (int i = 0; i < ofGroup; ++i) {
      Expr term = get(value).func(element, first + i);
      sum = sum.defined() ? sum + term : term;
    }
    Func result("result" + std::to_string(index + 1));
    result(element, group, part) = Halide::undef<float>();
    result(element, group, part) =
        Halide::select(group == 0, 0.0f, result(element, group, part)) +
        toFloat(sum);
    describe(result, {0, 2, 3});
    result.output_buffer().dim(1).set_stride(0);
    result.output_buffer().dim(2).set_stride(size);
    funcs.vectors.push_back(result);
  }
  funcs.inPlace = kernel.getInPlace();
}
