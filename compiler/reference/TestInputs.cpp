//===- TestInputs.cpp - Inputs that are hard in different ways ------------===//

#include "compiler/reference/TestInputs.h"

#include <cmath>
#include <numbers>
#include <numeric>
#include <random>

using namespace mlir;

namespace bnopt::reference {

llvm::StringRef getInputKindName(InputKind kind) {
  switch (kind) {
  case InputKind::Normal:
    return "normal";
  case InputKind::Large:
    return "large";
  case InputKind::Constant:
    return "constant";
  case InputKind::Zeros:
    return "zeros";
  case InputKind::Checkerboard:
    return "checkerboard";
  case InputKind::Impulse:
    return "impulse";
  case InputKind::Denormal:
    return "denormal";
  }
  llvm_unreachable("every kind has a name");
}

/// Normally distributed f32 numbers times `factor`, by Box and Muller: those of
/// the standard library differ between systems.
static void fillNormal(Tensor &tensor, double factor, uint64_t seed) {
  std::mt19937_64 bits(seed);
  const auto getUniform = [&] {
    return (static_cast<double>(bits() >> 11) + 0.5) * 0x1p-53;
  };
  for (double &element : tensor.data) {
    const double radius = std::sqrt(-2 * std::log(getUniform()));
    const double angle = 2 * std::numbers::pi * getUniform();
    element = static_cast<float>(factor * radius * std::cos(angle));
  }
}

static void fillCheckerboard(Tensor &tensor) {
  int64_t index = 0;
  forEachPosition(tensor.shape, [&](llvm::ArrayRef<int64_t> position) {
    const int64_t sum =
        std::accumulate(position.begin(), position.end(), int64_t(0));
    tensor[index++] = sum % 2 == 0 ? 1 : -1;
  });
}

Tensor makeTestInput(RankedTensorType type, InputKind kind, uint64_t seed) {
  Shape shape(type.getShape());
  for (int64_t &size : shape)
    size = ShapedType::isDynamic(size) ? 1 : size;
  Tensor tensor(shape);
  switch (kind) {
  case InputKind::Normal:
    fillNormal(tensor, 1, seed);
    break;
  case InputKind::Large:
    fillNormal(tensor, 1e4, seed);
    break;
  case InputKind::Constant:
    tensor = Tensor(shape, 1);
    break;
  case InputKind::Zeros:
    break;
  case InputKind::Checkerboard:
    fillCheckerboard(tensor);
    break;
  case InputKind::Impulse:
    if (tensor.size() > 0)
      tensor[static_cast<int64_t>(std::mt19937_64(seed)() %
                                  static_cast<uint64_t>(tensor.size()))] = 1;
    break;
  case InputKind::Denormal:
    fillNormal(tensor, 1e-41, seed);
    break;
  }
  return tensor;
}

} // namespace bnopt::reference
