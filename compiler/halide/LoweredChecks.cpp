//===- LoweredChecks.cpp - What generated code must not do ----------------===//

#include "compiler/halide/LoweredChecks.h"

#include "passes/lower/StripModel.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"

#include <map>
#include <set>
#include <sstream>

using namespace bnopt;
using Halide::Internal::Allocate;
using Halide::Internal::AssertStmt;
using Halide::Internal::Call;
using Halide::Internal::For;
using Halide::Internal::LetStmt;
using Halide::Internal::Variable;

/// Larger allocations go to the heap, unless the schedule says that they are
/// registers.
static constexpr int64_t maximumStackBytes = 16 * 1024;

/// Assertions about the descriptors that a caller passes. The host function
/// is generated from the same layouts, so they hold.
static constexpr llvm::StringLiteral callerAssertions[] = {
    "halide_error_bad_dimensions",
    "halide_error_bad_type",
    "halide_error_buffer_allocation_too_large",
    "halide_error_buffer_argument_is_null",
    "halide_error_buffer_extents_negative",
    "halide_error_buffer_extents_too_large",
    "halide_error_buffer_is_null",
    "halide_error_constraint_violated",
    "halide_error_device_dirty_with_no_device_support",
    "halide_error_host_is_null",
    "halide_error_unaligned_host_ptr",
};

/// Iterations of the loops around a condition that are tried one by one.
static constexpr int64_t maximumTrials = 1 << 14;

static std::string toString(const Halide::Expr &expr) {
  std::ostringstream stream;
  stream << expr;
  return stream.str();
}

/// What the fields of the descriptors are, by the names they have in lowered
/// code.
using KnownFields = std::map<std::string, Halide::Expr>;

static void addFields(KnownFields &fields, const std::string &buffer,
                      const Halide::Parameter &parameter) {
  for (int dim = 0; dim < parameter.dimensions(); ++dim) {
    std::string suffix = "." + std::to_string(dim);
    fields[buffer + ".min" + suffix] = parameter.min_constraint(dim);
    fields[buffer + ".extent" + suffix] = parameter.extent_constraint(dim);
    fields[buffer + ".stride" + suffix] = parameter.stride_constraint(dim);
  }
}

static KnownFields getFields(const KernelFuncs &kernel) {
  KnownFields fields;
  for (const Halide::ImageParam &argument : kernel.arguments)
    addFields(fields, argument.name(), argument.parameter());
  const auto addResult = [&](Halide::Func result) {
    addFields(fields, result.name(), result.output_buffer().parameter());
  };
  addResult(kernel.output);
  llvm::for_each(kernel.vectors, addResult);
  return fields;
}

namespace {
class Checks : public Halide::Internal::IRVisitor {
public:
  explicit Checks(KnownFields fields) : fields(std::move(fields)) {}

  std::vector<std::string> failures;

  void check(const Halide::Internal::LoweredFunc &function) {
    // A task has the index of its iteration as its second argument.
    auto task = tasks.find(function.name);
    if (task != tasks.end() && function.args.size() > 1)
      loops[function.args[1].name] = task->second;
    function.body.accept(this);
    loops.clear();
  }

private:
  bool isProved(const Halide::Expr &condition) const {
    Halide::Expr known = Halide::Internal::substitute(fields, condition);
    return Halide::Internal::can_prove(known) || holdsInAllIterations(known);
  }

  /// Tries the values of all loop variables that `condition` depends on: Halide
  /// does not prove what follows from a remainder and a minimum together.
  bool holdsInAllIterations(Halide::Expr condition) const;

  KnownFields fields;

  using IRVisitor::visit;

  void visit(const AssertStmt *op) override {
    // The status of a parallel loop is a variable; tasks return nothing but
    // what their own assertions do.
    const auto *call = op->message.as<Call>();
    bool isExpected = call ? llvm::is_contained(callerAssertions, call->name)
                           : op->message.as<Variable>() != nullptr;
    if (!isExpected && !isProved(op->condition))
      failures.push_back("cannot prove " + toString(op->condition) + " (" +
                         (call ? call->name : toString(op->message)) + ")");
    IRVisitor::visit(op);
  }

  void visit(const For *op) override {
    op->min.accept(this);
    op->extent.accept(this);
    addRange(loops, op->name, op->min, op->extent);
    op->body.accept(this);
    loops.erase(op->name);
  }

  void visit(const Call *op) override {
    // The body of a parallel loop is a function of its own.
    if (op->name == "halide_do_par_for") {
      const std::string body = toString(op->args[0]);
      addRange(tasks, body.substr(body.rfind(':') + 1), op->args[1],
               op->args[2]);
    }
    IRVisitor::visit(op);
  }

