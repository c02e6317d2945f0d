//===- AlgorithmGroupNormGradient.cpp - Gradients of group norm as Funcs --===//
//
// All in f64, of one sample. With p the first element of a group, d = x − p, a
// channel has the sums
//
//   Σd, Σd², Σdy, Σdy·d
//
// from which those of its group of n elements are made, the last two with g =
// scale·dy in the place of dy. With them,
//
//   rest = Σd/n,  r = 1/√(Σd²/n − rest² + epsilon)
//   dx = r·(g − Σg/n) + b·(x − p − rest),  b = −r³·(Σgd − rest·Σg)/n
//   dScale = r·(Σdy·d − rest·Σdy),  dOffset = Σdy
//
// The gradients of scale and offset stay apart for each sample. Of small groups
// dx is in f64, too, in which products of f32 numbers are exact, so that it is
// right where its terms cancel; of others, in f32:
//
//   dx = dy·(r·scale) + (((x − hi) − lo)·b − r·Σg/n),  hi + lo = p + rest
//
//===----------------------------------------------------------------------===//

#include "compiler/halide/AlgorithmBuilder.h"
#include "compiler/halide/RowNormFormulas.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace bnopt;
using Halide::Expr;
using Halide::Func;
using Halide::RDom;
using Halide::Tuple;
using Halide::Var;

/// {rest, r, b, Σg/n} from the sums of a group of `size` elements.
static std::vector<Expr> getGroupNumbers(ArrayRef<Expr> sums, int64_t size,
                                         double epsilon) {
  const Expr count = makeDouble(static_cast<double>(size));
  Expr rest = sums[0] / count;
  Expr factor = makeDouble(1) / Halide::sqrt(sums[1] / count - rest * rest +
                                             makeDouble(epsilon));
  Expr slope = -factor * factor * factor * (sums[3] - rest * sums[2]) / count;
  return {rest, factor, slope, sums[2] / count};
}

static std::vector<Expr> getElements(const Func &tuple,
                                     const std::vector<Expr> &indices) {
  std::vector<Expr> elements;
  for (int i = 0; i < tuple.outputs(); ++i)
    elements.emplace_back(tuple(indices)[i]);
  return elements;
}

static void defineSum(Func &sum, const std::vector<Var> &vars,
                      ArrayRef<Expr> terms) {
  sum(vars) = Tuple(std::vector<Expr>(terms.size(), makeDouble(0)));
  std::vector<Expr> added;
  for (auto [index, term] : llvm::enumerate(terms))
    added.push_back(sum(vars)[static_cast<int>(index)] + term);
  sum(vars) = Tuple(added);
}

