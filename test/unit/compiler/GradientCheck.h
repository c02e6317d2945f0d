//===- GradientCheck.h - Gradients against finite differences -------------===//

#ifndef BNOPT_TEST_UNIT_COMPILER_GRADIENTCHECK_H
#define BNOPT_TEST_UNIT_COMPILER_GRADIENTCHECK_H

#include "ReferenceTest.h"

#include "compiler/reference/TestInputs.h"
#include "passes/Passes.h"

namespace bnopt::reference {

/// A function of f64 tensors, which `bn-differentiate` takes.
struct GradientCase {
  const char *name;
  /// `%x: tensor<2x3xf64>, …`
  const char *arguments;
  const char *body;
  /// `%y : tensor<2x3xf64>` or `%y, %z : tensor<2xf64>, tensor<3xf64>`
  const char *results;
  /// Arguments that have no gradient, the last ones.
  unsigned frozen = 0;
};

inline void PrintTo(const GradientCase &value, std::ostream *os) {
  *os << value.name;
}

/// Compares what the differentiated function computes with differences of the
/// function, all in f64.
class GradientCheck : public ReferenceTest {
protected:
  /// Every element of every gradient.
  void check(const GradientCase &testCase);
  /// The gradient of each argument of a function, along a random direction.
  void checkDirections(const std::string &program);
  /// The gradients with a budget of `budget` bytes are those without.
  void checkRecomputing(const std::string &program, int64_t budget);

private:
  /// `program` and its differentiated form, and random values for both.
  struct Programs {
    mlir::OwningOpRef<mlir::ModuleOp> original, differentiated;
    mlir::func::FuncOp function;
    llvm::SmallVector<Tensor> inputs, cotangents;
    /// Of the arguments.
    llvm::SmallVector<Tensor> gradients;
  };

  void prepare(const std::string &program, unsigned frozen, Programs &programs,
               int64_t recomputeBudget = -1);
};

class GradientTest : public GradientCheck,
                     public ::testing::WithParamInterface<GradientCase> {};

} // namespace bnopt::reference

#endif // BNOPT_TEST_UNIT_COMPILER_GRADIENTCHECK_H
