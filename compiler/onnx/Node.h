//===- Node.h - one ONNX node on its way into the IR -------------*- C++
//-*-===//

#ifndef BNOPT_COMPILER_ONNX_NODE_H
#define BNOPT_COMPILER_ONNX_NODE_H

#include "compiler/onnx/GraphImporter.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include <limits>
#include <type_traits>

namespace bnopt::onnx_import {

/// What the builder of an operator sees: inputs, attributes, a way to make
/// operations with the node's location, and places for its results.
class Node {
public:
  Node(GraphImporter &importer, onnx::NodeProto &proto, mlir::Location location)
      : importer(importer), proto(proto), location(location) {}

  llvm::StringRef getType() const { return proto.op_type(); }
  int64_t getOpset() const { return importer.getOpset(); }
  mlir::Location getLocation() const { return location; }
  mlir::OpBuilder &getBuilder() { return importer.getBuilder(); }
  GraphImporter &getImporter() { return importer; }
  mlir::InFlightDiagnostic error() { return mlir::emitError(location); }

  //===--- Inputs ---------------------------------------------------------===//

  /// Inputs up to the last one that is present.
  int getNumInputs() const;
  bool hasInput(int index) const {
    return index < proto.input_size() && !proto.input(index).empty();
  }
  /// Input `index` as a floating-point tensor; constants become operations.
  llvm::FailureOr<mlir::Value> getInput(int index);
  /// All inputs, each present.
  llvm::FailureOr<llvm::SmallVector<mlir::Value>> getInputs();
  /// Input `index` if it is known at import, else null.
  const ConstantValue *getConstant(int index);
  /// Input `index` as integers known at import; an error otherwise.
  llvm::FailureOr<llvm::SmallVector<int64_t>> getIntegers(int index);
  /// As `getIntegers`, with unknown values and multiples of the batch size.
  llvm::FailureOr<llvm::SmallVector<ShapeInteger>> getShapeIntegers(int index);
  /// Input `index`, a single number known at import; an error otherwise.
  llvm::FailureOr<double> getScalar(int index);

  //===--- Attributes -----------------------------------------------------===//

  const onnx::AttributeProto *findAttribute(llvm::StringRef name) const;
  onnx::AttributeProto *findAttribute(llvm::StringRef name);
  bool hasAttribute(llvm::StringRef name) const { return findAttribute(name); }
  int64_t getInt(llvm::StringRef name, int64_t absent) const;
  double getFloat(llvm::StringRef name, double absent) const;
  llvm::StringRef getString(llvm::StringRef name, llvm::StringRef absent) const;
  std::optional<llvm::SmallVector<int64_t>> getInts(llvm::StringRef name) const;
  /// Attribute `name`, an axis of `rank` dimensions, counted from the end when
  /// negative.
  llvm::FailureOr<int64_t> getAxis(llvm::StringRef name, int64_t absent,
                                   int64_t rank);
  /// Axis `axis` of `rank` dimensions without its sign, or an error.
  llvm::FailureOr<int64_t> normalizeAxis(int64_t axis, int64_t rank);
  /// An error that attribute `name` has a value other than `supported`.
  mlir::InFlightDiagnostic unsupported(llvm::StringRef name,
                                       llvm::StringRef value,
                                       llvm::StringRef supported);

  //===--- Results --------------------------------------------------------===//

  int getNumOutputs() const { return proto.output_size(); }
  bool hasOutput(int index) const {
    return index < proto.output_size() && !proto.output(index).empty();
  }
  /// Whether a live node or the graph uses output `index`.
  bool isOutputUsed(int index) const {
    return hasOutput(index) && importer.isLive(proto.output(index));
  }
  /// Whether nothing reads output `index` but nodes that cast it to `type`.
  bool isReadByCastsTo(int index, mlir::Type type) const {
    return importer.isOnlyCastTo(proto.output(index), type);
  }
  void setResult(int index, mlir::Value value) {
    if (hasOutput(index))
      importer.define(proto.output(index), {value, std::nullopt});
  }
  void setConstant(int index, ConstantValue constant) {
    if (hasOutput(index))
      importer.define(proto.output(index), {mlir::Value(), constant});
  }
  /// The input passes through, be it tensor or constant.
  llvm::LogicalResult forward(int input, int output);

  //===--- Operations -----------------------------------------------------===//

  using Attributes = llvm::ArrayRef<mlir::NamedAttribute>;

  /// An operation of a type that infers its result types, verified. Absent
  /// (null) operands and attributes are left out.
  template <typename OpTy>
  llvm::FailureOr<OpTy> create(mlir::ValueRange operands,
                               Attributes attributes = {}) {
    mlir::MLIRContext *context = getBuilder().getContext();
    mlir::DictionaryAttr dictionary = getDictionary(attributes);
    llvm::SmallVector<mlir::Value> present = dropAbsent(operands);
    llvm::SmallVector<mlir::Type> types;
    int64_t errorsBefore = numErrors();
    typename OpTy::Properties properties{};
    if constexpr (!std::is_same_v<typename OpTy::Properties,
                                  mlir::EmptyProperties>) {
      mlir::OperationName name(OpTy::getOperationName(), context);
      OpTy::populateDefaultProperties(name, properties);
      if (failed(OpTy::setPropertiesFromAttr(properties, dictionary,
                                             [&] { return error(); })))
        return llvm::failure();
    }
    if (failed(OpTy::inferReturnTypes(context, location, present, dictionary,
                                      mlir::OpaqueProperties(&properties), {},
                                      types)))
      return reportUninferred(errorsBefore);
    return createAs<OpTy>(types, present, attributes);
  }

