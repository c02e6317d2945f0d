//===- ModelFile.cpp - the bytes of an ONNX model -------------------------===//

#include "compiler/onnx/ModelFile.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/stubs/logging.h>
#include <limits>

using namespace mlir;

namespace bnopt::onnx_import {

bool hasBytes(const onnx::TensorProto &tensor) {
  return tensor.has_raw_data() ||
         tensor.data_location() == onnx::TensorProto::EXTERNAL;
}

FailureOr<std::unique_ptr<ModelFile>> ModelFile::open(StringRef path,
                                                      Location location) {
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (std::error_code error = buffer.getError())
    return emitError(location) << "cannot read the model: " << error.message();
  // Protobuf counts bytes in int.
  size_t size = (*buffer)->getBufferSize();
  if (size > size_t(std::numeric_limits<int>::max()))
    return emitError(location)
           << "the model has " << size
           << " bytes, but ONNX files hold at most 2 GiB; store the weights as "
              "external data";

  auto file = std::make_unique<ModelFile>();
  file->directory = llvm::sys::path::parent_path(path).str();
  google::protobuf::LogSilencer silencer;
  if (size == 0 ||
      !file->model.ParseFromArray((*buffer)->getBufferStart(), int(size)))
    return emitError(location) << "not a valid ONNX model: the file of " << size
                               << " bytes is truncated or in another format";
  if (!file->model.has_graph())
    return emitError(location) << "not a valid ONNX model: it has no graph";
  return file;
}

/// The value of a decimal number in an external-data entry.
static FailureOr<uint64_t> parseSize(StringRef key, StringRef text,
                                     StringRef name, Location location) {
  uint64_t value;
  if (text.getAsInteger(10, value))
    return emitError(location)
           << "external data of '" << name << "' expects '" << key
           << "' to be a number of bytes, but got '" << text << "'";
  return value;
}

/// Whether `path` stays inside the folder it is relative to.
static bool isInsideFolder(StringRef path) {
  if (path.empty() || llvm::sys::path::is_absolute(path))
    return false;
  SmallString<128> normal(path);
  llvm::sys::path::remove_dots(normal, /*remove_dot_dot=*/true);
  return !normal.empty() && *llvm::sys::path::begin(normal) != "..";
}

FailureOr<AsmResourceBlob>
ModelFile::mapExternal(const onnx::TensorProto &tensor, size_t alignment,
                       Location location) {
  StringRef name = tensor.name();
  std::string place;
  uint64_t offset = 0;
  std::optional<uint64_t> length;
  for (const auto &entry : tensor.external_data()) {
    if (entry.key() == "location") {
      place = entry.value();
    } else if (entry.key() == "offset" || entry.key() == "length") {
      auto value = parseSize(entry.key(), entry.value(), name, location);
      if (failed(value))
        return failure();
      (entry.key() == "offset" ? offset : length.emplace()) = *value;
    }
  }
  if (!isInsideFolder(place))
    return emitError(location)
           << "external data of '" << name
           << "' must lie in the folder of the model, but its location is '"
           << place << "'";

  SmallString<128> path(directory);
  llvm::sys::path::append(path, place);
  std::shared_ptr<llvm::MemoryBuffer> &buffer = externalFiles[place];
  if (!buffer) {
    auto opened = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                              /*RequiresNullTerminator=*/false);
    if (std::error_code error = opened.getError())
      return emitError(location)
             << "cannot read the external data of '" << name << "' from '"
             << path << "': " << error.message();
    buffer = std::move(*opened);
  }
  uint64_t available = buffer->getBufferSize();
  if (offset > available || length.value_or(0) > available - offset)
    return emitError(location)
           << "external data of '" << name << "' lies at bytes " << offset
           << " to " << offset + length.value_or(0) << " of '" << path
           << "', which has only " << available;

  ArrayRef<char> bytes(buffer->getBufferStart() + offset,
                       length.value_or(available - offset));
  if (reinterpret_cast<uintptr_t>(bytes.data()) % alignment != 0)
    return HeapAsmResourceBlob::allocateAndCopyWithAlign(bytes, alignment);
  return UnmanagedAsmResourceBlob::allocateWithAlign(
      bytes, alignment, [owner = buffer](void *, size_t, size_t) {});
}

FailureOr<AsmResourceBlob> ModelFile::takeBytes(onnx::TensorProto &tensor,
                                                size_t alignment,
                                                Location location) {
  if (tensor.data_location() == onnx::TensorProto::EXTERNAL)
    return mapExternal(tensor, alignment, location);
  if (!tensor.has_raw_data())
    return AsmResourceBlob();
  std::unique_ptr<std::string> bytes(tensor.release_raw_data());
  ArrayRef<char> data(bytes->data(), bytes->size());
  // Short strings live inside the object, at any address.
  if (reinterpret_cast<uintptr_t>(data.data()) % alignment != 0)
    return HeapAsmResourceBlob::allocateAndCopyWithAlign(data, alignment);
  return UnmanagedAsmResourceBlob::allocateWithAlign(
      data, alignment, [owner = std::move(bytes)](void *, size_t, size_t) {});
}

} // namespace bnopt::onnx_import