  void visit(const LetStmt *op) override {
    op->value.accept(this);
    // What is known of a descriptor is not what is read from it.
    const bool isField = fields.count(op->name) != 0;
    if (!isField)
      lets.emplace_back(op->name, op->value);
    op->body.accept(this);
    if (!isField)
      lets.pop_back();
  }

  /// `expr` without the names that are defined around it.
  Halide::Expr evaluate(Halide::Expr expr) const {
    for (const auto &[name, value] : llvm::reverse(lets))
      expr = Halide::Internal::substitute(name, value, expr);
    return Halide::Internal::simplify(Halide::Internal::substitute(
        fields, Halide::Internal::substitute_in_all_lets(expr)));
  }

  /// The first and the number of the values of loop variables, or of more than
  /// they have.
  using Ranges = std::map<std::string, std::pair<int64_t, int64_t>>;

  void addRange(Ranges &ranges, const std::string &name,
                const Halide::Expr &first, const Halide::Expr &count) {
    Halide::Internal::Scope<Halide::Internal::Interval> scope;
    for (const auto &[loop, range] : loops) {
      const auto [begin, size] = range;
      scope.push(loop, {Halide::Expr(static_cast<int32_t>(begin)),
                        Halide::Expr(static_cast<int32_t>(begin + size - 1))});
    }
    const auto getBound = [&](const Halide::Expr &expr,
                              Halide::Internal::Direction direction) {
      Halide::Expr bound = Halide::Internal::find_constant_bound(
          evaluate(expr), direction, scope);
      return bound.defined() ? Halide::Internal::as_const_int(bound)
                             : std::nullopt;
    };
    auto begin = getBound(first, Halide::Internal::Direction::Lower);
    auto end = getBound(first + count, Halide::Internal::Direction::Upper);
    if (begin && end)
      ranges[name] = {*begin, *end - *begin};
  }

  Ranges loops;
  /// The same by the function that is the body of a parallel loop.
  Ranges tasks;
  std::vector<std::pair<std::string, Halide::Expr>> lets;

  void visit(const Allocate *op) override {
    int64_t bytes = op->constant_allocation_size() * int64_t(op->type.bytes());
    const int64_t maximum = op->memory_type == Halide::MemoryType::Register
                                ? maxStripBytes
                                : maximumStackBytes;
    if (op->memory_type == Halide::MemoryType::Heap || bytes == 0 ||
        bytes > maximum)
      failures.push_back("'" + op->name + "' needs memory at run time (" +
                         std::to_string(bytes) + " bytes)");
    IRVisitor::visit(op);
  }
};
} // namespace

namespace {
/// The names of the variables of an expression.
class Variables : public Halide::Internal::IRVisitor {
public:
  std::set<std::string> names;

private:
  using IRVisitor::visit;
  void visit(const Variable *op) override { names.insert(op->name); }
};
} // namespace

bool Checks::holdsInAllIterations(Halide::Expr condition) const {
  condition = evaluate(condition);
  Variables variables;
  condition.accept(&variables);
  std::vector<Halide::Expr> cases = {condition};
  for (const std::string &name : variables.names) {
    auto loop = loops.find(name);
    if (loop == loops.end())
      return false;
    auto [min, extent] = loop->second;
    if (extent * static_cast<int64_t>(cases.size()) > maximumTrials)
      return false;
    std::vector<Halide::Expr> next;
    for (const Halide::Expr &expr : cases)
      for (int64_t i = min; i < min + extent; ++i)
        next.push_back(Halide::Internal::substitute(
            name, Halide::Expr(static_cast<int32_t>(i)), expr));
    cases = std::move(next);
  }
  return llvm::all_of(cases, [](const Halide::Expr &expr) {
    return Halide::Internal::is_const_one(Halide::Internal::simplify(expr));
  });
}

llvm::Error bnopt::checkLowered(const Halide::Module &module,
                                const KernelFuncs &kernel) {
  Checks checks(getFields(kernel));
  for (const Halide::Internal::LoweredFunc &function : module.functions())
    checks.check(function);
  // Only now the iterations are known of loops whose bodies came before them.
  if (!checks.failures.empty()) {
    checks.failures.clear();
    for (const Halide::Internal::LoweredFunc &function : module.functions())
      checks.check(function);
  }
  if (checks.failures.empty())
    return llvm::Error::success();
  return llvm::createStringError(checks.failures.front());
}