  /// An operation whose result type is given, verified.
  template <typename OpTy>
  llvm::FailureOr<OpTy> createAs(mlir::TypeRange types,
                                 mlir::ValueRange operands,
                                 Attributes attributes = {}) {
    mlir::Operation *op =
        createOperation(OpTy::getOperationName(), types, operands, attributes);
    if (!op)
      return llvm::failure();
    return llvm::cast<OpTy>(op);
  }

  /// Makes `OpTy` result 0 of the node.
  template <typename OpTy>
  llvm::LogicalResult replaceWith(mlir::ValueRange operands,
                                  Attributes attributes = {}) {
    auto op = create<OpTy>(operands, attributes);
    if (succeeded(op))
      setResult(0, op->getResult());
    return op;
  }
  template <typename OpTy>
  llvm::LogicalResult replaceWithAs(mlir::Type type, mlir::ValueRange operands,
                                    Attributes attributes = {}) {
    auto op = createAs<OpTy>(type, operands, attributes);
    if (succeeded(op))
      setResult(0, op->getResult());
    return op;
  }

  /// `input` under `type`, by `nn.reshape` where that changes anything.
  llvm::FailureOr<mlir::Value>
  reshape(mlir::Value input, mlir::RankedTensorType type, int64_t batchFactor);
  /// A splat constant of `type`.
  mlir::Value createSplat(mlir::RankedTensorType type, double value);

  mlir::NamedAttribute attribute(llvm::StringRef name, mlir::Attribute value) {
    return getBuilder().getNamedAttr(name, value);
  }
  mlir::NamedAttribute integer(llvm::StringRef name, int64_t value) {
    return attribute(name, getBuilder().getI64IntegerAttr(value));
  }
  mlir::NamedAttribute number(llvm::StringRef name, double value) {
    return attribute(name, getBuilder().getF64FloatAttr(value));
  }
  mlir::NamedAttribute integers(llvm::StringRef name,
                                llvm::ArrayRef<int64_t> values) {
    return attribute(name, getBuilder().getDenseI64ArrayAttr(values));
  }
  mlir::NamedAttribute unit(llvm::StringRef name) {
    return attribute(name, getBuilder().getUnitAttr());
  }

private:
  mlir::DictionaryAttr getDictionary(Attributes attributes);
  static llvm::SmallVector<mlir::Value> dropAbsent(mlir::ValueRange operands);
  mlir::Operation *createOperation(llvm::StringRef name, mlir::TypeRange types,
                                   mlir::ValueRange operands,
                                   Attributes attributes);
  int64_t numErrors() const;
  /// An error, unless type inference has emitted one itself.
  llvm::LogicalResult reportUninferred(int64_t errorsBefore);

  GraphImporter &importer;
  onnx::NodeProto &proto;
  mlir::Location location;
};

/// Builds the operations of one node.
using NodeImporter = llvm::LogicalResult (*)(Node &);

/// As `Operator::maxInputs`: a list of any length.
inline constexpr int anyNumber = std::numeric_limits<int>::max();

/// An operator of ONNX's default domain that can be imported.
struct Operator {
  llvm::StringRef type;
  NodeImporter import;
  /// Inputs that must be there, and how many there can be.
  int minInputs;
  int maxInputs;
  /// The first operator set whose meaning the importer knows.
  int64_t firstOpset = 7;
};

llvm::ArrayRef<Operator> getConvolutionOperators();
llvm::ArrayRef<Operator> getPoolingOperators();
llvm::ArrayRef<Operator> getElementwiseOperators();
llvm::ArrayRef<Operator> getNormalizationOperators();
llvm::ArrayRef<Operator> getReductionOperators();
llvm::ArrayRef<Operator> getMovementOperators();
llvm::ArrayRef<Operator> getReshapingOperators();
llvm::ArrayRef<Operator> getResamplingOperators();
llvm::ArrayRef<Operator> getConstantOperators();

/// The operator called `type`, or null.
const Operator *findOperator(llvm::StringRef type);

/// An error unless `node` has the inputs that `op` expects.
llvm::LogicalResult checkInputs(Node &node, const Operator &op);

/// Whether operators of `type` that `foldShapeArithmetic` knows are imported,
/// too: a result that depends on parameters that may be refreshed is computed
/// by the program, unless the import needs its numbers.
bool isAlsoComputed(llvm::StringRef type);

/// Computes `node` at import if all of its inputs are constants and the
/// operator is one of shape arithmetic. Sets `folded` when it did.
llvm::LogicalResult foldShapeArithmetic(Node &node, bool &folded);

} // namespace bnopt::onnx_import

#endif // BNOPT_COMPILER_ONNX_NODE_H
