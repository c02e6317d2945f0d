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
//===----------------------------------------------------------------------===//

#include "compiler/halide/Prefetch.h"

#include "compiler/halide/ScheduleLoops.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"

#include <map>

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
  Expr visit(const Load *load) override;
  using IRMutator::visit;

private:
  /// The loop of `kernel.prefetches` that `loop` is, or null.
  const LoopPrefetch *find(const For &loop) const;
  bool isWanted(const std::string &buffer) const;
  /// The index from which `load` reads elements that are wanted ahead, if it
  /// does.
  Expr getWanted(const Load &load) const;

  const KernelFuncs &kernel;
  /// The loop that this is inside of, what its variable will be, and what is
  /// defined there by means of it.
  const For *ahead = nullptr;
  const LoopPrefetch *current = nullptr;
  Expr later;
  std::map<std::string, Expr> definitions;
  /// Addresses asked for in the innermost loop.
  std::vector<Expr> addresses;
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

bool PrefetchAdder::isWanted(const std::string &buffer) const {
  if (!current->argument.empty())
    return current->argument == buffer;
  return llvm::any_of(kernel.arguments,
                      [&](const Halide::ImageParam &argument) {
                        return argument.name() == buffer;
                      });
}

Stmt PrefetchAdder::visit(const For *loop) {
  const LoopPrefetch *prefetch = ahead ? nullptr : find(*loop);
  if (!ahead && !prefetch)
    return IRMutator::visit(loop);
  if (prefetch) {
    ahead = loop;
    current = prefetch;
    later = Variable::make(Halide::Int(32), loop->name) + prefetch->iterations;
  }
  std::vector<Expr> outside;
  std::swap(outside, addresses);
  Stmt body = mutate(loop->body);
  std::vector<Stmt> statements;
  for (const Expr &address : addresses)
    statements.push_back(Evaluate::make(address));
  addresses = std::move(outside);
  if (prefetch) {
    ahead = nullptr;
    definitions.clear();
  }
  statements.push_back(body);
  return For::make(loop->name, loop->min, loop->extent, loop->for_type,
                   loop->partition_policy, loop->device_api,
                   Block::make(statements));
}

Stmt PrefetchAdder::visit(const LetStmt *let) {
  if (ahead)
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
  const Expr address = Call::make(
      load->type.element_of(), Call::prefetch,
      {Variable::make(Halide::Handle(), load->name),
       simplify(substitute(ahead->name, later, index)), Expr(1), Expr(1)},
      Call::Intrinsic);
  if (llvm::none_of(addresses,
                    [&](const Expr &other) { return areNear(other, address); }))
    addresses.push_back(address);
  return IRMutator::visit(load);
}

Stmt bnopt::addPrefetches(const Stmt &stmt, const KernelFuncs &kernel) {
  return kernel.prefetches.empty() ? stmt : PrefetchAdder(kernel).mutate(stmt);
}
