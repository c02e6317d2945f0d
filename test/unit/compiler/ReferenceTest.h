//===- ReferenceTest.h - Programs for the reference interpreter -----------===//

#ifndef BNOPT_TEST_UNIT_COMPILER_REFERENCETEST_H
#define BNOPT_TEST_UNIT_COMPILER_REFERENCETEST_H

#include "compiler/reference/Interpreter.h"
#include "dialect/AllDialects.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bnopt::reference {

/// Runs programs given as text.
class ReferenceTest : public ::testing::Test {
protected:
  ReferenceTest() {
    mlir::DialectRegistry registry;
    registerAllDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
  }

  mlir::OwningOpRef<mlir::ModuleOp> parse(llvm::StringRef source) {
    return mlir::parseSourceString<mlir::ModuleOp>(source, &context);
  }

  /// The results of the first function of `source`; none after a failure.
  llvm::SmallVector<Tensor> run(llvm::StringRef source,
                                llvm::ArrayRef<Tensor> inputs) {
    mlir::OwningOpRef<mlir::ModuleOp> module = parse(source);
    if (!module) {
      ADD_FAILURE() << "cannot parse:\n" << source.str();
      return {};
    }
    auto function = *module->getOps<mlir::func::FuncOp>().begin();
    mlir::FailureOr<llvm::SmallVector<Tensor>> results =
        interpret(function, inputs);
    if (failed(results)) {
      ADD_FAILURE() << "cannot interpret:\n" << source.str();
      return {};
    }
    return std::move(*results);
  }

  /// As `run`, for a body whose last value is %y.
  Tensor runOne(const std::string &arguments, const std::string &body,
                const std::string &resultType, llvm::ArrayRef<Tensor> inputs) {
    llvm::SmallVector<Tensor> results =
        run("func.func @f(" + arguments + ") -> " + resultType + " {\n" + body +
                "\n return %y : " + resultType + "\n}",
            inputs);
    return results.empty() ? Tensor() : std::move(results.front());
  }

  mlir::MLIRContext context;
};

/// Compares element by element.
inline void expectValues(const Tensor &actual, const Tensor &expected,
                         double tolerance = 1e-12) {
  EXPECT_EQ(actual.shape, expected.shape);
  EXPECT_THAT(
      actual.data,
      ::testing::Pointwise(::testing::DoubleNear(tolerance), expected.data));
}

} // namespace bnopt::reference

#endif // BNOPT_TEST_UNIT_COMPILER_REFERENCETEST_H
