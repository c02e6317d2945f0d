//===- HugeBuffer.cpp - Memory on huge pages ------------------------------===//

#include "HugeBuffer.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sys/mman.h>
#include <utility>

using namespace bnopt;

static constexpr size_t hugePage = size_t(2) << 20;

HugeBuffer::HugeBuffer(size_t bytes)
    : bytes(bytes), mapped((bytes / hugePage + 2) * hugePage) {
  // A whole huge page more, so that the buffer can start at one.
  void *base = mmap(nullptr, mapped, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (base == MAP_FAILED) {
    std::perror("bn-bench: mmap");
    std::abort();
  }
  auto address = reinterpret_cast<size_t>(base);
  const size_t start = (address + hugePage - 1) / hugePage * hugePage;
  if (start > address)
    munmap(base, start - address);
  mapped -= start - address;
  memory = reinterpret_cast<void *>(start);
  madvise(memory, mapped, MADV_HUGEPAGE);
  std::memset(memory, 0, bytes);
}

HugeBuffer::HugeBuffer(HugeBuffer &&other) noexcept
    : memory(std::exchange(other.memory, nullptr)), bytes(other.bytes),
      mapped(other.mapped) {}

HugeBuffer::~HugeBuffer() {
  if (memory)
    munmap(memory, mapped);
}
