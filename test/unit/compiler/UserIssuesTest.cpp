/// Builds, folds and compares the networks of the user issues.

#include "UserIssuesTest.h"

#include <cmath>

namespace bnopt::reference {

using namespace mlir;

//===----------------------------------------------------------------------===//
// Networks
//===----------------------------------------------------------------------===//

Network::Network(MLIRContext *context, Type elementType)
    : builder(context), loc(builder.getUnknownLoc()),
      elementType(elementType ? elementType : builder.getF64Type()) {
  module = ModuleOp::create(loc);
  builder.setInsertionPointToEnd(module->getBody());
  function =
      func::FuncOp::create(builder, loc, "f", builder.getFunctionType({}, {}));
  builder.setInsertionPointToEnd(function.addEntryBlock());
}

RankedTensorType Network::getType(ArrayRef<int64_t> shape) {
  return RankedTensorType::get(shape, elementType);
}

Value Network::input(ArrayRef<int64_t> shape) {
  Tensor &data = inputs.emplace_back(shape);
  for (double &value : data.data)
    value = normal();
  return function.getBody().front().addArgument(getType(shape), loc);
}

Value Network::constant(ArrayRef<int64_t> shape, ArrayRef<double> values) {
  return createConstant(builder, loc, "constant", getType(shape), values);
}

Value Network::random(ArrayRef<int64_t> shape) {
  std::vector<double> values(getNumElements(shape));
  for (double &value : values)
    value = normal();
  return constant(shape, values);
}

Parameters Network::randomParameters(int64_t count) {
  Parameters parameters;
  for (int64_t c = 0; c < count; ++c) {
    parameters.scale.push_back(normal());
    parameters.offset.push_back(normal());
    parameters.mean.push_back(normal());
    parameters.variance.push_back(0.1 + std::fabs(normal()));
  }
  return parameters;
}

Value Network::inference(Value x, const Parameters &parameters, double epsilon,
                         int64_t featureIndex) {
  const auto count = static_cast<int64_t>(parameters.scale.size());
  return bn::InferenceOp::create(
      builder, loc, x.getType(), x, constant(count, parameters.scale),
      constant(count, parameters.offset), constant(count, parameters.mean),
      constant(count, parameters.variance), builder.getF64FloatAttr(epsilon),
      builder.getI64IntegerAttr(featureIndex));
}

Value Network::inference(Value x, double epsilon, int64_t featureIndex) {
  return inference(x, randomParameters(getShape(x)[featureIndex]), epsilon,
                   featureIndex);
}

Value Network::conv(Value x, int64_t outputs, int64_t window, int64_t pad,
                    int64_t groups, bool hasBias) {
  const auto spatial = static_cast<int64_t>(getShape(x).size()) - 2;
  Dims weights = {outputs, getShape(x)[1] / groups};
  weights.append(spatial, window);
  return nn::ConvOp::create(
      builder, loc, x, random(weights), hasBias ? random(outputs) : Value(),
      DenseI64ArrayAttr(), builder.getDenseI64ArrayAttr(Dims(2 * spatial, pad)),
      DenseI64ArrayAttr(), groups);
}

Value Network::convTranspose(Value x, int64_t outputs, int64_t window,
                             int64_t stride, int64_t groups, bool hasBias) {
  const auto spatial = static_cast<int64_t>(getShape(x).size()) - 2;
  Dims weights = {getShape(x)[1], outputs / groups};
  weights.append(spatial, window);
  return nn::ConvTransposeOp::create(
      builder, loc, x, random(weights), hasBias ? random(outputs) : Value(),
      builder.getDenseI64ArrayAttr(Dims(spatial, stride)), DenseI64ArrayAttr(),
      DenseI64ArrayAttr(), DenseI64ArrayAttr(), groups);
}

Value Network::gemm(Value x, int64_t columns, bool hasBias) {
  return nn::GemmOp::create(builder, loc, x, random({getShape(x)[1], columns}),
                            hasBias ? random(columns) : Value(), APFloat(1.0),
                            APFloat(1.0));
}

Value Network::relu(Value x) { return nn::ReluOp::create(builder, loc, x); }

Value Network::add(Value x, Value y) {
  return nn::AddOp::create(builder, loc, x, y);
}

Value Network::reshape(Value x, ArrayRef<int64_t> shape) {
  return nn::ReshapeOp::create(builder, loc, getType(shape), x);
}

void Network::finish(ValueRange results) {
  func::ReturnOp::create(builder, loc, results);
  function.setFunctionType(builder.getFunctionType(
      function.getBody().front().getArgumentTypes(), TypeRange(results)));
}

int64_t Network::count(StringRef name) {
  int64_t count = 0;
  module->walk(
      [&](Operation *op) { count += op->getName().getStringRef() == name; });
  return count;
}

int64_t Network::countNormalizations() {
  return count("bn.inference") + count("bn.scale_shift");
}

std::string Network::print() {
  std::string text;
  llvm::raw_string_ostream stream(text);
  module->print(stream);
  return text;
}

//===----------------------------------------------------------------------===//
// Expectations
//===----------------------------------------------------------------------===//

SmallVector<Tensor> UserIssuesTest::interpretNetwork(Network &network) {
  auto results = interpret(network.getFunction(), network.inputs);
  if (failed(results)) {
    ADD_FAILURE() << "cannot interpret:\n" << network.print();
    return {};
  }
  return std::move(*results);
}

void UserIssuesTest::fold(Network &network, const FoldOptions &options) {
  PassManager passes(&context);
  addFoldPasses(passes, options);
  EXPECT_TRUE(succeeded(verify(*network.module)));
  EXPECT_TRUE(succeeded(passes.run(*network.module))) << network.print();
}

void UserIssuesTest::expectSame(Network &network, double tolerance) {
  const SmallVector<Tensor> expected = interpretNetwork(network);
  fold(network);
  const SmallVector<Tensor> actual = interpretNetwork(network);
  ASSERT_EQ(actual.size(), expected.size());
  for (auto [index, tensor] : llvm::enumerate(expected)) {
    double largest = 0;
    for (double value : tensor.data)
      largest = std::max(largest, std::fabs(value));
    EXPECT_TRUE(std::isfinite(largest));
    expectValues(actual[index], tensor, tolerance * std::max(largest, 1.0));
  }
  if (HasFailure())
    ADD_FAILURE() << network.print();
}

void UserIssuesTest::expectFolds(Network &network, double tolerance) {
  expectSame(network, tolerance);
  EXPECT_EQ(network.countNormalizations(), 0) << network.print();
}

void UserIssuesTest::expectKeeps(Network &network, int64_t count) {
  expectSame(network);
  EXPECT_EQ(network.countNormalizations(), count) << network.print();
}

} // namespace bnopt::reference
