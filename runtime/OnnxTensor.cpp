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

/// How many elements `proto` itself holds; none where its type has no field.
static std::optional<uint64_t> countHeld(const TensorProto &proto,
                                         DLDataType type) {
  if (proto.has_raw_data()) {
    const uint64_t bytes = proto.raw_data().size(), each = type.bits / 8;
    return bytes % each == 0 ? std::optional(bytes / each) : std::nullopt;
  }
  switch (proto.data_type()) {
  case TensorProto::FLOAT:
    return proto.float_data_size();
  case TensorProto::DOUBLE:
    return proto.double_data_size();
  case TensorProto::INT64:
    return proto.int64_data_size();
  case TensorProto::FLOAT16:
  case TensorProto::BFLOAT16:
  case TensorProto::INT32:
    return proto.int32_data_size();
  default:
    return std::nullopt;
  }
}

/// Copies the bits of 16-bit elements, each in an integer of its own.
static void copyHalves(const TensorProto &proto, Tensor &to) {
  auto *halves = reinterpret_cast<uint16_t *>(to.bytes().data());
  for (auto bits : proto.int32_data())
    *halves++ = static_cast<uint16_t>(bits);
}

/// Copies the elements that `proto` holds, as many as `to` has.
static void copyElements(const TensorProto &proto, Tensor &to) {
  const auto copy = [&](const void *from) {
    if (!to.bytes().empty())
      std::memcpy(to.bytes().data(), from, to.bytes().size());
  };
  if (proto.has_raw_data())
    return copy(proto.raw_data().data());
  switch (proto.data_type()) {
  case TensorProto::FLOAT:
    return copy(proto.float_data().data());
  case TensorProto::DOUBLE:
    return copy(proto.double_data().data());
  case TensorProto::FLOAT16:
  case TensorProto::BFLOAT16:
    return copyHalves(proto, to);
  case TensorProto::INT32:
    return copy(proto.int32_data().data());
  case TensorProto::INT64:
    return copy(proto.int64_data().data());
  default:
    break;
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

/// The file that `proto` names, and where its elements begin.
static std::pair<std::string, uint64_t>
findExternal(const TensorProto &proto, const std::string &folder) {
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
  return {(std::filesystem::path(folder) / relative).string(), offset};
}

static Tensor readExternal(const std::string &path, uint64_t offset,
                           DLDataType type, std::vector<int64_t> shape) {
  const auto fail = [&](const std::string &reason) -> RuntimeError {
    return RuntimeError("cannot read its external data '" + path +
                        "': " + reason);
  };
  std::ifstream file(path, std::ios::binary);
  if (!file)
    throw fail(std::strerror(errno));
  // The size of a folder or a device says nothing.
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error))
    throw fail(std::filesystem::is_directory(path, error) ? "it is a directory"
                                                          : "it is no file");
  // Checked before memory is allocated for what a shape asks.
  const uint64_t fileSize = std::filesystem::file_size(path, error);
  const uint64_t size = countElements(shape, type) * (type.bits / 8);
  if (error || offset > fileSize || size > fileSize - offset)
    throw RuntimeError("its external data '" + path + "' is cut off");
  Tensor tensor(type, std::move(shape));
  file.seekg(static_cast<std::streamoff>(offset));
  if (!file.read(reinterpret_cast<char *>(tensor.bytes().data()),
                 static_cast<std::streamsize>(size)))
    throw fail(std::strerror(errno));
  return tensor;
}

DLDataType getOnnxType(const TensorProto &proto) {
  if (std::optional<DLDataType> type = convertType(proto.data_type()))
    return *type;
  throw RuntimeError(
      "elements of type " +
      TensorProto::DataType_Name(
          static_cast<TensorProto::DataType>(proto.data_type())) +
      " are not supported");
}

Tensor convertOnnxTensor(const TensorProto &proto, const std::string *folder) {
  bool isExternal = proto.data_location() == TensorProto::EXTERNAL;
  if (isExternal && !folder)
    throw RuntimeError("its data lies in another file, which is not supported");
  const DLDataType type = getOnnxType(proto);
  std::vector<int64_t> shape(proto.dims().begin(), proto.dims().end());
  if (isExternal) {
    auto [path, offset] = findExternal(proto, *folder);
    return readExternal(path, offset, type, std::move(shape));
  }
  // Checked before memory is allocated for what the shape asks.
  if (countHeld(proto, type) != countElements(shape, type))
    throw RuntimeError("shape " + shapeText(shape) + " of " + typeName(type) +
                       " and the amount of data disagree");
  Tensor tensor(type, std::move(shape));
  copyElements(proto, tensor);
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
