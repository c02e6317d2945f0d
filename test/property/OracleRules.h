//===- OracleRules.h - What the oracle knows about operators --------------===//
//
// The conditions under which a scale and a shift pass an operator, or end in
// it, read off the identities in the headers of this folder's sources and in
// passes/fold/Rationale.md. Nothing here asks ScaleShiftOpInterface or shares
// code with passes/fold.
//
//===----------------------------------------------------------------------===//

#ifndef BNOPT_TEST_PROPERTY_ORACLERULES_H
#define BNOPT_TEST_PROPERTY_ORACLERULES_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"

#include "llvm/ADT/DenseMap.h"

#include <functional>
#include <optional>
#include <vector>

namespace bnopt::property {

/// scale·x + shift, one of each per index of dimension `dim`.
struct Affine {
  std::vector<double> scale, shift;
  int64_t dim = 1;

  static Affine identity(size_t size, int64_t dim) {
    return {std::vector<double>(size, 1), std::vector<double>(size, 0), dim};
  }
  size_t size() const { return scale.size(); }
  bool hasScale() const;
  bool hasShift() const;
  bool isIdentity() const { return !hasScale() && !hasShift(); }
  bool isPositive() const;
  bool isNegative() const;
  bool operator==(const Affine &other) const;
  /// This after `first`.
  Affine after(const Affine &first) const;
};

/// What it takes to carry out a move: nothing, another operator in the place of
/// one, or an addition.
enum class Effort { None, Operator, Addition };

/// One way for an affine map to leave the result of an operator: operands that
/// take maps in its place, and what becomes of the operator.
struct Way {
  std::vector<std::pair<unsigned, Affine>> demands;
  Effort effort = Effort::None;
  std::function<void()> change = [] {};
};

/// An affine map that has gone into an operand: it ends, or goes on below.
struct Passage {
  std::optional<Affine> below;
  Effort effort = Effort::None;
  std::function<void()> change = [] {};
};

/// Bounds of a clamp, per index of one dimension.
struct Bounds {
  std::vector<double> low, high;
  int64_t dim = 1;
  /// They vary along other dimensions as well.
  bool isMixed = false;
  bool isUniform() const;
  /// All bounds of a side bind, or none.
  bool isComplete() const;
};

/// The rules, and what they have made of the operators so far.
class OracleRules {
public:
  /// Whether `op` absorbs `map`, which stands below it. Says how.
  std::optional<Way> absorbBelow(mlir::Operation *op, const Affine &map);
  /// The ways of `map` from the result of `op` to its operands.
  std::vector<Way> passUp(mlir::Operation *op, const Affine &map);
  /// What becomes of `map` at operand `operand`; none if it cannot be there.
  std::optional<Passage> passDown(mlir::Operation *op, unsigned operand,
                                  const Affine &map);
  /// Makes `map` part of the constant operand `operand` of `user`; none where
  /// shapes do not fit or numbers overflow.
  std::optional<Way> scaleConstant(mlir::Operation *user, unsigned operand,
                                   const Affine &map);

private:
  std::optional<Bounds> readBounds(mlir::Operation *op, const Affine &map,
                                   unsigned &input);
  std::vector<Way> passMixedUp(mlir::Operation *op, const Bounds &bounds,
                               const Affine &map);
  std::vector<Way> passClampUp(mlir::Operation *op, const Affine &map);
  std::optional<Passage> passClampDown(mlir::Operation *op, unsigned operand,
                                       const Affine &map);

  /// Clamps that a scale-shift has passed.
  llvm::DenseMap<mlir::Operation *, Bounds> clamps;
};

/// The numbers of a constant; none if `value` is something else.
std::optional<std::vector<double>> readConstant(mlir::Value value);
bool isConstant(mlir::Value value);
/// Whether `value` fits into `type` without becoming infinite.
bool isFinite(double value, mlir::Type elementType);
llvm::ArrayRef<int64_t> getSizes(mlir::Value value);

/// The maps of a reshape: `map` along a dimension of `from` as one along each
/// dimension of `to` where an index holds one feature only, channels first.
std::vector<Affine> reshapeAffine(llvm::ArrayRef<int64_t> from,
                                  llvm::ArrayRef<int64_t> to,
                                  const Affine &map);

/// Linear operators. `effort` is that of the shift.
bool takesFromAbove(mlir::Operation *op, unsigned operand, const Affine &map,
                    Effort &effort);
/// Adds what is left of a shift that `op` has taken from above at an effort, of
/// the right shape: its numbers are not on paper.
void leaveAddition(mlir::Operation *op, unsigned operand);

} // namespace bnopt::property

#endif // BNOPT_TEST_PROPERTY_ORACLERULES_H
