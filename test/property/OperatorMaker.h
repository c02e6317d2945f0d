//===- OperatorMaker.h - One random operator below a value ----------------===//

#ifndef BNOPT_TEST_PROPERTY_OPERATORMAKER_H
#define BNOPT_TEST_PROPERTY_OPERATORMAKER_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"

#include <random>

namespace bnopt::property {

using Dims = llvm::SmallVector<int64_t>;

/// Draws from one seeded sequence.
class Dice {
public:
  explicit Dice(std::seed_seq &seed) : engine(seed) {}

  int64_t pick(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(engine() % (high - low + 1));
  }
  /// True once in `count` draws.
  bool once(int64_t count) { return pick(1, count) == 1; }
  bool flip() { return once(2); }
  /// Between −2 and 2, in steps of 1/64: a value of every type.
  double value() { return static_cast<double>(pick(-128, 128)) / 64; }
  Dims pickEach(int64_t count, int64_t low, int64_t high) {
    Dims values(count);
    for (int64_t &each : values)
      each = pick(low, high);
    return values;
  }

private:
  std::mt19937_64 engine;
};

/// Makes operators with random attributes and constants. Each function takes
/// the value to read, and returns none where the operator does not fit it.
class OperatorMaker {
public:
  OperatorMaker(mlir::OpBuilder builder, mlir::Type elementType, Dice &dice)
      : builder(builder), loc(builder.getUnknownLoc()),
        elementType(elementType), dice(dice) {}

  // Linear operators, with constant weights.
  mlir::Value conv(mlir::Value x);
  /// Keeps the shape, so that branches and residuals fit.
  mlir::Value sameConv(mlir::Value x, int64_t window);
  mlir::Value pointwiseConv(mlir::Value x, int64_t channels);
  mlir::Value convTranspose(mlir::Value x);
  mlir::Value gemm(mlir::Value x);
  mlir::Value matmul(mlir::Value x);

  // Scales and shifts.
  mlir::Value inference(mlir::Value x);
  mlir::Value arithmetic(mlir::Value x);

  mlir::Value activation(mlir::Value x);
  mlir::Value pool(mlir::Value x);
  mlir::Value reduce(mlir::Value x);

  // Data movement.
  mlir::Value resize(mlir::Value x);
  mlir::Value depthToSpace(mlir::Value x);
  mlir::Value channelShuffle(mlir::Value x);
  mlir::Value slice(mlir::Value x);
  mlir::Value transpose(mlir::Value x);
  mlir::Value reshape(mlir::Value x);
  mlir::Value flatten(mlir::Value x);
  mlir::Value pad(mlir::Value x);

  // Two values: none unless their shapes fit.
  mlir::Value combine(mlir::Value x, mlir::Value y);
  mlir::Value concat(mlir::Value x, mlir::Value y);

  mlir::Value add(mlir::Value x, mlir::Value y);
  mlir::Value relu(mlir::Value x);
  mlir::RankedTensorType getType(llvm::ArrayRef<int64_t> shape);

private:
  mlir::Value constant(llvm::ArrayRef<int64_t> shape,
                       llvm::ArrayRef<double> values);
  /// Now and then one that another operator has already.
  mlir::Value randomConstant(llvm::ArrayRef<int64_t> shape);
  /// Of a shape that broadcasts to that of `x`: most often one per feature.
  mlir::Value broadcastConstant(mlir::Value x, bool nonzero = false);
  /// A dimension of `x`: most often 1, which holds the channels.
  int64_t pickFeatureIndex(mlir::Value x);
  mlir::Value unaryByName(llvm::StringRef name, mlir::Value x);

  mlir::OpBuilder builder;
  mlir::Location loc;
  mlir::Type elementType;
  Dice &dice;
  llvm::SmallVector<mlir::Value> constants;
};

llvm::ArrayRef<int64_t> getShape(mlir::Value value);

} // namespace bnopt::property

#endif // BNOPT_TEST_PROPERTY_OPERATORMAKER_H
