//===- LoweredChecks.cpp - What generated code must not do ----------------===//

#include "compiler/halide/LoweredChecks.h"

#include "passes/lower/StripModel.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"

#include <map>
#include <sstream>

using namespace bnopt;
using Halide::Internal::Allocate;
using Halide::Internal::AssertStmt;
using Halide::Internal::Call;
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

private:
  bool isProved(const Halide::Expr &condition) const {
    return Halide::Internal::can_prove(
        Halide::Internal::substitute(fields, condition));
  }

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

llvm::Error bnopt::checkLowered(const Halide::Module &module,
                                const KernelFuncs &kernel) {
  Checks checks(getFields(kernel));
  for (const Halide::Internal::LoweredFunc &function : module.functions())
    function.body.accept(&checks);
  if (checks.failures.empty())
    return llvm::Error::success();
  return llvm::createStringError(checks.failures.front());
}
