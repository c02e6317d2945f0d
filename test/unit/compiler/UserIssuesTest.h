//===- UserIssuesTest.h - Bugs that users of other tools have met ---------===//
//
// Small networks, folded and compared with what they were. Each test is named
// after the number of its row in test/user-issues.md, which cites the report.
//
//===----------------------------------------------------------------------===//

#ifndef BNOPT_TEST_UNIT_COMPILER_USERISSUESTEST_H
#define BNOPT_TEST_UNIT_COMPILER_USERISSUESTEST_H

#include "ReferenceTest.h"

#include "compiler/Pipeline.h"
#include "dialect/BN/BNOps.h"
#include "dialect/NN/NNOps.h"
#include "passes/fold/ConstantData.h"

#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"

#include <random>

namespace bnopt::reference {

using Dims = llvm::SmallVector<int64_t>;

/// One value per feature of a normalization.
struct Parameters {
  std::vector<double> scale, offset, mean, variance;
};

/// A function under construction, of seeded random constants, with random
/// inputs.
class Network {
public:
  explicit Network(mlir::MLIRContext *context, mlir::Type elementType = {});

  mlir::Value input(mlir::ArrayRef<int64_t> shape);
  mlir::Value constant(mlir::ArrayRef<int64_t> shape,
                       mlir::ArrayRef<double> values);
  mlir::Value random(mlir::ArrayRef<int64_t> shape);
  /// Scales of both signs, large and small variances.
  Parameters randomParameters(int64_t count);
  mlir::Value inference(mlir::Value x, const Parameters &parameters,
                        double epsilon = 1e-5, int64_t featureIndex = 1);
  mlir::Value inference(mlir::Value x, double epsilon = 1e-5,
                        int64_t featureIndex = 1);

  /// Random weights of `outputs` channels, all strides and dilations 1.
  mlir::Value conv(mlir::Value x, int64_t outputs, int64_t window = 1,
                   int64_t pad = 0, int64_t groups = 1, bool hasBias = false);
  mlir::Value convTranspose(mlir::Value x, int64_t outputs, int64_t window,
                            int64_t stride, int64_t groups, bool hasBias);
  mlir::Value gemm(mlir::Value x, int64_t columns, bool hasBias = false);
  mlir::Value relu(mlir::Value x);
  mlir::Value add(mlir::Value x, mlir::Value y);
  mlir::Value reshape(mlir::Value x, mlir::ArrayRef<int64_t> shape);

  /// Ends the function.
  void finish(mlir::ValueRange results);

  mlir::func::FuncOp getFunction() { return function; }
  int64_t count(llvm::StringRef name);
  /// Normalizations and scale-shifts.
  int64_t countNormalizations();
  std::string print();
  mlir::RankedTensorType getType(mlir::ArrayRef<int64_t> shape);

  mlir::OwningOpRef<mlir::ModuleOp> module;
  mlir::OpBuilder builder;
  mlir::Location loc;
  std::vector<Tensor> inputs;

private:
  double normal() { return std::normal_distribution<double>()(engine); }

  mlir::func::FuncOp function;
  mlir::Type elementType;
  std::mt19937_64 engine{20};
};

inline mlir::ArrayRef<int64_t> getShape(mlir::Value value) {
  return llvm::cast<mlir::RankedTensorType>(value.getType()).getShape();
}

class UserIssuesTest : public ReferenceTest {
protected:
  llvm::SmallVector<Tensor> interpretNetwork(Network &network);
  void fold(Network &network, const FoldOptions &options = {});
  /// Folds, and compares all results: with f64 constants up to rounding.
  void expectSame(Network &network, double tolerance = 1e-12);
  /// The same, and no normalization is left.
  void expectFolds(Network &network, double tolerance = 1e-12);
  /// The same, and `count` normalizations are left.
  void expectKeeps(Network &network, int64_t count);
};

} // namespace bnopt::reference

#endif // BNOPT_TEST_UNIT_COMPILER_USERISSUESTEST_H