RowNormFuncs AlgorithmBuilder::makeGroupGradient(const Rows &rows,
                                                 bn::GroupNormGradientOp op) {
  RowNormFuncs norm = makeRowLoops(rows);
  const double epsilon = op.getEpsilon().convertToDouble();
  const auto size = static_cast<int>(rows.groupChannels);
  const size_t channelDim = llvm::find(rows.kept, 1) - rows.kept.begin();
  const std::vector<Expr> row = toExprs(rows.vars);
  const std::vector<Expr> within(norm.reduction.begin(), norm.reduction.end());

  std::vector<Expr> firstOfGroup = row;
  if (size > 1)
    firstOfGroup[channelDim] = row[channelDim] / size * size;
  norm.first = Func("first");
  norm.first(rows.vars) = toDouble(read(
      op.getInput(), getRowElement(rows, firstOfGroup,
                                   std::vector<Expr>(within.size(), Expr(0)))));

  const Indices element = getRowElement(rows, row, within);
  Expr distance = getDistance(read(op.getInput(), element), norm.first(row));
  Expr gradient = toDouble(read(op.getOutputGradient(), element));
  // A loop over nothing but one step must be seen.
  if (rows.dims.empty())
    gradient = gradient + toDouble(within.front());
  norm.sums = Func("sums");
  defineSum(norm.sums, rows.vars,
            {distance, distance * distance, gradient, gradient * distance});

  const auto readScale = [&](const Expr &channel) {
    return toDouble(read(op.getScale(), {channel}));
  };
  std::vector<Expr> numbers;
  if (size == 1) {
    std::vector<Expr> sums = getElements(norm.sums, row);
    for (int i : {2, 3})
      sums[i] = sums[i] * readScale(row[channelDim]);
    numbers = getGroupNumbers(sums, rows.count, epsilon);
  } else {
    std::vector<Var> groupVars = rows.vars;
    groupVars[channelDim] = Var("group");
    RDom member(0, size, "member");
    std::vector<Expr> ofMember = toExprs(groupVars);
    ofMember[channelDim] = groupVars[channelDim] * size + member;
    std::vector<Expr> terms = getElements(norm.sums, ofMember);
    for (int i : {2, 3})
      terms[i] = terms[i] * readScale(ofMember[channelDim]);
    norm.groupSums = Func("group_sums");
    defineSum(norm.groupSums, groupVars, terms);
    norm.groupStatistics = Func("group_statistics");
    norm.groupStatistics(groupVars) = Tuple(getGroupNumbers(
        getElements(norm.groupSums, toExprs(groupVars)), rows.count, epsilon));
    std::vector<Expr> group = row;
    group[channelDim] = group[channelDim] / size;
    numbers = getElements(norm.groupStatistics, group);
  }
  // What dScale and dOffset are, then what dx is made of.
  const std::vector<Expr> sums = getElements(norm.sums, row);
  std::vector<Expr> statistics = {
      toFloat(numbers[1] * (sums[3] - numbers[0] * sums[2])), toFloat(sums[2])};
  Expr mean = norm.first(row) + numbers[0];
  if (rows.count < leastRoundedRow) {
    statistics.insert(statistics.end(),
                      {mean, numbers[1], numbers[2], numbers[3]});
  } else {
    auto [high, low] = splitMean(mean);
    statistics.insert(statistics.end(),
                      {high, low,
                       toFloat(numbers[1] * readScale(row[channelDim])),
                       toFloat(numbers[2]), toFloat(numbers[1] * numbers[3])});
  }
  norm.statistics = Func("statistics");
  norm.statistics(rows.vars) = Tuple(statistics);
  return norm;
}

bool AlgorithmBuilder::buildGroupNormGradient(bn::GroupNormGradientOp op) {
  const RankedTensorType type = op.getInput().getType();
  if (op.getParts() != type.getDimSize(0))
    return false;
  const Rows rows = makeRows(
      op.getInput(), {/*firstDim=*/2,
                      type.getDimSize(1) / static_cast<int64_t>(op.getGroups()),
                      /*channelsApart=*/true});
  RowNormFuncs norm = makeGroupGradient(rows, op);
  const auto getRow = [&](ArrayRef<Expr> indices) {
    std::vector<Expr> row;
    for (int64_t dim : rows.kept)
      row.push_back(indices[dim]);
    return row;
  };
  Indices indices = declare(op);
  const std::vector<Expr> numbers =
      getElements(norm.statistics, getRow(indices));
  Expr x = read(op.getInput(), indices),
       dy = read(op.getOutputGradient(), indices), dx;
  if (rows.count < leastRoundedRow) {
    Expr gradient = toDouble(dy) * toDouble(read(op.getScale(), {indices[1]}));
    dx = toFloat(Halide::strict_float(gradient - numbers[5]) * numbers[3] +
                 getDistance(x, numbers[2]) * numbers[4]);
  } else {
    dx = dy * numbers[4] +
         (getDistance(x, numbers[2], numbers[3]) * numbers[5] - numbers[6]);
  }
  funcOf(op)(getVars(indices.size())) = dx;
  for (auto [index, result] : llvm::enumerate(op->getResults().drop_front())) {
    const Indices own = declareValue(result);
    values.find(result)->second.func(getVars(own.size())) =
        norm.statistics(getRow(own))[static_cast<int>(index)];
  }
  funcs.anchor = std::move(norm);
  return true;
}
