//===- OracleSearch.cpp - The search of the oracle ------------------------===//

#include "test/property/OracleSearch.h"

#include "dialect/BN/BNOps.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>

using namespace mlir;

namespace bnopt::property {

//===----------------------------------------------------------------------===//
// Upwards
//===----------------------------------------------------------------------===//

/// Lets `map` go into what `operands` of `user` read, which is one value.
/// Whether the type of the result of `op` holds all numbers of `map`.
static bool mayStay(const Affine &map, Operation *op) {
  const auto isHeld = [&](double number) {
    return isFinite(number, getElementTypeOrSelf(op->getResult(0)));
  };
  return llvm::all_of(map.scale, isHeld) && llvm::all_of(map.shift, isHeld);
}

bool OracleSearch::goUp(Operation *user, ArrayRef<unsigned> operands,
                        const Affine &map, Changes &changes) {
  Value value = user->getOperand(operands.front());
  Operation *op = value.getDefiningOp();
  if (!op)
    return false;
  if (isConstant(value)) {
    for (unsigned operand : operands) {
      const auto way = rules.scaleConstant(user, operand, map);
      if (!way)
        return false;
      changes.steps.push_back(way->change);
    }
    return true;
  }
  for (OpOperand &use : value.getUses())
    if (use.getOwner() != user ||
        !llvm::is_contained(operands, use.getOperandNumber()))
      return false;
  const ArrayRef<int64_t> sizes = getSizes(value);
  if (map.dim < 0 || map.dim >= static_cast<int64_t>(sizes.size()) ||
      sizes[map.dim] != static_cast<int64_t>(map.size()))
    return false;
  if (auto found = scaleShifts.find(op); found != scaleShifts.end()) {
    if (found->second.dim != map.dim || !mayStay(map.after(found->second), op))
      return false;
    changes.add(op, [&affines = scaleShifts, op, map] {
      affines[op] = map.after(affines[op]);
    });
    return true;
  }
  if (isa<bn::ScaleShiftOp, bn::InferenceOp>(op))
    return false;
  if (const auto end = rules.absorbBelow(op, map);
      end && affords(end->effort)) {
    changes.add(op, end->change);
    return true;
  }
  return llvm::any_of(rules.passUp(op, map), [&](const Way &way) {
    return affords(way.effort) && goUpBy(op, way, changes);
  });
}

bool OracleSearch::goUpBy(Operation *op, const Way &way, Changes &changes) {
  Changes own = changes;
  own.add(op, way.change);
  llvm::DenseSet<Value> done;
  for (const auto &[operand, map] : way.demands) {
    Value value = op->getOperand(operand);
    if (map.isIdentity() || !done.insert(value).second)
      continue;
    // All operands that read the value want the same of it.
    std::vector<unsigned> operands;
    for (const auto &[other, otherMap] : way.demands) {
      if (op->getOperand(other) != value || otherMap.isIdentity())
        continue;
      if (!(otherMap == map))
        return false;
      operands.push_back(other);
    }
    if (!goUp(op, operands, map, own))
      return false;
  }
  changes = std::move(own);
  return true;
}

//===----------------------------------------------------------------------===//
// Downwards
//===----------------------------------------------------------------------===//

bool OracleSearch::goDown(Value value, const Affine &map,
                          llvm::DenseSet<Operation *> &reached,
                          Changes &changes) {
  for (OpOperand &use : value.getUses()) {
    Operation *user = use.getOwner();
    if (user->hasTrait<OpTrait::IsTerminator>() || !reached.insert(user).second)
      return false;
    if (auto found = scaleShifts.find(user); found != scaleShifts.end()) {
      if (found->second.dim != map.dim ||
          !mayStay(found->second.after(map), user))
        return false;
      changes.add(user, [&affines = scaleShifts, user, map] {
        affines[user] = affines[user].after(map);
      });
      continue;
    }
    if (isa<bn::ScaleShiftOp, bn::InferenceOp>(user))
      return false;
    const auto passage = rules.passDown(user, use.getOperandNumber(), map);
    if (!passage || !affords(passage->effort))
      return false;
    changes.add(user, passage->change);
    if (passage->below && !passage->below->isIdentity() &&
        !goDown(user->getResult(0), *passage->below, reached, changes))
      return false;
  }
  return true;
}

//===----------------------------------------------------------------------===//
// All ways
//===----------------------------------------------------------------------===//

std::optional<Changes> OracleSearch::findWayOut(Value input,
                                                Operation *consumer,
                                                Value result,
                                                const Affine &map) {
  std::vector<unsigned> operands;
  for (OpOperand &operand : consumer->getOpOperands())
    if (operand.get() == input)
      operands.push_back(operand.getOperandNumber());
  const auto attempt = [&](const Affine *up,
                           const Affine *down) -> std::optional<Changes> {
    Changes changes;
    llvm::DenseSet<Operation *> reached;
    if ((up && !goUp(consumer, operands, *up, changes)) ||
        (down && !goDown(result, *down, reached, changes)))
      return std::nullopt;
    return changes;
  };
  if (auto whole = attempt(&map, nullptr))
    return whole;
  if (auto whole = attempt(nullptr, &map))
    return whole;
  if (!map.hasScale() || !map.hasShift())
    return std::nullopt;
  Affine scale = map, shift = Affine::identity(map.size(), map.dim);
  scale.shift = shift.shift;
  shift.shift = map.shift;
  if (auto parted = attempt(&scale, &shift))
    return parted;
  // s·x + t = s·(x + t/s)
  for (size_t c = 0; c < map.size(); ++c) {
    shift.shift[c] = map.shift[c] / map.scale[c];
    if (!std::isfinite(shift.shift[c]))
      return std::nullopt;
  }
  return attempt(&shift, &scale);
}

} // namespace bnopt::property
