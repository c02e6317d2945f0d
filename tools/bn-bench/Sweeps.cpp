//===- Sweeps.cpp - What memory gives to the simplest loops ---------------===//

#include "Sweeps.h"

#include <atomic>
#include <immintrin.h>

using namespace bnopt;

namespace {
/// A part of the tensors, a multiple of 64 elements.
struct Part {
  const float *first, *second;
  float *result;
  size_t size;
};

using Loop = void(const Part &);

/// Elements of a step, which reads four cache lines of a tensor.
constexpr size_t step = 64;

constexpr size_t piecesPerMember = 16;
} // namespace

// The empty assembly keeps a sum alive that nobody reads.

//===----------------------------------------------------------------------===//
// 512 bits
//===----------------------------------------------------------------------===//

__attribute__((target("avx512f"))) static void readV4(const Part &part) {
  __m512 sums[4] = {};
  for (size_t i = 0; i < part.size; i += step)
    for (size_t j = 0; j < 4; ++j)
      sums[j] = _mm512_add_ps(sums[j], _mm512_load_ps(part.first + i + 16 * j));
  for (__m512 &sum : sums)
    asm volatile("" : "+v"(sum));
}

__attribute__((target("avx512f"))) static void readTwoV4(const Part &part) {
  __m512 sums[4] = {};
  for (size_t i = 0; i < part.size; i += step)
    for (size_t j = 0; j < 4; ++j)
      sums[j] = _mm512_add_ps(
          sums[j], _mm512_add_ps(_mm512_load_ps(part.first + i + 16 * j),
                                 _mm512_load_ps(part.second + i + 16 * j)));
  for (__m512 &sum : sums)
    asm volatile("" : "+v"(sum));
}

template <bool past>
__attribute__((target("avx512f"))) static void copyV4(const Part &part) {
  for (size_t i = 0; i < part.size; i += step)
    for (size_t j = 0; j < 4; ++j) {
      __m512 value = _mm512_load_ps(part.first + i + 16 * j);
      if (past)
        _mm512_stream_ps(part.result + i + 16 * j, value);
      else
        _mm512_store_ps(part.result + i + 16 * j, value);
    }
}

template <bool past>
__attribute__((target("avx512f"))) static void mergeV4(const Part &part) {
  for (size_t i = 0; i < part.size; i += step)
    for (size_t j = 0; j < 4; ++j) {
      __m512 value = _mm512_add_ps(_mm512_load_ps(part.first + i + 16 * j),
                                   _mm512_load_ps(part.second + i + 16 * j));
      if (past)
        _mm512_stream_ps(part.result + i + 16 * j, value);
      else
        _mm512_store_ps(part.result + i + 16 * j, value);
    }
}

//===----------------------------------------------------------------------===//
// 128 bits, which every x86-64 has
//===----------------------------------------------------------------------===//

static void readV2(const Part &part) {
  __m128 sums[4] = {};
  for (size_t i = 0; i < part.size; i += 16)
    for (size_t j = 0; j < 4; ++j)
      sums[j] = _mm_add_ps(sums[j], _mm_load_ps(part.first + i + 4 * j));
  for (__m128 &sum : sums)
    asm volatile("" : "+x"(sum));
}

static void readTwoV2(const Part &part) {
  __m128 sums[4] = {};
  for (size_t i = 0; i < part.size; i += 16)
    for (size_t j = 0; j < 4; ++j)
      sums[j] =
          _mm_add_ps(sums[j], _mm_add_ps(_mm_load_ps(part.first + i + 4 * j),
                                         _mm_load_ps(part.second + i + 4 * j)));
  for (__m128 &sum : sums)
    asm volatile("" : "+x"(sum));
}

template <bool past>
static void copyV2(const Part &part) {
  for (size_t i = 0; i < part.size; i += 4) {
    __m128 value = _mm_load_ps(part.first + i);
    if (past)
      _mm_stream_ps(part.result + i, value);
    else
      _mm_store_ps(part.result + i, value);
  }
}

template <bool past>
static void mergeV2(const Part &part) {
  for (size_t i = 0; i < part.size; i += 4) {
    __m128 value =
        _mm_add_ps(_mm_load_ps(part.first + i), _mm_load_ps(part.second + i));
    if (past)
      _mm_stream_ps(part.result + i, value);
    else
      _mm_store_ps(part.result + i, value);
  }
}

//===----------------------------------------------------------------------===//
// Choice
//===----------------------------------------------------------------------===//

static Loop *getLoop(Sweep sweep) {
  const bool isWide = __builtin_cpu_supports("avx512f");
  switch (sweep) {
  case Sweep::Read:
    return isWide ? readV4 : readV2;
  case Sweep::ReadTwo:
    return isWide ? readTwoV4 : readTwoV2;
  case Sweep::Copy:
    return isWide ? copyV4<false> : copyV2<false>;
  case Sweep::CopyPast:
    return isWide ? copyV4<true> : copyV2<true>;
  case Sweep::Merge:
    return isWide ? mergeV4<false> : mergeV2<false>;
  case Sweep::MergePast:
    return isWide ? mergeV4<true> : mergeV2<true>;
  }
  __builtin_unreachable();
}

std::string bnopt::getSweepName(Sweep sweep) {
  switch (sweep) {
  case Sweep::Read:
    return "read";
  case Sweep::ReadTwo:
    return "read_two";
  case Sweep::Copy:
    return "copy";
  case Sweep::CopyPast:
    return "copy_non_temporal";
  case Sweep::Merge:
    return "merge";
  case Sweep::MergePast:
    return "merge_non_temporal";
  }
  __builtin_unreachable();
}

int bnopt::getNumTensors(Sweep sweep) {
  switch (sweep) {
  case Sweep::Read:
    return 1;
  case Sweep::ReadTwo:
  case Sweep::Copy:
  case Sweep::CopyPast:
    return 2;
  case Sweep::Merge:
  case Sweep::MergePast:
    return 3;
  }
  __builtin_unreachable();
}

double bnopt::measureSweep(Sweep sweep, Team &team,
                           std::span<const float> first,
                           std::span<const float> second,
                           std::span<float> result) {
  Loop *loop = getLoop(sweep);
  // Pieces of which whoever is free takes the next: nobody waits for a member
  // that the system has stopped.
  const size_t steps = first.size() / step,
               count = piecesPerMember * team.size();
  std::atomic<size_t> next = 0;
  return team.run([&](int) {
    for (size_t piece; (piece = next++) < count;) {
      // The last piece takes up to 63 elements less than there are.
      const size_t begin = steps * piece / count * step,
                   end = steps * (piece + 1) / count * step;
      loop({first.data() + begin, second.data() + begin, result.data() + begin,
            end - begin});
    }
    _mm_sfence();
  });
}
