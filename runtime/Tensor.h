/// Tensors in host memory, and the error that this library throws.

#ifndef BNOPT_RUNTIME_TENSOR_H
#define BNOPT_RUNTIME_TENSOR_H

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <dlpack/dlpack.h>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace bnopt {

/// What went wrong, in one line without a period, naming the file.
class RuntimeError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Zeroed bytes, aligned to a cache line.
class AlignedBuffer {
public:
  static constexpr size_t alignment = 64;

  AlignedBuffer() = default;
  explicit AlignedBuffer(size_t size);

  std::byte *data() const { return bytes.get(); }
  size_t size() const { return byteCount; }

private:
  struct Free {
    void operator()(std::byte *pointer) const { std::free(pointer); }
  };
  std::unique_ptr<std::byte, Free> bytes;
  size_t byteCount = 0;
};

inline constexpr DLDataType float32 = {kDLFloat, 32, 1};
inline constexpr DLDataType float16 = {kDLFloat, 16, 1};
inline constexpr DLDataType bfloat16 = {kDLBfloat, 16, 1};

/// `f32`, `i64`, `bf16`.
std::string typeName(DLDataType type);

/// `1x3x224x224`; `scalar` without dimensions.
std::string shapeText(std::span<const int64_t> shape);

/// Elements of a tensor. Throws when a size is negative, or when a process
/// could not address them.
size_t countElements(std::span<const int64_t> shape, DLDataType type);

/// A row-major tensor that owns its memory.
class Tensor {
public:
  Tensor(DLDataType type, std::vector<int64_t> shape);

  DLDataType type() const { return elementType; }
  const std::vector<int64_t> &shape() const { return extents; }
  size_t elementCount() const { return count; }

  std::span<std::byte> bytes() { return {buffer.data(), byteSize()}; }
  std::span<const std::byte> bytes() const {
    return {buffer.data(), byteSize()};
  }

  /// The elements; `T` has to be the type of the tensor.
  template <typename T>
  std::span<T> elements() {
    return {reinterpret_cast<T *>(buffer.data()), count};
  }
  template <typename T>
  std::span<const T> elements() const {
    return {reinterpret_cast<const T *>(buffer.data()), count};
  }

  /// A view, valid as long as this tensor neither moves nor dies.
  DLTensor view();

private:
  size_t byteSize() const { return count * elementType.bits / 8; }

  DLDataType elementType;
  std::vector<int64_t> extents;
  size_t count;
  AlignedBuffer buffer;
};

/// Independent elements, uniform in [-1, 1), the same for equal seeds on every
/// machine. For f32, f16 and bf16.
void fillRandom(Tensor &tensor, uint64_t seed);

} // namespace bnopt

#endif // BNOPT_RUNTIME_TENSOR_H
