//===- PrefetchRange.h - What is asked for a little at a time -------------===//

#ifndef BNOPT_COMPILER_HALIDE_PREFETCHRANGE_H
#define BNOPT_COMPILER_HALIDE_PREFETCHRANGE_H

#include "Halide.h"

#include "llvm/ADT/ArrayRef.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace bnopt {

/// Loops around a place, outermost first.
using LoopNest = llvm::ArrayRef<const Halide::Internal::For *>;

/// Expressions by the names that they have.
using Definitions = std::map<std::string, Halide::Expr>;

/// Asks for the cache line of element `index` of `buffer`.
Halide::Expr makePrefetch(const std::string &buffer, Halide::Type type,
                          const Halide::Expr &index);

/// What a nest of loops loads in vectors: rows of neighbouring elements.
class PrefetchRange {
public:
  /// What `load` reads in all iterations of `loops`, if it begins at `index`;
  /// nothing where these do not read whole rows at fixed distances. What is
  /// defined around the loops alone is written out: `definitions`.
  static std::optional<PrefetchRange> get(const Halide::Internal::Load &load,
                                          const Halide::Expr &index,
                                          LoopNest loops,
                                          const Definitions &definitions = {});

  /// What one iteration of the innermost of `loops` asks for, if all their
  /// iterations together ask for all of it, in order; nothing where they are
  /// too few.
  std::vector<Halide::Expr> getRequests(LoopNest loops) const;

  bool operator==(const PrefetchRange &other) const;

private:
  std::string buffer;
  Halide::Type type;
  Halide::Expr first;
  int64_t rowElements = 1, numRows = 1;
  /// Of loops over rows, innermost first: iterations, and elements from one to
  /// the next.
  std::vector<std::pair<int64_t, int64_t>> rowLoops;
};

} // namespace bnopt

#endif // BNOPT_COMPILER_HALIDE_PREFETCHRANGE_H
