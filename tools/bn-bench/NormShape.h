//===- NormShape.h - Activations to normalize -----------------------------===//

#ifndef BNOPT_TOOLS_BNBENCH_NORMSHAPE_H
#define BNOPT_TOOLS_BNBENCH_NORMSHAPE_H

#include "compiler/norms/NormKernels.h"

#include <string>
#include <vector>

namespace bnopt {

enum class NormKind { Batch, Layer, RMS, Group, Instance };

/// A tensor that is normalized.
struct NormShape {
  /// Batch, channels, spatial dimensions; of layer and RMS norm, whose last
  /// dimension is normalized, as they lie in memory.
  std::vector<int64_t> sizes;
  ChannelOrder order;
  NormKind kind = NormKind::Batch;
  /// Of channels that are normalized together, of a group norm.
  int64_t groups = 1;

  bool isOfRows() const {
    return kind == NormKind::Layer || kind == NormKind::RMS;
  }
  int64_t elements() const;
  /// Elements of the scale.
  int64_t parameters() const { return isOfRows() ? sizes.back() : sizes[1]; }
  /// Sets of elements that are normalized together, and how large they are.
  int64_t sets() const;
  int64_t elementsPerSet() const { return elements() / sets(); }
  /// Whether a set stays in the cache until it has been normalized, so that it
  /// need not be read twice.
  bool isReadOnce() const;
  /// Elements of one channel that follow each other in memory.
  int64_t channelRun() const;
  /// Calls `body(index, set, parameter)` for each element, as they lie in
  /// memory.
  template <typename Body>
  void forEach(Body &&body) const {
    const int64_t count = elements();
    if (isOfRows()) {
      for (int64_t i = 0; i < count; ++i)
        body(i, i / sizes.back(), i % sizes.back());
      return;
    }
    const int64_t run = channelRun(), perSample = count / sizes[0];
    for (int64_t i = 0, channel = 0; i < count;
         channel = (channel + 1) % sizes[1]) {
      const int64_t set = getSet(i / perSample, channel);
      for (const int64_t end = i + run; i < end; ++i)
        body(i, set, channel);
    }
  }
  /// `32x64x112x112`.
  std::string sizeText() const;
  /// `nchw` or `nhwc`, whatever the rank, or `rows`.
  std::string orderText() const;
  /// `batch_norm`.
  std::string kindText() const;
  /// Order, and kind unless it is batch norm.
  std::string nameText() const;

private:
  int64_t getSet(int64_t sample, int64_t channel) const;
};

/// The sizes of all batch normalizations of ResNet-50 v1.5 (arXiv 1512.03385,
/// with the strides on the 3×3 convolutions) of `batch` images of 224×224,
/// each once, in the order of the network.
std::vector<std::vector<int64_t>> getResNet50NormSizes(int64_t batch);

/// Sizes that other norms than batch norm are met with.
std::vector<std::vector<int64_t>> getUsualNormSizes(NormKind kind);

} // namespace bnopt

#endif // BNOPT_TOOLS_BNBENCH_NORMSHAPE_H
