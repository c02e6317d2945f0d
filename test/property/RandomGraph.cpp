//===- RandomGraph.cpp - Programs that nobody would write -----------------===//

#include "test/property/RandomGraph.h"

#include "test/property/OperatorMaker.h"

#include "dialect/NN/NNOps.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;

namespace bnopt::property {
namespace {

/// Grows a function, one operator or block after another.
class GraphMaker {
public:
  GraphMaker(OwningOpRef<ModuleOp> &module, func::FuncOp function,
             Type elementType, Dice &dice)
      : builder(OpBuilder::atBlockEnd(&function.getBody().front())),
        function(function), make(builder, elementType, dice), dice(dice) {}

  void addInputs() {
    Dims shape = {dice.pick(1, 2), dice.pick(1, 6)};
    shape.append(dice.pickEach(dice.pick(1, 3), 3, 5));
    const int64_t count = dice.once(3) ? 2 : 1;
    for (int64_t i = 0; i < count; ++i)
      values.push_back(function.getBody().front().addArgument(
          make.getType(shape), builder.getUnknownLoc()));
  }

  void grow() {
    for (int64_t left = dice.pick(2, 9); left > 0; --left) {
      Value value = dice.once(4) ? addBlock(pickValue()) : addOne(pickValue());
      if (value)
        values.push_back(value);
    }
  }

  /// Returns all values that nothing reads, and now and then one more.
  void finish() {
    SmallVector<Value> results;
    for (Value value : values)
      if (value.use_empty() && !isa<BlockArgument>(value))
        results.push_back(value);
    Value last = values.back();
    if (results.empty() || dice.once(8))
      results.push_back(values[dice.pick(0, values.size() - 1)]);
    func::ReturnOp::create(builder, last.getLoc(), results);
    function.setFunctionType(
        builder.getFunctionType(function.getBody().front().getArgumentTypes(),
                                ValueRange(results).getTypes()));
  }

private:
  Value pickValue() {
    return dice.once(4) ? values[dice.pick(0, values.size() - 1)]
                        : values.back();
  }

  Value addOne(Value x) {
    switch (dice.pick(0, 24)) {
    case 0:
    case 1:
    case 2:
      return make.conv(x);
    case 3:
      return make.convTranspose(x);
    case 4:
      return getShape(x).size() == 2 ? make.gemm(x) : make.matmul(x);
    case 5:
    case 6:
    case 7:
    case 8:
    case 9:
      return make.inference(x);
    case 10:
    case 11:
      return make.arithmetic(x);
    case 12:
    case 13:
    case 14:
      return make.activation(x);
    case 15:
      return make.pool(x);
    case 16:
      return make.reduce(x);
    case 17:
      return dice.flip() ? make.resize(x) : make.depthToSpace(x);
    case 18:
      return dice.flip() ? make.channelShuffle(x) : make.slice(x);
    case 19:
      return make.transpose(x);
    case 20:
      return make.reshape(x);
    case 21:
      return make.pad(x);
    case 22:
      return make.combine(x, pickValue());
    case 23:
      return make.concat(x, pickValue());
    default:
      return getShape(x).size() > 2 ? make.flatten(x) : make.gemm(x);
    }
  }

  /// A few operators as networks put them together.
  Value addBlock(Value x) {
    if (getShape(x).size() < 3)
      return make.gemm(make.relu(make.inference(x)));
    switch (dice.pick(0, 6)) {
    case 0: // post-activation
      return make.relu(make.inference(make.conv(x)));
    case 1: // pre-activation
      return make.conv(make.relu(make.inference(x)));
    case 2: // without the activation: the border of the padding counts
      return make.conv(make.inference(x));
    case 3: { // RepVGG
      Value wide = make.inference(make.sameConv(x, 3));
      Value narrow = make.inference(make.sameConv(x, 1));
      return make.add(make.add(wide, narrow), make.inference(x));
    }
    case 4: // residual
      return make.relu(make.add(make.inference(make.sameConv(x, 3)), x));
    case 5: { // DenseNet
      Value inner = make.sameConv(make.relu(make.inference(x)), 3);
      Value joined = make.concat(x, inner);
      return joined ? make.sameConv(make.relu(make.inference(joined)), 1)
                    : inner;
    }
    default: // a gate
      return make.combine(make.inference(make.sameConv(x, 1)),
                          make.sameConv(make.inference(x), 3));
    }
  }

  OpBuilder builder;
  func::FuncOp function;
  OperatorMaker make;
  Dice &dice;
  SmallVector<Value> values;
};

} // namespace

Graph makeRandomGraph(MLIRContext *context, Type elementType, uint64_t seed,
                      uint64_t index) {
  std::seed_seq sequence{uint32_t(seed), uint32_t(seed >> 32), uint32_t(index),
                         uint32_t(index >> 32)};
  Dice dice(sequence);
  const Location loc = UnknownLoc::get(context);
  Graph graph;
  graph.module = ModuleOp::create(loc);
  OpBuilder builder = OpBuilder::atBlockEnd(graph.module->getBody());
  auto function =
      func::FuncOp::create(builder, loc, "f", builder.getFunctionType({}, {}));
  function.addEntryBlock();
  GraphMaker maker(graph.module, function, elementType, dice);
  maker.addInputs();
  maker.grow();
  maker.finish();
  for (Value argument : function.getArguments()) {
    reference::Tensor &input = graph.inputs.emplace_back(getShape(argument));
    for (double &value : input.data)
      value = dice.value();
  }
  return graph;
}

} // namespace bnopt::property
