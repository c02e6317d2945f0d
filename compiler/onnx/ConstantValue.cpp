//===- ConstantValue.cpp - tensors known at import ------------------------===//

#include "compiler/onnx/ConstantValue.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/MathExtras.h"
#include <cstring>

using namespace mlir;

namespace bnopt::onnx_import {

using onnx::TensorProto;

/// Larger tensors are resource blobs: attributes of this size and less are
/// readable in the IR and cheap to unique.
static constexpr size_t largestInlineBytes = 64;

Type getElementType(int32_t dataType, MLIRContext *context) {
  Builder builder(context);
  switch (dataType) {
  case TensorProto::FLOAT:
    return builder.getF32Type();
  case TensorProto::DOUBLE:
    return builder.getF64Type();
  case TensorProto::FLOAT16:
    return builder.getF16Type();
  case TensorProto::BFLOAT16:
    return builder.getBF16Type();
  case TensorProto::BOOL:
    return builder.getI1Type();
  case TensorProto::INT8:
    return builder.getIntegerType(8, /*isSigned=*/true);
  case TensorProto::INT16:
    return builder.getIntegerType(16, /*isSigned=*/true);
  case TensorProto::INT32:
    return builder.getIntegerType(32, /*isSigned=*/true);
  case TensorProto::INT64:
    return builder.getIntegerType(64, /*isSigned=*/true);
  case TensorProto::UINT8:
    return builder.getIntegerType(8, /*isSigned=*/false);
  case TensorProto::UINT16:
    return builder.getIntegerType(16, /*isSigned=*/false);
  case TensorProto::UINT32:
    return builder.getIntegerType(32, /*isSigned=*/false);
  case TensorProto::UINT64:
    return builder.getIntegerType(64, /*isSigned=*/false);
  default:
    return Type();
  }
}

std::string getDataTypeName(int32_t dataType) {
  if (!onnx::TensorProto_DataType_IsValid(dataType))
    return "type " + std::to_string(dataType);
  return StringRef(onnx::TensorProto_DataType_Name(
                       static_cast<onnx::TensorProto_DataType>(dataType)))
      .lower();
}

std::string getDataTypeName(Type elementType) {
  for (int32_t dataType = onnx::TensorProto_DataType_DataType_MIN;
       dataType <= onnx::TensorProto_DataType_DataType_MAX; ++dataType)
    if (getElementType(dataType, elementType.getContext()) == elementType)
      return getDataTypeName(dataType);
  llvm_unreachable("every element type is that of a type of ONNX");
}

/// Bytes per element in the packed form; booleans take one.
static size_t getByteWidth(Type type) {
  return llvm::divideCeil(type.getIntOrFloatBitWidth(), 8);
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

/// Appends each value of `field`, narrowed to `To`, to `bytes`.
template <typename To, typename Field>
static void pack(const Field &field, std::vector<char> &bytes) {
  bytes.reserve(field.size() * sizeof(To));
  for (auto value : field) {
    To narrow = static_cast<To>(value);
    const char *raw = reinterpret_cast<const char *>(&narrow);
    bytes.insert(bytes.end(), raw, raw + sizeof(To));
  }
}

/// The typed field that `dataType` is stored in, packed.
static std::vector<char> packTypedField(const TensorProto &tensor) {
  std::vector<char> bytes;
  switch (tensor.data_type()) {
  case TensorProto::FLOAT:
    pack<float>(tensor.float_data(), bytes);
    break;
  case TensorProto::DOUBLE:
    pack<double>(tensor.double_data(), bytes);
    break;
  case TensorProto::INT64:
    pack<int64_t>(tensor.int64_data(), bytes);
    break;
  case TensorProto::UINT64:
    pack<uint64_t>(tensor.uint64_data(), bytes);
    break;
  case TensorProto::UINT32:
    pack<uint32_t>(tensor.uint64_data(), bytes);
    break;
  case TensorProto::INT32:
    pack<int32_t>(tensor.int32_data(), bytes);
    break;
  // The bit patterns of 16-bit floats are stored as integers.
  case TensorProto::FLOAT16:
  case TensorProto::BFLOAT16:
  case TensorProto::UINT16:
  case TensorProto::INT16:
    pack<uint16_t>(tensor.int32_data(), bytes);
    break;
  default:
    pack<uint8_t>(tensor.int32_data(), bytes);
    break;
  }
  return bytes;
}

/// The integer of `type` at `bytes`.
static int64_t readInteger(const char *bytes, Type type) {
  uint64_t bits = 0;
  size_t width = getByteWidth(type);
  std::memcpy(&bits, bytes, width);
  if (type.isSignedInteger())
    return llvm::SignExtend64(bits, 8 * width);
  return static_cast<int64_t>(bits);
}

/// The number of elements of a tensor with dimensions `dims`; fails where one
/// is negative or the product does not fit.
static FailureOr<uint64_t> countElements(ArrayRef<int64_t> dims) {
  uint64_t count = 1;
  for (int64_t dim : dims) {
    bool overflowed = false;
    if (dim < 0)
      return failure();
    count = llvm::SaturatingMultiply(count, uint64_t(dim), &overflowed);
    if (overflowed)
      return failure();
  }
  return count;
}

static std::string formatShape(ArrayRef<int64_t> shape) {
  return llvm::join(
      llvm::map_range(shape, [](int64_t dim) { return std::to_string(dim); }),
      "x");
}

/// The attribute that holds `blob`, or its copy when that is small.
static ElementsAttr getBlobElements(RankedTensorType type, StringRef name,
                                    AsmResourceBlob blob, bool alwaysResource) {
  if (type.getNumElements() == 0)
    return DenseElementsAttr::get(type, ArrayRef<Attribute>());
  if (blob.getData().size() <= largestInlineBytes && !alwaysResource)
    return DenseElementsAttr::getFromRawBuffer(type, blob.getData());
  return DenseResourceElementsAttr::get(type, name, std::move(blob));
}

FailureOr<ConstantValue> readTensor(ModelFile &file, TensorProto &tensor,
                                    StringRef kind, StringRef name,
                                    Location location, bool alwaysResource) {
  Type elementType = getElementType(tensor.data_type(), location.getContext());
  if (!elementType)
    return emitError(location)
           << kind << " '" << name << "' has the element type '"
           << getDataTypeName(tensor.data_type())
           << "', which is not supported";
  SmallVector<int64_t> shape(tensor.dims().begin(), tensor.dims().end());
  FailureOr<uint64_t> count = countElements(shape);
  if (failed(count))
    return emitError(location)
           << kind << " '" << name << "' has the impossible shape "
           << formatShape(shape);

  size_t width = getByteWidth(elementType);
  auto blob = file.takeBytes(tensor, width, location);
  if (failed(blob))
    return failure();
  if (!hasBytes(tensor) && blob->getData().empty())
    *blob = HeapAsmResourceBlob::allocateAndCopyWithAlign(
        packTypedField(tensor), width);
  size_t size = blob->getData().size();
  if (size % width != 0 || size / width != *count)
    return emitError(location)
           << kind << " '" << name << "' expects " << *count << " elements of '"
           << getDataTypeName(tensor.data_type())
           << "', the size of its shape [" << formatShape(shape)
           << "], but got " << size << " bytes, which hold " << size / width;

  auto type = RankedTensorType::get(shape, elementType);
  if (isa<FloatType>(elementType))
    return ConstantValue(
        getBlobElements(type, name, std::move(*blob), alwaysResource));
  std::vector<ShapeInteger> integers;
  integers.reserve(*count);
  for (size_t at = 0; at < size; at += width)
    integers.push_back(ShapeInteger::known(
        readInteger(blob->getData().data() + at, elementType)));
  return ConstantValue(type, std::move(integers));
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

void ConstantValue::addParametersOf(const ConstantValue &operand) {
  llvm::append_range(parameters, operand.parameters);
}

void ConstantValue::fixParameters() const {
  for (Parameter *parameter : parameters)
    parameter->isFixed = true;
}

std::optional<std::vector<double>> ConstantValue::getNumbers() const {
  fixParameters();
  return peekNumbers();
}

std::optional<std::vector<double>> ConstantValue::peekNumbers() const {
  std::vector<double> numbers;
  if (!isFloat()) {
    for (ShapeInteger integer : integers) {
      if (!integer.isKnown())
        return std::nullopt;
      numbers.push_back(static_cast<double>(integer.value));
    }
    return numbers;
  }
  auto dense = dyn_cast<DenseElementsAttr>(elements);
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(elements))
    dense = DenseElementsAttr::getFromRawBuffer(
        type, resource.getRawHandle().getBlob()->getData());
  for (APFloat value : dense.getValues<APFloat>()) {
    bool losesInfo;
    value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                  &losesInfo);
    numbers.push_back(value.convertToDouble());
  }
  return numbers;
}

/// `elements` under `type`, which has as many.
static ElementsAttr reshapeElements(ElementsAttr elements,
                                    RankedTensorType type) {
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(elements))
    return cast<ElementsAttr>(Attribute(
        DenseResourceElementsAttr::get(type, resource.getRawHandle())));
  return cast<DenseElementsAttr>(elements).reshape(type);
}

ConstantValue ConstantValue::reshape(ArrayRef<int64_t> shape) const {
  auto newType = RankedTensorType::get(shape, type.getElementType());
  if (!isFloat())
    return ConstantValue(newType, integers);
  ConstantValue reshaped(reshapeElements(elements, newType));
  reshaped.parameters = parameters;
  reshaped.isParameter = isParameter;
  return reshaped;
}

ElementsAttr getFloatElements(RankedTensorType type, ArrayRef<double> values) {
  const llvm::fltSemantics &semantics =
      cast<FloatType>(type.getElementType()).getFloatSemantics();
  SmallVector<APFloat> rounded;
  for (double value : values) {
    APFloat number(value);
    bool losesInfo;
    number.convert(semantics, APFloat::rmNearestTiesToEven, &losesInfo);
    rounded.push_back(number);
  }
  return DenseElementsAttr::get(type, rounded);
}

} // namespace bnopt::onnx_import
