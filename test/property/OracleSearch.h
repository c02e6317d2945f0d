//===- OracleSearch.h - The search of the oracle --------------------------===//

#ifndef BNOPT_TEST_PROPERTY_ORACLESEARCH_H
#define BNOPT_TEST_PROPERTY_ORACLESEARCH_H

#include "test/property/OracleRules.h"

#include "llvm/ADT/DenseSet.h"

namespace bnopt::property {

/// The scale-shifts of a program, and what they are by now.
using Affines = llvm::DenseMap<mlir::Operation *, Affine>;

/// What a complete way out does to the program.
struct Changes {
  std::vector<std::function<void()>> steps;
  /// The operators that are changed.
  std::vector<mlir::Operation *> operators;

  void add(mlir::Operation *op, std::function<void()> step = {}) {
    operators.push_back(op);
    if (step)
      steps.push_back(std::move(step));
  }
};

/// Looks for ways out of a program at one level of effort.
class OracleSearch {
public:
  OracleSearch(OracleRules &rules, Affines &scaleShifts, Effort most)
      : rules(rules), scaleShifts(scaleShifts), most(most) {}

  /// `map`, between what `input` is and what reads `result`: the changes that
  /// let it disappear, or none.
  std::optional<Changes> findWayOut(mlir::Value input,
                                    mlir::Operation *consumer,
                                    mlir::Value result, const Affine &map);

private:
  bool goUp(mlir::Operation *user, llvm::ArrayRef<unsigned> operands,
            const Affine &map, Changes &changes);
  bool goUpBy(mlir::Operation *op, const Way &way, Changes &changes);
  bool goDown(mlir::Value value, const Affine &map,
              llvm::DenseSet<mlir::Operation *> &reached, Changes &changes);
  bool affords(Effort effort) const { return effort <= most; }

  OracleRules &rules;
  Affines &scaleShifts;
  const Effort most;
};

} // namespace bnopt::property

#endif // BNOPT_TEST_PROPERTY_ORACLESEARCH_H
