//===- HugeBuffer.h - Memory on huge pages --------------------------------===//

#ifndef BNOPT_TOOLS_BNBENCH_HUGEBUFFER_H
#define BNOPT_TOOLS_BNBENCH_HUGEBUFFER_H

#include <cstddef>
#include <span>

namespace bnopt {

/// Zeroed memory at the start of a page, on huge pages where the system gives
/// them on advice. Every page is there from the start. Aborts where there is no
/// memory.
class HugeBuffer {
public:
  explicit HugeBuffer(size_t bytes);
  HugeBuffer(HugeBuffer &&other) noexcept;
  HugeBuffer(const HugeBuffer &) = delete;
  HugeBuffer &operator=(const HugeBuffer &) = delete;
  HugeBuffer &operator=(HugeBuffer &&) = delete;
  ~HugeBuffer();

  void *data() const { return memory; }
  std::span<float> floats() const {
    return {static_cast<float *>(memory), bytes / sizeof(float)};
  }

private:
  void *memory;
  size_t bytes, mapped;
};

} // namespace bnopt

#endif // BNOPT_TOOLS_BNBENCH_HUGEBUFFER_H
