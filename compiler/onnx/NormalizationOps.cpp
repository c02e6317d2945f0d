//===- NormalizationOps.cpp - batch norm and its relatives ----------------===//
//
// BatchNormalization through the operator sets:
//   1, 6     'is_test' chooses inference; without it the operator trains.
//   7, 9     more than one output means training.
//   14, 15   'training_mode' chooses; outputs 1 and 2 are the running
//            statistics.
// Before 9, 'spatial = 0' normalizes each activation over the batch alone.
//
//===----------------------------------------------------------------------===//

#include "compiler/onnx/Node.h"
#include "dialect/BN/BNOps.h"
#include "dialect/NN/NNOps.h"

using namespace mlir;

namespace bnopt::onnx_import {

static RankedTensorType getTensorType(Value value) {
  return cast<RankedTensorType>(value.getType());
}

//===----------------------------------------------------------------------===//
// Batch normalization
//===----------------------------------------------------------------------===//

namespace {
/// Operands of a batch normalization, features in dimension 1 of the input.
struct BatchNormInputs {
  Value input, scale, offset, mean, variance;
};
} // namespace

static bool isTraining(Node &node) {
  if (node.getOpset() < 7)
    return node.getInt("is_test", 0) == 0;
  if (node.getOpset() >= 14)
    return node.getInt("training_mode", 0) != 0;
  for (int i = 1; i < node.getNumOutputs(); ++i)
    if (node.hasOutput(i))
      return true;
  return false;
}

/// Every activation as a feature of its own: the input as `N×(C·D1·…)`, the
/// parameters as vectors.
static LogicalResult flattenActivations(Node &node, BatchNormInputs &inputs) {
  RankedTensorType type = getTensorType(inputs.input);
  int64_t features = 1;
  for (int64_t dim : type.getShape().drop_front())
    features = ShapedType::isDynamic(dim) ? 0 : features * dim;
  if (features == 0)
    return node.error() << "'BatchNormalization' with spatial = 0 needs known "
                           "sizes after the batch; fix them with --input-shape";
  auto matrix = RankedTensorType::get({type.getDimSize(0), features},
                                      type.getElementType());
  int64_t factor = node.getImporter().getBatchFactor(inputs.input);
  auto flat = node.reshape(inputs.input, matrix, factor);
  if (failed(flat))
    return failure();
  inputs.input = *flat;
  for (Value *parameter :
       {&inputs.scale, &inputs.offset, &inputs.mean, &inputs.variance}) {
    RankedTensorType parameterType = getTensorType(*parameter);
    auto vector =
        node.reshape(*parameter,
                     RankedTensorType::get({parameterType.getNumElements()},
                                           parameterType.getElementType()),
                     0);
    if (failed(vector))
      return failure();
    *parameter = *vector;
  }
  return success();
}

static FailureOr<BatchNormInputs> readBatchNormInputs(Node &node) {
  auto values = node.getInputs();
  if (failed(values))
    return failure();
  BatchNormInputs inputs{(*values)[0], (*values)[1], (*values)[2], (*values)[3],
                         (*values)[4]};
  RankedTensorType type = getTensorType(inputs.input);
  if (type.getRank() == 0)
    return node.error() << "'BatchNormalization' expects an input of rank 1 "
                           "or higher, but got a scalar";
  if (node.getOpset() < 9 && node.getInt("spatial", 1) == 0) {
    if (failed(flattenActivations(node, inputs)))
      return failure();
  } else if (type.getRank() == 1) {
    // A vector is a batch with one channel.
    auto column = node.reshape(
        inputs.input,
        RankedTensorType::get({type.getDimSize(0), 1}, type.getElementType()),
        node.getImporter().getBatchFactor(inputs.input));
    if (failed(column))
      return failure();
    inputs.input = *column;
  }
  return inputs;
}

/// Elements per feature, or 1 where the batch is dynamic: the population
/// estimate, which is ONNX's, only asks whether there are any.
static int64_t countPerFeature(RankedTensorType type) {
  if (!type.hasStaticShape())
    return 1;
  int64_t features = type.getDimSize(1);
  return features == 0 ? 0 : type.getNumElements() / features;
}

/// `running` moved towards `statistic`, rounded to the type of `running`.
static FailureOr<Value> updateRunning(Node &node, Value running,
                                      Value statistic, int64_t count) {
  if (running.getType() != statistic.getType())
    return node.error() << "'BatchNormalization' in training expects running "
                           "statistics of the type of the batch's, "
                        << statistic.getType() << ", but got "
                        << running.getType();
  MLIRContext *context = node.getBuilder().getContext();
  auto op = node.createAs<bn::UpdateRunningOp>(
      running.getType(), {running, statistic},
      {node.number("momentum", node.getFloat("momentum", 0.9f)),
       node.attribute("convention", bn::MomentumConventionAttr::get(
                                        context, bn::MomentumConvention::Keep)),
       node.attribute("estimator",
                      bn::VarianceEstimatorAttr::get(
                          context, bn::VarianceEstimator::Population)),
       node.integer("count", count)});
  if (failed(op))
    return failure();
  return op->getResult();
}

static FailureOr<Value> importTraining(Node &node,
                                       const BatchNormInputs &inputs,
                                       Node::Attributes attributes) {
  auto op = node.create<bn::TrainingOp>(
      {inputs.input, inputs.scale, inputs.offset}, attributes);
  if (failed(op))
    return failure();
  int64_t count = countPerFeature(getTensorType(inputs.input));
  Value statistics[] = {op->getBatchMean(), op->getBatchVariance()};
  Value running[] = {inputs.mean, inputs.variance};
  for (int i : {0, 1}) {
    // Outputs 3 and 4 (before operator set 14) are the batch's own.
    node.setResult(3 + i, statistics[i]);
    if (!node.isOutputUsed(1 + i))
      continue;
    auto updated = updateRunning(node, running[i], statistics[i], count);
    if (failed(updated))
      return failure();
    node.setResult(1 + i, *updated);
  }
  return op->getResult();
}

static LogicalResult importBatchNormalization(Node &node) {
  auto inputs = readBatchNormInputs(node);
  if (failed(inputs))
    return failure();
  SmallVector<NamedAttribute> attributes = {
      node.number("epsilon", node.getFloat("epsilon", 1e-5f)),
      node.integer("featureIndex", 1)};
  FailureOr<Value> result = failure();
  if (isTraining(node)) {
    result = importTraining(node, *inputs, attributes);
  } else {
    auto op = node.createAs<bn::InferenceOp>(inputs->input.getType(),
                                             {inputs->input, inputs->scale,
                                              inputs->offset, inputs->mean,
                                              inputs->variance},
                                             attributes);
    if (succeeded(op))
      result = op->getResult();
  }
  if (failed(result))
    return failure();

  auto input = node.getInput(0);
  int64_t factor = node.getImporter().getBatchFactor(*input);
  auto shaped = node.reshape(*result, getTensorType(*input), factor);
  if (failed(shaped))
    return failure();
  node.setResult(0, *shaped);
  return success();
}

//===----------------------------------------------------------------------===//
// Relatives
//===----------------------------------------------------------------------===//

static LogicalResult importInstanceNormalization(Node &node) {
  auto inputs = node.getInputs();
  if (failed(inputs))
    return failure();
  RankedTensorType type = getTensorType(inputs->front());
  if (type.getRank() < 2 || type.isDynamicDim(1))
    return node.error() << "'InstanceNormalization' expects an input with a "
                           "known number of channels";
  return node.replaceWithAs<bn::GroupNormOp>(
      type, *inputs,
      {node.integer("groups", type.getDimSize(1)),
       node.number("epsilon", node.getFloat("epsilon", 1e-5f))});
}

/// A parameter of GroupNormalization 18, one value per group, as one value per
/// channel.
static FailureOr<Value> spreadOverGroups(Node &node, int index, int64_t groups,
                                         int64_t channels) {
  const ConstantValue *constant = node.getConstant(index);
  if (!constant || !constant->isFloat() ||
      constant->getType().getNumElements() != groups)
    return node.error() << "'GroupNormalization' of operator set 18 expects "
                           "scale and bias to be constants with one element "
                           "per group";
  std::vector<double> perGroup = *constant->getNumbers(), perChannel;
  for (double value : perGroup)
    perChannel.insert(perChannel.end(), channels / groups, value);
  auto type =
      RankedTensorType::get({channels}, constant->getType().getElementType());
  GraphImporter::Entry entry{Value(), getFloatElements(type, perChannel)};
  return node.getImporter().materialize(entry, node.getLocation());
}

static LogicalResult importGroupNormalization(Node &node) {
  auto inputs = node.getInputs();
  if (failed(inputs))
    return failure();
  int64_t groups = node.getInt("num_groups", 0);
  RankedTensorType type = getTensorType(inputs->front());
  if (type.getRank() < 2 || type.isDynamicDim(1) || groups < 1 ||
      type.getDimSize(1) % groups != 0)
    return node.error() << "'GroupNormalization' expects 'num_groups' to "
                           "divide a known number of channels, but got "
                        << groups;
  if (node.getOpset() < 21 && groups != type.getDimSize(1)) {
    for (int i : {1, 2}) {
      auto spread = spreadOverGroups(node, i, groups, type.getDimSize(1));
      if (failed(spread))
        return failure();
      (*inputs)[i] = *spread;
    }
  }
  return node.replaceWithAs<bn::GroupNormOp>(
      type, *inputs,
      {node.integer("groups", groups),
       node.number("epsilon", node.getFloat("epsilon", 1e-5f))});
}

/// Layer and RMS norm: over the trailing dimensions from `axis` on.
template <typename Op>
static LogicalResult importTrailingNormalization(Node &node) {
  auto inputs = node.getInputs();
  if (failed(inputs))
    return failure();
  RankedTensorType type = getTensorType(inputs->front());
  auto axis = node.getAxis("axis", -1, type.getRank());
  if (failed(axis))
    return failure();
  return node.replaceWithAs<Op>(
      type, *inputs,
      {node.number("epsilon", node.getFloat("epsilon", 1e-5f)),
       node.integer("axis", *axis)});
}

static LogicalResult importLRN(Node &node) {
  auto input = node.getInput(0);
  if (failed(input))
    return failure();
  if (!node.hasAttribute("size"))
    return node.error() << "'LRN' expects the attribute 'size'";
  return node.replaceWithAs<nn::LocalResponseNormOp>(
      input->getType(), *input,
      {node.integer("size", node.getInt("size", 0)),
       node.number("alpha", node.getFloat("alpha", 1e-4f)),
       node.number("beta", node.getFloat("beta", 0.75f)),
       node.number("bias", node.getFloat("bias", 1.0f))});
}

ArrayRef<Operator> getNormalizationOperators() {
  static const Operator operators[] = {
      {"BatchNormalization", importBatchNormalization, 5, 5, 1},
      {"GroupNormalization", importGroupNormalization, 3, 3, 18},
      {"InstanceNormalization", importInstanceNormalization, 3, 3, 1},
      {"LRN", importLRN, 1, 1, 1},
      {"LayerNormalization", importTrailingNormalization<bn::LayerNormOp>, 2, 3,
       17},
      {"RMSNormalization", importTrailingNormalization<bn::RMSNormOp>, 2, 2,
       23},
  };
  return operators;
}

} // namespace bnopt::onnx_import
