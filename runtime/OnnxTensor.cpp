#include "runtime/TensorFile.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <onnx-ml.pb.h>
#include <optional>

namespace bnopt {

using onnx::TensorProto;

static std::optional<DLDataType> convertType(int32_t type) {
  switch (type) {
  case TensorProto::FLOAT:
    return DLDataType{kDLFloat, 32, 1};
  case TensorProto::DOUBLE:
    return DLDataType{kDLFloat, 64, 1};
  case TensorProto::FLOAT16:
    return DLDataType{kDLFloat, 16, 1};
  case TensorProto::BFLOAT16:
    return DLDataType{kDLBfloat, 16, 1};
  case TensorProto::INT32:
    return DLDataType{kDLInt, 32, 1};
  case TensorProto::INT64:
    return DLDataType{kDLInt, 64, 1};
  default:
    return std::nullopt;
  }
}

/// Copies elements of a typed field; false when their number is wrong.
template <typename Field>
static bool copyField(const Field &field, Tensor &to) {
  if (static_cast<size_t>(field.size()) != to.elementCount() ||
      to.bytes().size() != field.size() * sizeof(*field.data()))
    return false;
  std::memcpy(to.bytes().data(), field.data(), to.bytes().size());
  return true;
}

static bool copyElements(const TensorProto &proto, Tensor &to) {
  if (proto.has_raw_data()) {
    if (proto.raw_data().size() != to.bytes().size())
      return false;
    std::memcpy(to.bytes().data(), proto.raw_data().data(), to.bytes().size());
    return true;
  }
  switch (proto.data_type()) {
  case TensorProto::FLOAT:
    return copyField(proto.float_data(), to);
  case TensorProto::DOUBLE:
    return copyField(proto.double_data(), to);
  case TensorProto::INT32:
    return copyField(proto.int32_data(), to);
  case TensorProto::INT64:
    return copyField(proto.int64_data(), to);
  default:
    return false;
  }
}

Tensor readOnnxTensor(const std::string &path) {
  auto fail = [&](const std::string &reason) -> RuntimeError {
    return RuntimeError("cannot read '" + path + "': " + reason);
  };
  std::ifstream file(path, std::ios::binary);
  if (!file)
    throw fail(std::strerror(errno));
  TensorProto proto;
  if (!proto.ParseFromIstream(&file))
    throw fail("it is not an ONNX tensor");
  if (proto.data_location() == TensorProto::EXTERNAL)
    throw fail("its data lies in another file, which is not supported");
  std::optional<DLDataType> type = convertType(proto.data_type());
  if (!type)
    throw fail("elements of type " +
               TensorProto::DataType_Name(
                   static_cast<TensorProto::DataType>(proto.data_type())) +
               " are not supported");
  Tensor tensor(*type, {proto.dims().begin(), proto.dims().end()});
  if (!copyElements(proto, tensor))
    throw fail("shape " + shapeText(tensor.shape()) + " of " + typeName(*type) +
               " and the amount of data disagree");
  return tensor;
}

} // namespace bnopt
