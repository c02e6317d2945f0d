//===- NormShape.h - Activations to normalize -----------------------------===//

#ifndef BNOPT_TOOLS_BNBENCH_NORMSHAPE_H
#define BNOPT_TOOLS_BNBENCH_NORMSHAPE_H

#include "compiler/norms/NormKernels.h"

#include <string>
#include <vector>

namespace bnopt {

/// A tensor that is normalized per channel.
struct NormShape {
  /// Batch, channels, spatial dimensions.
  std::vector<int64_t> sizes;
  ChannelOrder order;

  int64_t channels() const { return sizes[1]; }
  int64_t elements() const;
  int64_t elementsPerChannel() const { return elements() / channels(); }
  /// Elements of one channel that follow each other in memory.
  int64_t channelRun() const;
  /// Calls `body(index, channel)` for each element, as they lie in memory.
  template <typename Body>
  void forEach(Body &&body) const {
    const int64_t count = elements(), run = channelRun();
    for (int64_t i = 0, channel = 0; i < count;
         channel = (channel + 1) % channels())
      for (const int64_t end = i + run; i < end; ++i)
        body(i, channel);
  }
  /// `32x64x112x112`.
  std::string sizeText() const;
  /// `nchw` or `nhwc`, whatever the rank.
  std::string orderText() const;
};

/// The sizes of all batch normalizations of ResNet-50 v1.5 (arXiv 1512.03385,
/// with the strides on the 3×3 convolutions) of `batch` images of 224×224,
/// each once, in the order of the network.
std::vector<std::vector<int64_t>> getResNet50NormSizes(int64_t batch);

} // namespace bnopt

#endif // BNOPT_TOOLS_BNBENCH_NORMSHAPE_H
