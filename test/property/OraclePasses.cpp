//===- OraclePasses.cpp - Operator by operator, upwards and downwards -----===//

#include "test/property/OracleAffine.h"
#include "test/property/OracleRules.h"

#include "dialect/NN/NNOps.h"

#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;

namespace bnopt::property {
namespace {

/// `map` of the result, counted in the dimensions of operand `operand`.
std::pair<unsigned, Affine> demand(Operation *op, unsigned operand,
                                   const Affine &map) {
  const auto missing =
      static_cast<int64_t>(getSizes(op->getResult(0)).size()) -
      static_cast<int64_t>(getSizes(op->getOperand(operand)).size());
  return {operand, along(map, map.dim - missing)};
}

/// `map` of an operand as one of the result; none where it broadcasts.
std::optional<Affine> alongResult(Operation *op, unsigned operand,
                                  const Affine &map) {
  const ArrayRef<int64_t> result = getSizes(op->getResult(0));
  const int64_t dim =
      map.dim + static_cast<int64_t>(result.size()) -
      static_cast<int64_t>(getSizes(op->getOperand(operand)).size());
  if (result[dim] != static_cast<int64_t>(map.size()))
    return std::nullopt;
  return along(map, dim);
}

Way take(std::initializer_list<std::pair<unsigned, Affine>> demands) {
  Way way;
  way.demands = demands;
  return way;
}

bool isHomogeneous(Operation *op) {
  return isa<nn::LeakyReluOp, nn::PReluOp, nn::AbsOp>(op);
}

bool isPlainPool(nn::AveragePoolOp op) {
  return !op.getCountIncludePad() ||
         llvm::all_of(op.getPadValues(), [](int64_t pad) { return pad == 0; });
}

/// Pools and resizes, which keep batch and channels.
bool passesPool(Operation *op, const Affine &map) {
  if (map.dim > 1)
    return false;
  if (isa<nn::MaxPoolOp>(op))
    return map.isPositive();
  if (auto pool = dyn_cast<nn::AveragePoolOp>(op))
    return isPlainPool(pool) || !map.hasShift();
  return true;
}

struct Reduction {
  SmallVector<int64_t> axes;
  bool keepsDims = false;
  double numElements = 1;
};

Reduction readReduction(Operation *op) {
  Reduction reduction;
  llvm::append_range(reduction.axes,
                     op->getAttrOfType<DenseI64ArrayAttr>("axes").asArrayRef());
  reduction.keepsDims = op->hasAttr("keep_dims");
  for (int64_t axis : reduction.axes)
    reduction.numElements *=
        static_cast<double>(getSizes(op->getOperand(0))[axis]);
  return reduction;
}

/// For each dimension of the result of a reduction, that of the input.
SmallVector<int64_t> getInputDims(Operation *op, const Reduction &reduction) {
  SmallVector<int64_t> dims;
  for (int64_t d = 0;
       d < static_cast<int64_t>(getSizes(op->getOperand(0)).size()); ++d) {
    const bool isReduced = llvm::is_contained(reduction.axes, d);
    if (!isReduced || reduction.keepsDims)
      dims.push_back(isReduced ? -1 : d);
  }
  return dims;
}

int64_t getPixelChannel(nn::DepthToSpaceOp op, int64_t count, int64_t c) {
  const auto block =
      static_cast<int64_t>(op.getBlockSize() * op.getBlockSize());
  return op.getColumnRowDepth() ? c / block : c % (count / block);
}

/// The value of a constant margin on the other side; none if features differ.
std::optional<double> moveMargin(nn::PadOp op, const Affine &map, bool up) {
  const ArrayRef<int64_t> pads = op.getPads();
  if (pads[map.dim] || pads[pads.size() / 2 + map.dim])
    return std::nullopt;
  const double value = op.getValue().convertToDouble();
  if (op.getMode() != nn::PadMode::Constant)
    return value;
  std::optional<double> moved;
  for (size_t c = 0; c < map.size(); ++c) {
    // A scale of zero makes its shift of any margin.
    if (!up && map.scale[c] == 0 && map.shift[c] == value)
      continue;
    const double each = up ? map.scale[c] * value + map.shift[c]
                           : (value - map.shift[c]) / map.scale[c];
    if (!isFinite(each, getElementTypeOrSelf(op.getInput())) ||
        (moved && *moved != each))
      return std::nullopt;
    moved = each;
  }
  return moved.value_or(value);
}

std::vector<Way> splitConcat(nn::ConcatOp op, const Affine &map) {
  Way way;
  int64_t offset = 0;
  for (auto [index, input] : llvm::enumerate(op.getInputs())) {
    const auto operand = static_cast<unsigned>(index);
    if (static_cast<int64_t>(op.getAxis()) != map.dim) {
      way.demands.push_back({operand, map});
      continue;
    }
    const int64_t size = getSizes(input)[map.dim];
    way.demands.push_back({operand, pick(map, size, map.dim, [&](int64_t i) {
                             return offset + i;
                           })});
    offset += size;
  }
  return {way};
}

std::optional<Affine> joinConcat(nn::ConcatOp op, unsigned operand,
                                 const Affine &map) {
  if (static_cast<int64_t>(op.getAxis()) != map.dim)
    return std::nullopt;
  int64_t offset = 0;
  for (Value input : op.getInputs().take_front(operand))
    offset += getSizes(input)[map.dim];
  return place(map, getSizes(op.getResult())[map.dim], map.dim,
               [&](int64_t i) { return offset + i; });
}

} // namespace

//===----------------------------------------------------------------------===//
// Upwards
//===----------------------------------------------------------------------===//

using Ways = std::vector<Way>;

static Ways passArithmeticUp(Operation *op, const Affine &map) {
  if (isa<nn::NegOp>(op))
    return {take({{0, timesShift(map, -1)}})};
  if (isa<nn::AddOp, nn::SubOp>(op)) {
    const double sign = isa<nn::SubOp>(op) ? -1 : 1;
    Ways ways = {take({demand(op, 0, map), demand(op, 1, withoutShift(map))})};
    if (map.hasShift())
      ways.push_back(take({demand(op, 0, withoutShift(map)),
                           demand(op, 1, timesShift(map, sign))}));
    return ways;
  }
  if (map.hasShift())
    return {};
  if (isa<nn::MulOp>(op))
    return {take({demand(op, 0, map)}), take({demand(op, 1, map)})};
  return {take({demand(op, 0, map)})}; // a quotient
}

static Ways passMovementUp(Operation *op, const Affine &map) {
  const ArrayRef<int64_t> in = getSizes(op->getOperand(0));
  return llvm::TypeSwitch<Operation *, Ways>(op)
      .Case([&](nn::ConcatOp concat) { return splitConcat(concat, map); })
      .Case([&](nn::SliceOp slice) -> Ways {
        const int64_t d = map.dim, first = slice.getOffsets()[d],
                      step = slice.getSteps()[d];
        return {take({{0, place(map, in[d], d, [&](int64_t i) {
                         return first + i * step;
                       })}})};
      })
      .Case([&](nn::ReshapeOp reshape) -> Ways {
        Ways ways;
        for (const Affine &moved :
             reshapeAffine(getSizes(reshape.getResult()), in, map))
          ways.push_back(take({{0, moved}}));
        return ways;
      })
      .Case([&](nn::TransposeOp transpose) -> Ways {
        return {take({{0, along(map, transpose.getPermutation()[map.dim])}})};
      })
      .Case([&](nn::ChannelShuffleOp shuffle) -> Ways {
        const auto groups = static_cast<int64_t>(shuffle.getGroups());
        if (map.dim != 1)
          return {take({{0, map}})};
        return {take({{0, place(map, in[1], 1, [&](int64_t c) {
                         return c % groups * (in[1] / groups) + c / groups;
                       })}})};
      })
      .Case([&](nn::DepthToSpaceOp shuffle) -> Ways {
        if (map.dim > 1)
          return {};
        if (map.dim == 0)
          return {take({{0, map}})};
        return {take({{0, pick(map, in[1], 1, [&](int64_t c) {
                         return getPixelChannel(shuffle, in[1], c);
                       })}})};
      })
      .Default([](Operation *) { return Ways(); });
}

static Ways passReductionUp(Operation *op, const Affine &map) {
  const Reduction reduction = readReduction(op);
  const int64_t dim = getInputDims(op, reduction)[map.dim];
  if (dim < 0 || (isa<nn::ReduceMaxOp>(op) && !map.isPositive()))
    return {};
  const double factor =
      isa<nn::ReduceSumOp>(op) ? 1 / reduction.numElements : 1;
  return {take({{0, along(timesShift(map, factor), dim)}})};
}

Ways OracleRules::passUp(Operation *op, const Affine &map) {
  if (isa<nn::ReluOp, nn::ClipOp, nn::MaxOp, nn::MinOp>(op))
    return passClampUp(op, map);
  if (isa<nn::AddOp, nn::SubOp, nn::MulOp, nn::DivOp, nn::NegOp>(op))
    return passArithmeticUp(op, map);
  if (isHomogeneous(op))
    return map.isPositive() && !map.hasShift()
               ? Ways{take({demand(op, 0, map)})}
               : Ways();
  if (isa<nn::MaxPoolOp, nn::AveragePoolOp, nn::ResizeOp>(op))
    return passesPool(op, map) ? Ways{take({{0, map}})} : Ways();
  if (isa<nn::ReduceMeanOp, nn::ReduceSumOp, nn::ReduceMaxOp>(op))
    return passReductionUp(op, map);
  if (auto pad = dyn_cast<nn::PadOp>(op)) {
    const auto value = moveMargin(pad, map, /*up=*/true);
    if (!value)
      return {};
    Way way = take({{0, map}});
    if (*value != pad.getValue().convertToDouble())
      way.effort = Effort::Operator;
    way.change = [pad, value]() mutable { pad.setValue(APFloat(*value)); };
    return {way};
  }
  return passMovementUp(op, map);
}

//===----------------------------------------------------------------------===//
// Downwards
//===----------------------------------------------------------------------===//

static std::optional<Affine> passMovementDown(Operation *op, unsigned operand,
                                              const Affine &map) {
  using Result = std::optional<Affine>;
  return llvm::TypeSwitch<Operation *, Result>(op)
      .Case(
          [&](nn::ConcatOp concat) { return joinConcat(concat, operand, map); })
      .Case([&](nn::SliceOp slice) -> Result {
        const int64_t d = map.dim;
        return pick(map, slice.getSizes()[d], d, [&](int64_t i) {
          return slice.getOffsets()[d] + i * slice.getSteps()[d];
        });
      })
      .Case([&](nn::ReshapeOp reshape) -> Result {
        const auto all = reshapeAffine(getSizes(op->getOperand(0)),
                                       getSizes(reshape.getResult()), map);
        return all.empty() ? Result() : all.front();
      })
      .Case([&](nn::TransposeOp transpose) -> Result {
        return along(map, llvm::find(transpose.getPermutation(), map.dim) -
                              transpose.getPermutation().begin());
      })
      .Case([&](nn::ChannelShuffleOp shuffle) -> Result {
        const auto groups = static_cast<int64_t>(shuffle.getGroups()),
                   count = static_cast<int64_t>(map.size());
        if (map.dim != 1)
          return map;
        return pick(map, count, 1, [&](int64_t c) {
          return c % groups * (count / groups) + c / groups;
        });
      })
      .Case([&](nn::DepthToSpaceOp shuffle) -> Result {
        if (map.dim > 1)
          return std::nullopt;
        if (map.dim == 0)
          return map;
        const auto count = static_cast<int64_t>(map.size());
        const auto channel = [&](int64_t c) {
          return getPixelChannel(shuffle, count, c);
        };
        const Affine below =
            place(map, getSizes(shuffle.getResult())[1], 1, channel);
        // All pixels of a channel must have what it has.
        if (!(pick(below, count, 1, channel) == map))
          return std::nullopt;
        return below;
      })
      .Default([](Operation *) { return Result(); });
}

static std::optional<Affine> passReductionDown(Operation *op,
                                               const Affine &map) {
  const Reduction reduction = readReduction(op);
  const SmallVector<int64_t> dims = getInputDims(op, reduction);
  const auto *found = llvm::find(dims, map.dim);
  if (found == dims.end() || (isa<nn::ReduceMaxOp>(op) && !map.isPositive()))
    return std::nullopt;
  const double factor = isa<nn::ReduceSumOp>(op) ? reduction.numElements : 1;
  return along(timesShift(map, factor), found - dims.begin());
}

static std::optional<Affine> passArithmeticDown(Operation *op, unsigned operand,
                                                const Affine &map) {
  if (isa<nn::NegOp>(op))
    return timesShift(map, -1);
  if (isa<nn::AddOp, nn::SubOp>(op)) {
    if (map.hasScale())
      return std::nullopt;
    const double sign = isa<nn::SubOp>(op) && operand == 1 ? -1 : 1;
    return alongResult(op, operand, timesShift(map, sign));
  }
  if (map.hasShift() || (isa<nn::DivOp>(op) && operand == 1))
    return std::nullopt;
  return alongResult(op, operand, map);
}

static std::optional<Affine>
passHomogeneousDown(Operation *op, unsigned operand, const Affine &map) {
  if (map.hasShift() || operand == 1)
    return std::nullopt;
  if (isa<nn::AbsOp>(op)) {
    Affine below = map;
    for (double &s : below.scale)
      s = std::fabs(s);
    return below;
  }
  return map.isPositive() ? alongResult(op, operand, map) : std::nullopt;
}

std::optional<Passage> OracleRules::passDown(Operation *op, unsigned operand,
                                             const Affine &map) {
  Passage passage;
  if (takesFromAbove(op, operand, map, passage.effort)) {
    if (passage.effort == Effort::Addition)
      passage.change = [op, operand] { leaveAddition(op, operand); };
    return passage;
  }
  if (isa<nn::ReluOp, nn::ClipOp, nn::MaxOp, nn::MinOp>(op))
    return passClampDown(op, operand, map);
  if (auto pad = dyn_cast<nn::PadOp>(op)) {
    const auto value = moveMargin(pad, map, /*up=*/false);
    if (!value)
      return std::nullopt;
    passage.below = map;
    if (*value != pad.getValue().convertToDouble())
      passage.effort = Effort::Operator;
    passage.change = [pad, value]() mutable { pad.setValue(APFloat(*value)); };
    return passage;
  }
  if (isa<nn::AddOp, nn::SubOp, nn::MulOp, nn::DivOp, nn::NegOp>(op))
    passage.below = passArithmeticDown(op, operand, map);
  else if (isHomogeneous(op))
    passage.below = passHomogeneousDown(op, operand, map);
  else if (isa<nn::MaxPoolOp, nn::AveragePoolOp, nn::ResizeOp>(op))
    passage.below = passesPool(op, map) ? std::optional(map) : std::nullopt;
  else if (isa<nn::ReduceMeanOp, nn::ReduceSumOp, nn::ReduceMaxOp>(op))
    passage.below = passReductionDown(op, map);
  else
    passage.below = passMovementDown(op, operand, map);
  if (!passage.below)
    return std::nullopt;
  return passage;
}

} // namespace bnopt::property
