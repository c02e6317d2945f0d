//===- Prefetch.cpp - Loads that are asked for ahead ----------------------===//
//
// Halide's own directive asks for the smallest box around everything that a
// loop loads from a buffer. Here the box would be a whole run, because of its
// first element, which all distances are taken from. So what is asked for are
// the vectors that are loaded, at the addresses of a later iteration:
//
//   for (step)                      for (step)
//     … argument[f(step)] …           prefetch(&argument[f(step + distance)])
//                                     … argument[f(step)] …
//
// Single elements, which are broadcast, count where their argument is named.
// One address for a cache line is enough.
//
// What a stage computes for another one can be asked for by the other one, a
// little with each iteration of its innermost loops (PrefetchRange.h).
//
//===----------------------------------------------------------------------===//

#include "compiler/halide/Prefetch.h"

#include "compiler/halide/PrefetchRange.h"
#include "compiler/halide/ScheduleLoops.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"

#include <optional>

using namespace bnopt;
using namespace Halide::Internal;
using Halide::Expr;

namespace {
class PrefetchAdder : public IRMutator {
public:
  explicit PrefetchAdder(const KernelFuncs &kernel) : kernel(kernel) {}

protected:
  Stmt visit(const For *loop) override;
  Stmt visit(const LetStmt *let) override;
  Stmt visit(const ProducerConsumer *stage) override;
  Expr visit(const Load *load) override;
  using IRMutator::visit;

private:
  /// What the iterations of another stage ask for, and how many loops are
  /// around the one that loads it.
  struct LateRange {
    PrefetchRange range;
    std::string stage;
    size_t depth;
  };

  /// The loop of `kernel.prefetches` that `loop` is, or null.
  const LoopPrefetch *find(const For &loop) const;
  bool isWanted(const std::string &buffer) const;
  /// The index from which `load` reads elements that are wanted ahead, if it
  /// does.
  Expr getWanted(const Load &load) const;
  /// Leaves what `load` reads, later from `index` on, to another stage, if it
  /// can.
  bool leaveToOther(const Load &load, const Expr &index);
  /// What the innermost loop asks for of what other stages load.
  void addLateRequests(std::vector<Stmt> &statements) const;

  const KernelFuncs &kernel;
  /// The loop that this is inside of, what its variable will be, and what is
  /// defined there by means of it.
  const For *ahead = nullptr;
  const LoopPrefetch *current = nullptr;
  Expr later;
  Definitions definitions;
  /// Addresses asked for in the innermost loop.
  std::vector<Expr> addresses;
  /// The loops that this is inside of, and those of them that are around the
  /// stage whose loads others ask for, if it is in one.
  std::vector<const For *> loops;
  std::optional<size_t> stageDepth;
  std::vector<LateRange> ranges;
};
} // namespace

const LoopPrefetch *PrefetchAdder::find(const For &loop) const {
  for (const LoopPrefetch &prefetch : kernel.prefetches) {
    llvm::StringRef name = loop.name;
    if (name.consume_front(prefetch.stage) &&
        (name.starts_with(prefetch.loop) ||
         name.ends_with("." + prefetch.loop)))
      return &prefetch;
  }
  return nullptr;
}

/// Whether `loop` is one of `stage`, or of what that is divided into.
static bool isLoopOf(const For &loop, const std::string &stage) {
  llvm::StringRef name = loop.name;
  return name.consume_front(stage) &&
         (name.starts_with(".") || name.starts_with("_"));
}

/// Whether no other loop is inside of `loop`.
static bool isInnermost(const For *loop) {
  class LoopFinder : public IRVisitor {
  public:
    bool found = false;

  protected:
    void visit(const For *) override { found = true; }
    using IRVisitor::visit;
  };
  LoopFinder finder;
  loop->body.accept(&finder);
  return !finder.found;
}

bool PrefetchAdder::isWanted(const std::string &buffer) const {
  if (!current->argument.empty())
    return current->argument == buffer;
  // Packed weights stay in cache.
  const auto *conv = std::get_if<ConvolutionFuncs>(&kernel.anchor);
  if (conv && conv->weights.defined() && conv->weights.name() == buffer)
    return false;
  return llvm::any_of(kernel.arguments,
                      [&](const Halide::ImageParam &argument) {
                        return argument.name() == buffer;
                      });
}

