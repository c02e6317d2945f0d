//===- ConvertStableHLOToBN.cpp - StableHLO's batch norms -----------------===//
//
// StableHLO says what bn says: the same operands in the same order, the
// population variance, the gradients of scale and offset after that of the
// input. The operators are known by name and taken in generic form, so that
// StableHLO need not be there; what its verifier would have seen is verified
// here.
//
//===----------------------------------------------------------------------===//

#include "passes/Passes.h"

#include "dialect/Interfaces/InferredTypes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringSwitch.h"

#include <cmath>

using namespace mlir;

namespace bnopt {

#define GEN_PASS_DEF_CONVERTSTABLEHLOTOBNPASS
#include "passes/Passes.h.inc"

namespace {

/// What an operator of StableHLO looks like.
struct Form {
  /// The first is data, as is one called grad_output; the others have one
  /// element per feature.
  ArrayRef<StringRef> operands;
  unsigned numResults;
};

constexpr StringRef inferenceOperands[] = {"operand", "scale", "offset", "mean",
                                           "variance"};
constexpr StringRef trainingOperands[] = {"operand", "scale", "offset"};
constexpr StringRef gradientOperands[] = {"operand", "scale", "mean",
                                          "variance", "grad_output"};

constexpr StringLiteral inferenceName = "stablehlo.batch_norm_inference";
constexpr StringLiteral trainingName = "stablehlo.batch_norm_training";
constexpr StringLiteral gradientName = "stablehlo.batch_norm_grad";

std::optional<Form> getForm(Operation *op) {
  return llvm::StringSwitch<std::optional<Form>>(op->getName().getStringRef())
      .Case(inferenceName, Form{inferenceOperands, 1})
      .Case(trainingName, Form{trainingOperands, 3})
      .Case(gradientName, Form{gradientOperands, 3})
      .Default(std::nullopt);
}

/// The attributes, in the types of bn.
struct Attributes {
  APFloat epsilon{0.0};
  int64_t featureIndex = 0;
};

//===----------------------------------------------------------------------===//
// Verification
//===----------------------------------------------------------------------===//

RankedTensorType getFloatTensor(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && isa<FloatType>(type.getElementType()) ? type
                                                       : RankedTensorType();
}

LogicalResult verifyOperands(Operation *op, const Form &form) {
  if (op->getNumOperands() != form.operands.size())
    return op->emitOpError("expects ")
           << form.operands.size() << " operands, but got "
           << op->getNumOperands();
  if (op->getNumResults() != form.numResults)
    return op->emitOpError("expects ")
           << form.numResults << (form.numResults == 1 ? " result" : " results")
           << ", but got " << op->getNumResults();
  for (auto [name, operand] : llvm::zip_equal(form.operands, op->getOperands()))
    if (!getFloatTensor(operand))
      return op->emitOpError("expects '")
             << name
             << "' to be a ranked tensor of floating-point numbers, but got "
             << operand.getType();
  return success();
}

/// One element per feature, and a gradient of the shape of the data.
LogicalResult verifyShapes(Operation *op, const Form &form,
                           int64_t featureIndex) {
  RankedTensorType input = getFloatTensor(op->getOperand(0));
  for (auto [name, operand] :
       llvm::drop_begin(llvm::zip_equal(form.operands, op->getOperands()))) {
    RankedTensorType type = getFloatTensor(operand);
    if (name == "grad_output") {
      auto shape =
          RankedTensorType::get(type.getShape(), input.getElementType());
      if (!areCompatibleTypes(shape, input))
        return op->emitOpError("expects 'grad_output' to have the shape of "
                               "'operand', ")
               << input << ", but got " << type;
      continue;
    }
    const int64_t features = input.getDimSize(featureIndex);
    if (type.getRank() == 1 && areCompatibleSizes(type.getDimSize(0), features))
      continue;
    return op->emitOpError("expects '")
           << name << "' to have one dimension, the size of dimension "
           << featureIndex << " of 'operand', " << input << ", but got "
           << type;
  }
  return success();
}

FailureOr<Attributes> readAttributes(Operation *op) {
  // Of the properties, or of the dictionary.
  auto epsilon = dyn_cast_or_null<FloatAttr>(op->getAttr("epsilon"));
  if (!epsilon)
    return op->emitOpError("expects an attribute 'epsilon', a floating-point "
                           "number");
  auto index = dyn_cast_or_null<IntegerAttr>(op->getAttr("feature_index"));
  if (!index || !index.getType().isSignlessInteger(64))
    return op->emitOpError("expects an attribute 'feature_index', an i64");
  Attributes attributes{APFloat(epsilon.getValueAsDouble()), index.getInt()};
  if (!attributes.epsilon.isFinite() || attributes.epsilon.isNegative())
    return op->emitOpError("expects 'epsilon' to be finite and not negative, "
                           "but got ")
           << epsilon.getValueAsDouble();
  RankedTensorType input = getFloatTensor(op->getOperand(0));
  const int64_t rank = input.getRank();
  if (rank == 0)
    return op->emitOpError("expects 'operand' to have a dimension, but got ")
           << input;
  if (attributes.featureIndex < 0 || attributes.featureIndex >= rank)
    return op->emitOpError("expects 'feature_index' to be in 0..")
           << rank - 1 << ", the dimensions of 'operand', but got "
           << attributes.featureIndex;
  return attributes;
}

//===----------------------------------------------------------------------===//
// Conversion
//===----------------------------------------------------------------------===//

bool isConstant(Value value) {
  Operation *op = value.getDefiningOp();
  return op && op->getName().getStringRef() == "stablehlo.constant";
}

/// Parameters that StableHLO has as constants become those that folding knows.
Value convertConstant(OpBuilder &builder, Value operand) {
  if (!isConstant(operand))
    return operand;
  Operation *op = operand.getDefiningOp();
  auto value = dyn_cast_or_null<TypedAttr>(op->getAttr("value"));
  if (!value || value.getType() != operand.getType())
    return operand;
  return arith::ConstantOp::create(builder, op->getLoc(), value);
}

Operation *build(OpBuilder &builder, Operation *op, ValueRange operands,
                 const Attributes &attributes) {
  const Location loc = op->getLoc();
  const StringRef name = op->getName().getStringRef();
  if (name == inferenceName)
    return bn::InferenceOp::create(builder, loc, operands[0].getType(),
                                   operands[0], operands[1], operands[2],
                                   operands[3], operands[4], attributes.epsilon,
                                   attributes.featureIndex);
  if (name == trainingName)
    return bn::TrainingOp::create(builder, loc, operands[0], operands[1],
                                  operands[2], attributes.epsilon,
                                  attributes.featureIndex);
  return bn::GradientOp::create(builder, loc, operands[0], operands[1],
                                operands[2], operands[3], operands[4],
                                attributes.epsilon, attributes.featureIndex);
}

LogicalResult convert(Operation *op, const Form &form, IRRewriter &rewriter) {
  if (failed(verifyOperands(op, form)))
    return failure();
  FailureOr<Attributes> attributes = readAttributes(op);
  if (failed(attributes) ||
      failed(verifyShapes(op, form, attributes->featureIndex)))
    return failure();
  rewriter.setInsertionPoint(op);
  SmallVector<Value> operands;
  for (Value operand : op->getOperands())
    operands.push_back(convertConstant(rewriter, operand));
  Operation *converted = build(rewriter, op, operands, *attributes);
  SmallVector<Value> results;
  for (auto [index, type] : llvm::enumerate(op->getResultTypes())) {
    Value result = converted->getResult(index);
    if (!areCompatibleTypes(result.getType(), type))
      return op->emitOpError("expects result ")
             << index << " to be " << result.getType() << ", but got " << type;
    if (type != result.getType())
      result = tensor::CastOp::create(rewriter, op->getLoc(), type, result);
    results.push_back(result);
  }
  llvm::SmallSetVector<Operation *, 4> constants;
  for (Value operand : op->getOperands())
    if (isConstant(operand))
      constants.insert(operand.getDefiningOp());
  rewriter.replaceOp(op, results);
  for (Operation *constant : constants)
    if (constant->use_empty())
      rewriter.eraseOp(constant);
  return success();
}

struct ConvertStableHLOToBNPass
    : impl::ConvertStableHLOToBNPassBase<ConvertStableHLOToBNPass> {
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    SmallVector<std::pair<Operation *, Form>> found;
    getOperation()->walk([&](Operation *op) {
      if (std::optional<Form> form = getForm(op))
        found.emplace_back(op, *form);
    });
    for (auto &[op, form] : found) {
      if (failed(convert(op, form, rewriter)))
        return signalPassFailure();
      ++numConverted;
    }
  }
};

} // namespace
} // namespace bnopt
