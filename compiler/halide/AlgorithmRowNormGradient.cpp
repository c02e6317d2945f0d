//===- AlgorithmRowNormGradient.cpp - Gradients of layer and RMS norm -----===//
//
// All in f64, of rows of n with d = x − p, p the first element, and g =
// scale·dy:
//
//   mean = p + Σd/n,  variance = Σd²/n − (Σd/n)²,  r = 1/√(variance + epsilon)
//   dx = r·(g − Σg/n) + b·(x − mean),  b = −r³·(Σgd − Σg·Σd/n)/n
//   dScale = Σ dy·(x − mean)·r,  dOffset = Σ dy
//
// where the last two sums are over the rows of a part. Rows in one piece of
// memory are taken by groups (AlgorithmRowGroupGradient.cpp). RMS norm takes p,
// the mean and Σg/n as 0. Of short rows all is in f64, in which products of f32
// numbers are exact, so that dx is right to the last bits where its terms
// cancel, as in rows of one or two elements; of others, dx and the terms of
// dScale are in f32, with the mean as a sum of two numbers.
//
//===----------------------------------------------------------------------===//

#include "compiler/halide/AlgorithmBuilder.h"
#include "compiler/halide/RowNormFormulas.h"
#include "dialect/Kernel/KernelLayouts.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace bnopt;
using Halide::Expr;
using Halide::Func;
using Halide::RDom;
using Halide::strict_float;
using Halide::Tuple;
using Halide::Var;

namespace {
/// Numbers of a row.
struct RowNumbers {
  Expr mean, factor, slope, meanGradient;
};
} // namespace

/// From {Σd, Σd², Σg, Σgd}, or of RMS norm {Σx², Σgx}.
static RowNumbers getNumbers(const RowNormFuncs &norm, int64_t size,
                             double epsilon) {
  const Expr count(static_cast<double>(size)), eps(epsilon);
  const auto sum = [&](int index) { return Expr(norm.sums(norm.rows)[index]); };
  const auto getRoot = [&](const Expr &variance) {
    return Expr(1.0) / Halide::sqrt(variance + eps);
  };
  if (!norm.first.defined()) {
    Expr factor = getRoot(sum(0) / count);
    return {Expr(0.0), factor, -factor * factor * factor * sum(1) / count,
            Expr(0.0)};
  }
  Expr rest = sum(0) / count;
  Expr factor = getRoot(sum(1) / count - rest * rest);
  Expr slope = -factor * factor * factor * (sum(3) - sum(2) * rest) / count;
  return {toDouble(norm.first(norm.rows)) + rest, factor, slope,
          sum(2) / count};
}

/// x less the mean of its row, in the type of the row's numbers.
static Expr getDistanceFromMean(const Expr &x, const Halide::FuncRef &numbers) {
  if (numbers.size() == 4)
    return strict_float(toDouble(x) - numbers[3]);
  return numbers.size() == 5 ? getDistance(x, numbers[3], numbers[4]) : x;
}

/// What an element adds to the gradient of the scale.
static Expr getScaleTerm(const Expr &x, const Expr &dy,
                         const Halide::FuncRef &numbers) {
  Expr normalized = getDistanceFromMean(x, numbers) * numbers[0];
  return Halide::cast(normalized.type(), dy) * normalized;
}

/// An element of the gradient of the input.
static Expr getInputGradient(const Expr &x, const Expr &dy, const Expr &scale,
                             const Halide::FuncRef &numbers) {
  Expr distance = getDistanceFromMean(x, numbers);
  if (distance.type() == Halide::Float(64))
    return toFloat(strict_float(toDouble(dy) * toDouble(scale) - numbers[2]) *
                       numbers[0] +
                   distance * numbers[1]);
  return dy * (scale * numbers[0]) + (distance * numbers[1] - numbers[2]);
}

RowNormFuncs
AlgorithmBuilder::makeRowGradient(const Rows &rows, Value outputGradient,
                                  const RowParameters &parameters) {
  RowNormFuncs norm = makeRowLoops(rows);
  const std::vector<Expr> row = toExprs(rows.vars);
  const std::vector<Expr> within(norm.reduction.begin(), norm.reduction.end());
  const Indices element = getRowElement(rows, row, within);
  Expr x = read(rows.input, element);
  Expr gradient = toDouble(read(outputGradient, element)) *
                  toDouble(readBroadcast(parameters.scale, element));
  std::vector<Expr> terms;
  if (parameters.centered) {
    norm.first = Func("first");
    norm.first(rows.vars) = read(
        rows.input,
        getRowElement(rows, row, std::vector<Expr>(within.size(), Expr(0))));
    Expr distance = getDistance(x, norm.first(rows.vars));
    terms = {distance, distance * distance, gradient, gradient * distance};
  } else {
    terms = {toDouble(x) * toDouble(x), gradient * toDouble(x)};
  }
  norm.sums = Func("sums");
  norm.sums(rows.vars) = Tuple(std::vector<Expr>(terms.size(), Expr(0.0)));
  std::vector<Expr> sums;
  for (size_t i = 0; i < terms.size(); ++i)
    sums.push_back(norm.sums(rows.vars)[static_cast<int>(i)] + terms[i]);
  norm.sums(rows.vars) = Tuple(sums);
  norm.statistics = Func("statistics");
  RowNumbers numbers = getNumbers(norm, rows.count, parameters.epsilon);
  if (rows.count < leastRoundedRow) {
    norm.statistics(rows.vars) = Tuple(numbers.factor, numbers.slope,
                                       numbers.meanGradient, numbers.mean);
    return norm;
  }
  std::vector<Expr> rounded = {toFloat(numbers.factor), toFloat(numbers.slope),
                               toFloat(numbers.factor * numbers.meanGradient)};
  if (parameters.centered) {
    auto [high, low] = splitMean(numbers.mean);
    rounded.insert(rounded.end(), {high, low});
  }
  norm.statistics(rows.vars) = Tuple(rounded);
  return norm;
}

