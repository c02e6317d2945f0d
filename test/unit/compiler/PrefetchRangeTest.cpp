//===- PrefetchRangeTest.cpp ----------------------------------------------===//
//
// Loops of one stage ask for what another one loads: all lines, whatever the
// two nests look like, or nothing.
//
//===----------------------------------------------------------------------===//

#include "compiler/halide/PrefetchRange.h"

#include "gtest/gtest.h"

#include <map>
#include <set>

using namespace bnopt;
using namespace Halide::Internal;
using Halide::Expr;

namespace {
constexpr int lanes = 16;

/// Loops named after their place, outermost first, and what keeps them alive.
class Nest {
public:
  Nest(const std::string &stage, const std::vector<int> &extents) {
    for (size_t i = 0; i < extents.size(); ++i)
      statements.push_back(For::make(
          stage + std::to_string(i), minimum, extents[i], ForType::Serial,
          Halide::Partition::Auto, Halide::DeviceAPI::None, Evaluate::make(0)));
    for (const Stmt &statement : statements)
      loops.push_back(statement.as<For>());
  }

  /// The distance of an iteration from the first, in elements.
  Expr getIndex(const std::vector<int> &strides) const {
    Expr index = 0;
    for (size_t i = 0; i < strides.size(); ++i)
      index += (Variable::make(Halide::Int(32), loops[i]->name) - minimum) *
               strides[i];
    return index;
  }

  /// Calls `visit` with what `exprs` are in each iteration.
  template <typename Visitor>
  void visitAll(const std::vector<Expr> &exprs, Visitor visit,
                std::map<std::string, Expr> values = {}) const {
    if (values.size() == loops.size()) {
      for (const Expr &expr : exprs)
        visit(*as_const_int(simplify(substitute(values, expr))));
      return;
    }
    const For *loop = loops[values.size()];
    const auto extent = *as_const_int(loop->extent);
    for (int i = 0; i < extent; ++i) {
      values[loop->name] = minimum + i;
      visitAll(exprs, visit, values);
    }
  }

  static constexpr int minimum = 3;
  std::vector<Stmt> statements;
  std::vector<const For *> loops;
};

Expr makeLoad(const Expr &index) {
  return Load::make(Halide::Float(32, lanes), "data",
                    Ramp::make(index, 1, lanes), {}, {}, const_true(lanes),
                    ModulusRemainder());
}

std::optional<PrefetchRange> getRange(const Nest &nest, const Expr &index) {
  Expr load = makeLoad(index);
  return PrefetchRange::get(*load.as<Load>(), index, nest.loops);
}

std::set<int64_t> getLines(const Nest &nest, const std::vector<Expr> &indices) {
  std::set<int64_t> lines;
  nest.visitAll(indices, [&](int64_t index) { lines.insert(index / lanes); });
  return lines;
}

/// The lines that are loaded, and those of them that iterations of a nest of
/// `extents` ask for.
std::pair<std::set<int64_t>, std::set<int64_t>>
getLoadedAndAsked(const Nest &loads, const std::vector<int> &strides,
                  const std::vector<int> &extents) {
  const Expr index = loads.getIndex(strides) + 1600;
  const std::optional<PrefetchRange> range = getRange(loads, index);
  EXPECT_TRUE(range);
  const Nest other("other", extents);
  std::vector<Expr> indices;
  for (const Expr &request : range->getRequests(other.loops))
    indices.push_back(request.as<Call>()->args[1]);
  const std::set<int64_t> loaded = getLines(loads, {index});
  std::set<int64_t> asked = getLines(other, indices);
  for (auto line = asked.begin(); line != asked.end();)
    line = loaded.count(*line) ? std::next(line) : asked.erase(line);
  return {loaded, asked};
}
} // namespace

TEST(PrefetchRange, RowsThatFollowEachOther) {
  // Pixels of 64 channels, all of an image's: more steps than lines.
  const auto [loaded, asked] = getLoadedAndAsked(
      Nest("load", {4, 7, 4}), {448, 64, lanes}, {3, 4, 5, 16});
  EXPECT_EQ(loaded.size(), 4u * 7 * 4);
  EXPECT_EQ(asked, loaded);
}

TEST(PrefetchRange, RowsApart) {
  // 64 of 512 channels.
  const auto [loaded, asked] = getLoadedAndAsked(
      Nest("load", {4, 7, 4}), {7 * 512, 512, lanes}, {8, 4, 7});
  EXPECT_EQ(loaded.size(), 4u * 7 * 4);
  EXPECT_EQ(asked, loaded);
}

TEST(PrefetchRange, MoreRowsThanSteps) {
  const auto [loaded, asked] =
      getLoadedAndAsked(Nest("load", {9, 2}), {512, lanes}, {4, 8});
  EXPECT_EQ(loaded.size(), 18u);
  EXPECT_EQ(asked, loaded);
}

TEST(PrefetchRange, SeveralLinesPerStep) {
  const auto [loaded, asked] =
      getLoadedAndAsked(Nest("load", {10}), {lanes}, {1, 4});
  EXPECT_EQ(loaded.size(), 10u);
  EXPECT_EQ(asked, loaded);
}

TEST(PrefetchRange, TooFewSteps) {
  const Nest loads("load", {100});
  const auto range = getRange(loads, loads.getIndex({lanes}));
  ASSERT_TRUE(range);
  EXPECT_TRUE(range->getRequests(Nest("other", {2, 8}).loops).empty());
}

TEST(PrefetchRange, NoFixedDistance) {
  const Nest loads("load", {4, 4});
  const Expr variable = Variable::make(Halide::Int(32), loads.loops[0]->name);
  EXPECT_FALSE(getRange(loads, variable % 3 * 64 + loads.getIndex({0, lanes})));
  // Around an image are zeros, for which an edge is read.
  EXPECT_TRUE(getRange(loads, Halide::clamp(variable, 0, 5) * 64 +
                                  loads.getIndex({0, lanes})));
}
