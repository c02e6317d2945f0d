//===- NormShape.cpp - Activations to normalize ---------------------------===//

#include "NormShape.h"

#include <algorithm>
#include <functional>
#include <numeric>

using namespace bnopt;

int64_t NormShape::elements() const {
  return std::accumulate(sizes.begin(), sizes.end(), int64_t(1),
                         std::multiplies<>());
}

int64_t NormShape::channelRun() const {
  return order == ChannelOrder::Last ? 1 : elements() / (sizes[0] * sizes[1]);
}

std::string NormShape::sizeText() const {
  std::string text;
  for (int64_t size : sizes)
    text += (text.empty() ? "" : "x") + std::to_string(size);
  return text;
}

std::string NormShape::orderText() const {
  if (isOfRows())
    return "rows";
  return order == ChannelOrder::First ? "nchw" : "nhwc";
}

std::string NormShape::kindText() const {
  switch (kind) {
  case NormKind::Batch:
    return "batch_norm";
  case NormKind::Layer:
    return "layer_norm";
  case NormKind::RMS:
    return "rms_norm";
  case NormKind::Group:
    return "group_norm";
  case NormKind::Instance:
    return "instance_norm";
  }
  __builtin_unreachable();
}

std::string NormShape::nameText() const {
  if (kind == NormKind::Batch)
    return orderText();
  return kindText() + " " + orderText();
}

int64_t NormShape::sets() const {
  switch (kind) {
  case NormKind::Batch:
    return sizes[1];
  case NormKind::Layer:
  case NormKind::RMS:
    return elements() / sizes.back();
  case NormKind::Group:
    return sizes[0] * groups;
  case NormKind::Instance:
    return sizes[0] * sizes[1];
  }
  __builtin_unreachable();
}

int64_t NormShape::getSet(int64_t sample, int64_t channel) const {
  return kind == NormKind::Batch
             ? channel
             : (sample * sizes[1] + channel) * sets() / (sizes[0] * sizes[1]);
}

bool NormShape::isReadOnce() const {
  // Of each of input and output gradient: together, half of a second-level
  // cache.
  constexpr int64_t mostElements = 1 << 17;
  return kind != NormKind::Batch && elementsPerSet() <= mostElements;
}

std::vector<std::vector<int64_t>> bnopt::getResNet50NormSizes(int64_t batch) {
  std::vector<std::vector<int64_t>> result;
  const auto add = [&](int64_t channels, int64_t side) {
    const std::vector<int64_t> sizes = {batch, channels, side, side};
    if (std::find(result.begin(), result.end(), sizes) == result.end())
      result.push_back(sizes);
  };
  // The stem, before its pool.
  add(64, 112);
  const int blocks[] = {3, 4, 6, 3};
  int64_t width = 64, side = 56;
  for (int stage = 0; stage < 4; ++stage, width *= 2) {
    for (int block = 0; block < blocks[stage]; ++block) {
      const int64_t stride = stage > 0 && block == 0 ? 2 : 1;
      add(width, side);              // 1×1
      add(width, side / stride);     // 3×3
      add(4 * width, side / stride); // 1×1, and the projection of the shortcut
      side /= stride;
    }
  }
  return result;
}

std::vector<std::vector<int64_t>> bnopt::getUsualNormSizes(NormKind kind) {
  switch (kind) {
  case NormKind::Batch:
    return getResNet50NormSizes(/*batch=*/32);
  case NormKind::Layer:
  case NormKind::RMS:
    return {{8192, 1024}, {4096, 768}, {32, 197, 768}};
  case NormKind::Group:
    return {{16, 256, 56, 56}};
  case NormKind::Instance:
    return {{16, 64, 112, 112}};
  }
  __builtin_unreachable();
}
