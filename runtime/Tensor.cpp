#include "runtime/Tensor.h"

#include <bit>
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

/// The highest `count` bits of the next random number as a multiple of
/// 2^(1 − count) in [-1, 1).
static float nextFraction(uint64_t &state, int count) {
  const auto integer = static_cast<int32_t>(nextRandom(state) >> (64 - count));
  const int32_t half = 1 << (count - 1);
  return static_cast<float>(integer - half) / static_cast<float>(half);
}

/// The bits of a multiple of 2⁻¹¹ in [-1, 1), which f16 holds exactly.
static uint16_t encodeFloat16(float value) {
  const auto bits = std::bit_cast<uint32_t>(value);
  if (value == 0)
    return 0;
  // The exponents' biases are 127 and 15.
  const uint32_t exponent = ((bits >> 23) & 0xff) - 127 + 15;
  return static_cast<uint16_t>((bits >> 16 & 0x8000) | exponent << 10 |
                               (bits >> 13 & 0x3ff));
}

void fillRandom(Tensor &tensor, uint64_t seed) {
  const auto [code, bits, lanes] = tensor.type();
  // As many random bits as the sign and the significand have.
  if (code == kDLFloat && bits == 32)
    for (float &element : tensor.elements<float>())
      element = nextFraction(seed, 24);
  else if (code == kDLFloat && bits == 16)
    for (uint16_t &element : tensor.elements<uint16_t>())
      element = encodeFloat16(nextFraction(seed, 12));
  else if (code == kDLBfloat && bits == 16)
    for (uint16_t &element : tensor.elements<uint16_t>())
      element = static_cast<uint16_t>(
          std::bit_cast<uint32_t>(nextFraction(seed, 9)) >> 16);
  else
    throw RuntimeError("random data is for f32, f16 and bf16, not for " +
                       typeName(tensor.type()));
}

} // namespace bnopt
