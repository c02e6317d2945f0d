#include "runtime/OnnxTensor.h"

#include "runtime/TensorFile.h"

#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
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

/// Copies the bits of 16-bit elements, each in an integer of its own.
template <typename Field>
static bool copyHalves(const Field &field, Tensor &to) {
  if (static_cast<size_t>(field.size()) != to.elementCount())
    return false;
  auto *halves = reinterpret_cast<uint16_t *>(to.bytes().data());
  for (auto bits : field)
    *halves++ = static_cast<uint16_t>(bits);
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
  case TensorProto::FLOAT16:
  case TensorProto::BFLOAT16:
    return copyHalves(proto.int32_data(), to);
  case TensorProto::INT32:
    return copyField(proto.int32_data(), to);
  case TensorProto::INT64:
    return copyField(proto.int64_data(), to);
  default:
    return false;
  }
}

static uint64_t parseSize(const std::string &key, const std::string &text) {
  uint64_t value = 0;
  auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    throw RuntimeError("'" + key + "' of its external data is '" + text +
                       "', which is no number of bytes");
  return value;
}

/// Reads the elements of `to` from the file that `proto` names.
static void readExternal(const TensorProto &proto, const std::string &folder,
                         Tensor &to) {
  std::string location;
  uint64_t offset = 0;
  for (const auto &entry : proto.external_data())
    if (entry.key() == "location")
      location = entry.value();
    else if (entry.key() == "offset")
      offset = parseSize(entry.key(), entry.value());
  std::filesystem::path relative =
      std::filesystem::path(location).lexically_normal();
  if (location.empty() || relative.is_absolute() || *relative.begin() == "..")
    throw RuntimeError("its external data lies in '" + location +
                       "', outside of the folder of the model");
  std::string path = (std::filesystem::path(folder) / relative).string();
  std::ifstream file(path, std::ios::binary);
  if (!file)
    throw RuntimeError("cannot read its external data '" + path +
                       "': " + std::strerror(errno));
  file.seekg(static_cast<std::streamoff>(offset));
  if (!file.read(reinterpret_cast<char *>(to.bytes().data()),
                 static_cast<std::streamsize>(to.bytes().size())))
    throw RuntimeError("its external data '" + path + "' is cut off");
}

Tensor convertOnnxTensor(const TensorProto &proto, const std::string *folder) {
  bool isExternal = proto.data_location() == TensorProto::EXTERNAL;
  if (isExternal && !folder)
    throw RuntimeError("its data lies in another file, which is not supported");
  std::optional<DLDataType> type = convertType(proto.data_type());
  if (!type)
    throw RuntimeError(
        "elements of type " +
        TensorProto::DataType_Name(
            static_cast<TensorProto::DataType>(proto.data_type())) +
        " are not supported");
  Tensor tensor(*type, {proto.dims().begin(), proto.dims().end()});
  if (isExternal)
    readExternal(proto, *folder, tensor);
  else if (!copyElements(proto, tensor))
    throw RuntimeError("shape " + shapeText(tensor.shape()) + " of " +
                       typeName(*type) + " and the amount of data disagree");
  return tensor;
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
  try {
    return convertOnnxTensor(proto, /*folder=*/nullptr);
  } catch (const RuntimeError &error) {
    throw fail(error.what());
  }
}

} // namespace bnopt
