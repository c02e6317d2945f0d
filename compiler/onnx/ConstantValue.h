//===- ConstantValue.h - tensors known at import -----------------*- C++
//-*-===//

#ifndef BNOPT_COMPILER_ONNX_CONSTANTVALUE_H
#define BNOPT_COMPILER_ONNX_CONSTANTVALUE_H

#include "compiler/onnx/ModelFile.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/SmallVector.h"
#include <optional>
#include <vector>

namespace bnopt::onnx_import {

/// An integer of shape arithmetic: known, a multiple of the dynamic batch
/// size, or unknown before run time.
struct ShapeInteger {
  enum class Kind { Known, BatchMultiple, Unknown };

  static ShapeInteger known(int64_t value) { return {Kind::Known, value}; }
  static ShapeInteger batchMultiple(int64_t factor) {
    return {Kind::BatchMultiple, factor};
  }
  static ShapeInteger unknown() { return {Kind::Unknown, 0}; }

  bool isKnown() const { return kind == Kind::Known; }
  bool isBatchMultiple() const { return kind == Kind::BatchMultiple; }

  Kind kind;
  /// The value, or the factor of the batch size.
  int64_t value;
};

/// An initializer that may be refreshed.
struct Parameter {
  std::string name;
  mlir::ElementsAttr value;
  /// The import has used its numbers.
  bool isFixed = false;
};

/// A tensor known at import. Floating-point tensors are attributes, ready to
/// be `arith.constant`s; integers and booleans, which the dialects have no
/// values for, are lists in row-major order.
class ConstantValue {
public:
  ConstantValue(mlir::ElementsAttr elements)
      : type(llvm::cast<mlir::RankedTensorType>(elements.getType())),
        elements(elements) {}
  ConstantValue(mlir::RankedTensorType type, std::vector<ShapeInteger> integers)
      : type(type), integers(std::move(integers)) {}

  mlir::RankedTensorType getType() const { return type; }
  bool isFloat() const { return static_cast<bool>(elements); }
  mlir::ElementsAttr getElements() const { return elements; }
  llvm::ArrayRef<ShapeInteger> getIntegers() const { return integers; }

  /// The parameter that it is, whatever its shape, or null.
  Parameter *getParameter() const {
    return isParameter ? parameters.front() : nullptr;
  }
  void setParameter(Parameter *parameter) {
    parameters = {parameter};
    isParameter = true;
  }

  /// Whether it is, or has been computed of, parameters.
  bool dependsOnParameters() const { return !parameters.empty(); }
  void addParametersOf(const ConstantValue &operand);
  /// Fixes the parameters that it depends on: its numbers are used.
  void fixParameters() const;

  /// The values of a floating-point or integer tensor as f64; nothing when an
  /// integer is not known. Parameters are fixed from then on.
  std::optional<std::vector<double>> getNumbers() const;
  /// The same, for results that depend on the same parameters.
  std::optional<std::vector<double>> peekNumbers() const;

  /// The same elements under another shape of as many elements.
  ConstantValue reshape(llvm::ArrayRef<int64_t> shape) const;

private:
  mlir::RankedTensorType type;
  mlir::ElementsAttr elements;
  std::vector<ShapeInteger> integers;
  llvm::SmallVector<Parameter *, 1> parameters;
  bool isParameter = false;
};

/// `values` as a tensor of floating-point `type`, rounded once.
mlir::ElementsAttr getFloatElements(mlir::RankedTensorType type,
                                    llvm::ArrayRef<double> values);

/// The element type of ONNX's `dataType`; null where there is no counterpart.
mlir::Type getElementType(int32_t dataType, mlir::MLIRContext *context);

/// ONNX's name of `dataType`, in lower case: `float16`.
std::string getDataTypeName(int32_t dataType);

/// The same for the ONNX type that has `elementType` as its counterpart.
std::string getDataTypeName(mlir::Type elementType);

/// Reads `tensor`, called `name`, taking its bytes out of the model where it
/// can. Errors, emitted at `location`, call it "`kind` 'name'". Floating-point
/// tensors are resources if they are large, or `alwaysResource`.
llvm::FailureOr<ConstantValue>
readTensor(ModelFile &file, onnx::TensorProto &tensor, llvm::StringRef kind,
           llvm::StringRef name, mlir::Location location,
           bool alwaysResource = false);

} // namespace bnopt::onnx_import

#endif // BNOPT_COMPILER_ONNX_CONSTANTVALUE_H