/// dScale and dOffset, as a tuple over a row and the parts of the rows.
void AlgorithmBuilder::makeParameterSums(const Rows &rows, Value outputGradient,
                                         int64_t parts,
                                         RowNormGradientFuncs &gradient) {
  const MemoryLayout layout =
      view.getLayout(kernel.getResultTypes().front(), kernel.getResultLayout());
  const auto numKept = static_cast<int64_t>(rows.kept.size());
  const int64_t count =
      getNumElements(ArrayRef(layout.shape).take_front(numKept));
  gradient.rowsPerPart = static_cast<int>(count / parts);
  RDom domain(0, gradient.rowsPerPart, "r");
  gradient.row = domain[0];
  gradient.part = Var("part");
  // The row's dimensions in the order of the buffer of a tensor of its rank.
  gradient.rowVars = getVars(rows.dims.size());
  Indices element(layout.shape.size());
  llvm::copy(getIndices(gradient.rowVars), element.begin() + numKept);
  Expr number = gradient.part * gradient.rowsPerPart + domain[0];
  for (int64_t dim = numKept - 1; dim >= 0; --dim) {
    const auto size = static_cast<int>(layout.shape[dim]);
    element[dim] = dim == 0 ? number : number % size;
    number = number / size;
  }
  std::vector<Expr> row;
  for (int64_t dim : rows.kept)
    row.push_back(element[dim]);

  Expr dy = read(outputGradient, element);
  Expr product = toDouble(getScaleTerm(read(rows.input, element), dy,
                                       gradient.again.statistics(row)));
  std::vector<Var> vars = gradient.rowVars;
  vars.push_back(gradient.part);
  gradient.sums = Func("parameter_sums");
  gradient.sums(vars) = Tuple(Expr(0.0), Expr(0.0));
  gradient.sums(vars) = Tuple(gradient.sums(vars)[0] + product,
                              gradient.sums(vars)[1] + toDouble(dy));
}

template <typename Op>
bool AlgorithmBuilder::buildRowNormGradient(Op op) {
  if (!op.getParts())
    return false;
  const bool mergesRows = view.merged() == KernelView::Merge::Rows;
  const RowParameters parameters = {
      op.getScale(),
      {},
      op.getEpsilon().convertToDouble(),
      std::is_same_v<Op, bn::LayerNormGradientOp>};
  const Rows rows = makeRows(
      op.getInput(), {mergesRows ? 1 : static_cast<int64_t>(op.getAxis()), 0});
  Value dy = op.getOutputGradient();
  const auto parts = static_cast<int64_t>(*op.getParts());
  const bool isGrouped = canGroupRows(op);
  RowNormGradientFuncs gradient;
  Func numbers;
  if (isGrouped) {
    numbers = makeGroupedRows(rows, dy, parameters, parts);
  } else {
    gradient.norm = makeRowGradient(rows, dy, parameters);
    gradient.again = makeRowGradient(rows, dy, parameters);
    numbers = gradient.norm.statistics;
  }

  Indices indices = declare(op);
  std::vector<Expr> row;
  for (int64_t dim : rows.kept)
    row.push_back(indices[dim]);
  const Halide::FuncRef ofRow = numbers(row);
  Expr x = read(rows.input, indices), gradientOfElement = read(dy, indices);
  funcOf(op)(getVars(indices.size())) = getInputGradient(
      x, gradientOfElement, readBroadcast(parameters.scale, indices), ofRow);
  if (!isGrouped)
    makeParameterSums(rows, dy, parts, gradient);
  for (auto [index, result] : llvm::enumerate(op->getResults().drop_front())) {
    const Indices own = declareValue(result);
    Func &func = values.find(result)->second.func;
    if (isGrouped) {
      // What a row adds to it.
      func(getVars(indices.size())) =
          index == 0 ? getScaleTerm(x, gradientOfElement, ofRow)
                     : gradientOfElement;
      continue;
    }
    std::vector<Expr> place = orderIndices(ArrayRef(own).drop_front());
    place.push_back(own.front());
    func(getVars(own.size())) =
        toFloat(gradient.sums(place)[static_cast<int>(index)]);
  }
  if (!isGrouped)
    funcs.anchor = std::move(gradient);
  return true;
}

bool AlgorithmBuilder::buildRowNormGradients(Operation *op) {
  return llvm::TypeSwitch<Operation *, bool>(op)
      .Case<bn::LayerNormGradientOp, bn::RMSNormGradientOp>(
          [&](auto typed) { return buildRowNormGradient(typed); })
      .Case([&](bn::GroupNormGradientOp typed) {
        return buildGroupNormGradient(typed);
      })
      .Default(false);
}
