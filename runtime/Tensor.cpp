#include "runtime/Tensor.h"

#include <cstring>
#include <iterator>
#include <new>

namespace bnopt {

AlignedBuffer::AlignedBuffer(size_t size) : byteCount(size) {
  size_t rounded = (size + alignment - 1) / alignment * alignment;
  if (rounded == 0)
    rounded = alignment;
  bytes.reset(static_cast<std::byte *>(std::aligned_alloc(alignment, rounded)));
  if (!bytes)
    throw std::bad_alloc();
  std::memset(bytes.get(), 0, rounded);
}

std::string typeName(DLDataType type) {
  static constexpr std::string_view prefixes[] = {"i",      "u",  "f",
                                                  "handle", "bf", "c"};
  std::string_view prefix =
      type.code < std::size(prefixes) ? prefixes[type.code] : "unknown";
  std::string name = std::string(prefix) + std::to_string(type.bits);
  return type.lanes == 1 ? name : name + "x" + std::to_string(type.lanes);
}

std::string shapeText(std::span<const int64_t> shape) {
  if (shape.empty())
    return "scalar";
  std::string text;
  for (int64_t extent : shape)
    text += (text.empty() ? "" : "x") + std::to_string(extent);
  return text;
}

size_t countElements(std::span<const int64_t> shape, DLDataType type) {
  const size_t elementSize = type.bits / 8;
  size_t bytes = elementSize;
  for (int64_t extent : shape)
    if (extent < 0)
      throw RuntimeError("shape " + shapeText(shape) +
                         " has a size below zero");
    else if (__builtin_mul_overflow(bytes, size_t(extent), &bytes) ||
             bytes > PTRDIFF_MAX)
      throw RuntimeError("shape " + shapeText(shape) + " is too large");
  return bytes / elementSize;
}

Tensor::Tensor(DLDataType type, std::vector<int64_t> shape)
    : elementType(type), extents(std::move(shape)),
      count(countElements(extents, type)), buffer(byteSize()) {}

DLTensor Tensor::view() {
  DLTensor view;
  view.data = buffer.data();
  view.device = {kDLCPU, 0};
  view.ndim = static_cast<int>(extents.size());
  view.dtype = elementType;
  view.shape = extents.data();
  view.strides = nullptr;
  view.byte_offset = 0;
  return view;
}

/// SplitMix64: one multiplication-mixed counter, good enough for test data.
static uint64_t nextRandom(uint64_t &state) {
  uint64_t z = state += 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

void fillRandom(Tensor &tensor, uint64_t seed) {
  if (tensor.type().code != kDLFloat || tensor.type().bits != 32)
    throw RuntimeError("random data is for f32, not for " +
                       typeName(tensor.type()));
  for (float &element : tensor.elements<float>()) {
    // 24 bits, as many as a float holds.
    auto integer = static_cast<int32_t>(nextRandom(seed) >> 40);
    element = static_cast<float>(integer - (1 << 23)) / (1 << 23);
  }
}

} // namespace bnopt