bool PrefetchAdder::leaveToOther(const Load &load, const Expr &index) {
  if (current->other.empty() || !stageDepth)
    return false;
  std::optional<PrefetchRange> range = PrefetchRange::get(
      load, index, LoopNest(loops).drop_front(*stageDepth), definitions);
  if (!range)
    return false;
  if (llvm::none_of(ranges, [&](const LateRange &late) {
        return late.range == *range && late.stage == current->other;
      }))
    ranges.push_back({*range, current->other, *stageDepth});
  return true;
}

void PrefetchAdder::addLateRequests(std::vector<Stmt> &statements) const {
  for (const auto &[range, stage, depth] : ranges)
    if (isLoopOf(*loops.back(), stage))
      for (const Expr &request :
           range.getRequests(LoopNest(loops).drop_front(depth)))
        statements.push_back(Evaluate::make(request));
}

Stmt PrefetchAdder::visit(const ProducerConsumer *stage) {
  const auto isLeft = [&](const LoopPrefetch &prefetch) {
    return !prefetch.other.empty() &&
           llvm::StringRef(prefetch.stage).starts_with(stage->name + ".");
  };
  if (!stage->is_producer || !llvm::any_of(kernel.prefetches, isLeft))
    return IRMutator::visit(stage);
  stageDepth = loops.size();
  Stmt result = IRMutator::visit(stage);
  stageDepth.reset();
  definitions.clear();
  return result;
}

Stmt PrefetchAdder::visit(const For *loop) {
  const LoopPrefetch *prefetch = ahead ? nullptr : find(*loop);
  if (prefetch) {
    ahead = loop;
    current = prefetch;
    later = Variable::make(Halide::Int(32), loop->name) + prefetch->iterations;
  }
  loops.push_back(loop);
  std::vector<Expr> outside;
  std::swap(outside, addresses);
  Stmt body = mutate(loop->body);
  std::vector<Stmt> statements;
  for (const Expr &address : addresses)
    statements.push_back(Evaluate::make(address));
  addresses = std::move(outside);
  if (!ranges.empty() && isInnermost(loop))
    addLateRequests(statements);
  loops.pop_back();
  llvm::erase_if(
      ranges, [&](const LateRange &late) { return late.depth > loops.size(); });
  if (prefetch) {
    ahead = nullptr;
    if (!stageDepth)
      definitions.clear();
  }
  if (statements.empty() && body.same_as(loop->body))
    return loop;
  statements.push_back(body);
  return For::make(loop->name, loop->min, loop->extent, loop->for_type,
                   loop->partition_policy, loop->device_api,
                   Block::make(statements));
}

Stmt PrefetchAdder::visit(const LetStmt *let) {
  if (ahead || stageDepth)
    definitions[let->name] = substitute(definitions, let->value);
  return IRMutator::visit(let);
}

Expr PrefetchAdder::getWanted(const Load &load) const {
  if (!ahead || !isWanted(load.name))
    return {};
  Expr first = load.index;
  if (const auto *ramp = load.index.as<Ramp>())
    first = is_const_one(ramp->stride) ? ramp->base : Expr();
  else if (current->argument.empty())
    return {};
  if (!first.defined())
    return {};
  const Expr index = substitute(definitions, first);
  return expr_uses_var(index, ahead->name) ? index : Expr();
}

/// Whether two addresses that are asked for are less than a cache line apart.
static bool areNear(const Expr &a, const Expr &b) {
  const auto &left = a.as<Call>()->args, &right = b.as<Call>()->args;
  const auto distance = as_const_int(simplify(left[1] - right[1]));
  return equal(left[0], right[0]) && distance &&
         std::abs(*distance) * a.type().bytes() < cacheLineBytes;
}

Expr PrefetchAdder::visit(const Load *load) {
  const Expr index = getWanted(*load);
  if (!index.defined())
    return IRMutator::visit(load);
  const Expr laterIndex = substitute(ahead->name, later, index);
  if (leaveToOther(*load, laterIndex))
    return IRMutator::visit(load);
  const Expr address =
      makePrefetch(load->name, load->type.element_of(), laterIndex);
  if (llvm::none_of(addresses,
                    [&](const Expr &other) { return areNear(other, address); }))
    addresses.push_back(address);
  return IRMutator::visit(load);
}

Stmt bnopt::addPrefetches(const Stmt &stmt, const KernelFuncs &kernel) {
  return kernel.prefetches.empty() ? stmt : PrefetchAdder(kernel).mutate(stmt);
}
