//===- OracleRules.cpp - Where scale-shifts pass --------------------------===//
//
//   s·clamp(x; l, h) + t = clamp(s·x + t; s·l + t, s·h + t), swapped for s < 0
//   s·(a ± b) + t = (s·a + t) ± s·b;  s·(a·b) = (s·a)·b;  s·(a/b) = (s·a)/b
//   s·f(x) = f(s·x), s >= 0, for prelu, leaky relu, |x|, and with t for maxima
//   means and resizes keep s and t; what moves elements keeps the features.
//
//===----------------------------------------------------------------------===//

#include "test/property/OracleRules.h"

#include "dialect/NN/NNOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"

#include "llvm/ADT/TypeSwitch.h"

#include <cmath>
#include <set>

using namespace mlir;

namespace bnopt::property {

//===----------------------------------------------------------------------===//
// Maps and constants
//===----------------------------------------------------------------------===//

static bool allOf(const std::vector<double> &values,
                  bool (*predicate)(double)) {
  return llvm::all_of(values, predicate);
}

bool Affine::hasScale() const {
  return !allOf(scale, [](double s) { return s == 1; });
}
bool Affine::hasShift() const {
  return !allOf(shift, [](double t) { return t == 0; });
}
bool Affine::isPositive() const {
  return allOf(scale, [](double s) { return s >= 0; });
}
bool Affine::isNegative() const {
  return allOf(scale, [](double s) { return s <= 0; });
}
bool Affine::operator==(const Affine &other) const {
  return scale == other.scale && shift == other.shift && dim == other.dim;
}
Affine Affine::after(const Affine &first) const {
  Affine both = *this;
  for (size_t c = 0; c < size(); ++c) {
    both.scale[c] = scale[c] * first.scale[c];
    both.shift[c] = scale[c] * first.shift[c] + shift[c];
  }
  return both;
}

bool Bounds::isComplete() const {
  const auto isFinite = [](double bound) { return std::isfinite(bound); };
  const auto isOne = [&](const std::vector<double> &side) {
    return llvm::all_of(side, isFinite) || llvm::none_of(side, isFinite);
  };
  return isOne(low) && isOne(high);
}

bool Bounds::isUniform() const {
  return llvm::all_equal(low) && llvm::all_equal(high);
}

ArrayRef<int64_t> getSizes(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

bool isConstant(Value value) { return matchPattern(value, m_Constant()); }

std::optional<std::vector<double>> readConstant(Value value) {
  DenseElementsAttr elements;
  std::vector<double> numbers;
  if (matchPattern(value, m_Constant(&elements))) {
    for (APFloat number : elements.getValues<APFloat>()) {
      bool losesInfo;
      number.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                     &losesInfo);
      numbers.push_back(number.convertToDouble());
    }
    return numbers;
  }
  DenseResourceElementsAttr resource;
  if (!matchPattern(value, m_Constant(&resource)))
    return std::nullopt;
  const ArrayRef<char> bytes = resource.getRawHandle().getBlob()->getData();
  const auto append = [&](auto zero) {
    for (size_t at = 0; at < bytes.size(); at += sizeof(zero)) {
      std::memcpy(&zero, bytes.data() + at, sizeof(zero));
      numbers.push_back(zero);
    }
  };
  getElementTypeOrSelf(value).isF64() ? append(double()) : append(float());
  return numbers;
}

bool isFinite(double value, Type elementType) {
  return elementType.isF64() ? std::isfinite(value)
                             : std::isfinite(static_cast<float>(value));
}

std::optional<Way> OracleRules::scaleConstant(Operation *user, unsigned operand,
                                              const Affine &map) {
  Value old = user->getOperand(operand);
  const auto type = cast<RankedTensorType>(old.getType());
  SmallVector<int64_t> sizes(type.getShape());
  if (map.dim >= type.getRank())
    return std::nullopt;
  int64_t dim = map.dim;
  for (; dim < 0; ++dim)
    sizes.insert(sizes.begin(), 1);
  const auto count = static_cast<int64_t>(map.size());
  if (sizes[dim] != 1 && sizes[dim] != count)
    return std::nullopt;
  const bool repeats = sizes[dim] != count;
  const auto numbers = readConstant(old);
  if (!numbers)
    return std::nullopt;
  sizes[dim] = count;
  const int64_t inner =
      ShapedType::getNumElements(ArrayRef(sizes).drop_front(dim + 1));
  std::vector<double> scaled(ShapedType::getNumElements(sizes));
  for (int64_t i = 0; i < static_cast<int64_t>(scaled.size()); ++i) {
    const int64_t c = i / inner % count;
    const int64_t from = repeats ? i / inner / count * inner + i % inner : i;
    scaled[i] = map.scale[c] * (*numbers)[from] + map.shift[c];
    if (!isFinite(scaled[i], type.getElementType()))
      return std::nullopt;
  }
  Way way;
  way.change = [=] {
    OpBuilder builder(user);
    SmallVector<Attribute> elements;
    for (double number : scaled)
      elements.push_back(builder.getFloatAttr(type.getElementType(), number));
    user->setOperand(operand,
                     arith::ConstantOp::create(
                         builder, user->getLoc(),
                         DenseElementsAttr::get(type.clone(sizes), elements)));
  };
  return way;
}

//===----------------------------------------------------------------------===//
// Clamps
//===----------------------------------------------------------------------===//

std::optional<Bounds> OracleRules::readBounds(Operation *op, const Affine &map,
                                              unsigned &input) {
  const size_t count = map.size();
  input = 0;
  if (auto found = clamps.find(op); found != clamps.end()) {
    const Bounds &bounds = found->second;
    input = isa<nn::MaxOp, nn::MinOp>(op) && isConstant(op->getOperand(0));
    if (bounds.dim == map.dim && !bounds.isMixed)
      return bounds;
    if (bounds.isMixed || !bounds.isUniform())
      return std::nullopt;
    return Bounds{std::vector<double>(count, bounds.low.front()),
                  std::vector<double>(count, bounds.high.front()), map.dim};
  }
  Bounds bounds{std::vector<double>(count, -INFINITY),
                std::vector<double>(count, INFINITY), map.dim};
  if (isa<nn::ReluOp>(op)) {
    bounds.low.assign(count, 0);
    return bounds;
  }
  if (auto clip = dyn_cast<nn::ClipOp>(op)) {
    bounds.low.assign(count, clip.getMin().convertToDouble());
    bounds.high.assign(count, clip.getMax().convertToDouble());
    return bounds;
  }
  for (unsigned side : {1, 0}) {
    const auto numbers = readConstant(op->getOperand(side));
    const ArrayRef<int64_t> sizes = getSizes(op->getOperand(side));
    const auto missing =
        static_cast<int64_t>(getSizes(op->getResult(0)).size() - sizes.size());
    bool fits = numbers && op->getOperand(1 - side).getType() ==
                               op->getResult(0).getType();
    for (size_t d = 0; fits && d < sizes.size(); ++d)
      fits = sizes[d] == 1 || static_cast<int64_t>(d) + missing == map.dim;
    if (!fits)
      continue;
    auto &side_ = isa<nn::MaxOp>(op) ? bounds.low : bounds.high;
    for (size_t c = 0; c < count; ++c)
      side_[c] = (*numbers)[numbers->size() == 1 ? 0 : c];
    input = 1 - side;
    return bounds;
  }
  return std::nullopt;
}

/// Infinite bounds do not bind, and must stay so.
static bool areKept(const Bounds &before, const Bounds &after, Type type) {
  int64_t finiteBefore = 0, finiteAfter = 0;
  for (const auto *values : {&before.low, &before.high})
    finiteBefore +=
        llvm::count_if(*values, [](double b) { return std::isfinite(b); });
  for (const auto *values : {&after.low, &after.high})
    finiteAfter +=
        llvm::count_if(*values, [&](double b) { return isFinite(b, type); });
  return finiteBefore == finiteAfter;
}

std::vector<Way> OracleRules::passMixedUp(Operation *op, const Bounds &bounds,
                                          const Affine &map) {
  // Infinite bounds have no multiples.
  if (!bounds.isComplete())
    return {};
  Way way;
  way.demands.push_back(
      {isa<nn::MaxOp, nn::MinOp>(op) && isConstant(op->getOperand(0)), map});
  if (!map.isPositive())
    way.effort = Effort::Operator;
  Bounds mixed = bounds;
  mixed.isMixed = true;
  if (!map.isPositive())
    std::swap(mixed.low, mixed.high);
  way.change = [this, op, mixed] { clamps[op] = mixed; };
  return {way};
}

std::vector<Way> OracleRules::passClampUp(Operation *op, const Affine &map) {
  unsigned input;
  const auto bounds = readBounds(op, map, input);
  Way way;
  if (!bounds) {
    // Max and min of two values, or bounds along another dimension.
    if (!map.isPositive() && !map.isNegative())
      return {};
    if (auto found = clamps.find(op); found != clamps.end())
      return passMixedUp(op, found->second, map);
    if (!isa<nn::MaxOp, nn::MinOp>(op))
      return {};
    for (unsigned operand : {0, 1}) {
      Affine moved = map;
      moved.dim -=
          static_cast<int64_t>(getSizes(op->getResult(0)).size()) -
          static_cast<int64_t>(getSizes(op->getOperand(operand)).size());
      way.demands.push_back({operand, moved});
    }
    if (!map.isPositive())
      way.effort = Effort::Operator;
    return {way};
  }
  Bounds moved = *bounds;
  for (size_t c = 0; c < map.size(); ++c) {
    const double s = map.scale[c], t = map.shift[c];
    double low = bounds->low[c], high = bounds->high[c];
    if (s < 0)
      std::swap(low, high);
    moved.low[c] = std::isinf(low) ? (s < 0 ? -low : low) : s * low + t;
    moved.high[c] = std::isinf(high) ? (s < 0 ? -high : high) : s * high + t;
  }
  if (!areKept(*bounds, moved, getElementTypeOrSelf(op->getResult(0))))
    return {};
  way.demands.push_back({input, map});
  if (moved.low != bounds->low || moved.high != bounds->high)
    way.effort = Effort::Operator;
  way.change = [this, op, moved] { clamps[op] = moved; };
  return {way};
}

std::optional<Passage>
OracleRules::passClampDown(Operation *op, unsigned operand, const Affine &map) {
  Passage passage{map};
  if (isa<nn::ReluOp>(op) && !clamps.contains(op) && !map.hasShift() &&
      map.isPositive())
    return passage;
  unsigned input;
  if (getSizes(op->getOperand(operand)).size() !=
      getSizes(op->getResult(0)).size())
    return std::nullopt;
  const auto bounds = readBounds(op, map, input);
  if (!bounds || input != operand || llvm::is_contained(map.scale, 0.0))
    return std::nullopt;
  Bounds moved = *bounds;
  for (size_t c = 0; c < map.size(); ++c) {
    const double s = map.scale[c], t = map.shift[c];
    moved.low[c] = (bounds->low[c] - t) / s;
    moved.high[c] = (bounds->high[c] - t) / s;
    if (s < 0)
      std::swap(moved.low[c], moved.high[c]);
  }
  if (!areKept(*bounds, moved, getElementTypeOrSelf(op->getResult(0))))
    return std::nullopt;
  if (moved.low != bounds->low || moved.high != bounds->high)
    passage.effort = Effort::Operator;
  passage.change = [this, op, moved] { clamps[op] = moved; };
  return passage;
}

//===----------------------------------------------------------------------===//
// Features in another place
//===----------------------------------------------------------------------===//

std::vector<Affine> reshapeAffine(ArrayRef<int64_t> from, ArrayRef<int64_t> to,
                                  const Affine &map) {
  // Element by element: which features does each index of a dimension hold?
  const int64_t count = ShapedType::getNumElements(from);
  const auto indexAlong = [](ArrayRef<int64_t> sizes, int64_t dim, int64_t i) {
    return i / ShapedType::getNumElements(sizes.drop_front(dim + 1)) %
           sizes[dim];
  };
  std::vector<Affine> all;
  for (int64_t dim = 0; dim < static_cast<int64_t>(to.size()); ++dim) {
    std::vector<int64_t> feature(to[dim], -1);
    bool isOne = true;
    for (int64_t i = 0; i < count && isOne; ++i) {
      int64_t &known = feature[indexAlong(to, dim, i)];
      const int64_t c = indexAlong(from, map.dim, i);
      isOne = known < 0 || known == c;
      known = c;
    }
    if (!isOne)
      continue;
    Affine moved = Affine::identity(to[dim], dim);
    for (int64_t i = 0; i < to[dim]; ++i) {
      moved.scale[i] = map.scale[feature[i]];
      moved.shift[i] = map.shift[feature[i]];
    }
    // Most operators that take one take it along the channels.
    all.insert(dim == 1 ? all.begin() : all.end(), moved);
  }
  return all;
}

} // namespace bnopt::property
