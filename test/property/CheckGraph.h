//===- CheckGraph.h - What folding promises of every program --------------===//

#ifndef BNOPT_TEST_PROPERTY_CHECKGRAPH_H
#define BNOPT_TEST_PROPERTY_CHECKGRAPH_H

#include "test/property/Coverage.h"
#include "test/property/RandomGraph.h"

#include <optional>
#include <string>

namespace bnopt::property {

/// What one graph showed.
struct Finding {
  /// What is wrong, in a line; empty if nothing is.
  std::string problem;
  /// The largest |folded − written| / bound over all results.
  double worstRatio = 0;
  /// The largest |folded − written| / magnitude.
  double worstRelative = 0;
  /// Scale-shifts before and after, and those that the oracle leaves.
  int64_t numBefore = 0, numAfter = 0, numUnavoidable = 0;
  /// The oracle leaves neither more nor less (see FoldOracle.h).
  bool isCountExact = false;
  std::string before, after;
  Coverage coverage;
};

/// Folds a copy of `graph` and checks that
/// - the result is valid and its constants are finite,
/// - it computes the same within the bound of ErrorBound.h,
/// - a second run changes nothing,
/// - the scale-shifts that stay are those that the oracle calls unavoidable.
Finding checkGraph(const Graph &graph);

std::string print(mlir::ModuleOp module);

} // namespace bnopt::property

#endif // BNOPT_TEST_PROPERTY_CHECKGRAPH_H
