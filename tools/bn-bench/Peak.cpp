//===- Peak.cpp - What one core of this machine can do --------------------===//

#include "Peak.h"

#include <chrono>
#include <cstring>
#include <immintrin.h>
#include <vector>

using namespace bnopt;

/// Latency of 4 cycles at 2 multiply-adds per cycle needs 8 accumulators.
static constexpr int accumulators = 12;
/// Short enough that a burst now and then has the core to itself.
static constexpr int64_t iterations = 10000;

// The empty assembly keeps the compiler from merging equal accumulators and
// from dropping the loop.

__attribute__((target("avx512f"))) static void runV4() {
  __m512 sums[accumulators];
  for (__m512 &sum : sums)
    sum = _mm512_set1_ps(1.0f);
  __m512 factor = _mm512_set1_ps(0.5f), addend = _mm512_set1_ps(0.5f);
  for (int64_t i = 0; i < iterations; ++i)
    for (__m512 &sum : sums) {
      sum = _mm512_fmadd_ps(sum, factor, addend);
      asm volatile("" : "+v"(sum));
    }
}

__attribute__((target("avx2,fma"))) static void runV3() {
  __m256 sums[accumulators];
  for (__m256 &sum : sums)
    sum = _mm256_set1_ps(1.0f);
  __m256 factor = _mm256_set1_ps(0.5f), addend = _mm256_set1_ps(0.5f);
  for (int64_t i = 0; i < iterations; ++i)
    for (__m256 &sum : sums) {
      sum = _mm256_fmadd_ps(sum, factor, addend);
      asm volatile("" : "+x"(sum));
    }
}

static void runV2() {
  __m128 sums[accumulators];
  for (__m128 &sum : sums)
    sum = _mm_set1_ps(1.0f);
  __m128 factor = _mm_set1_ps(0.5f), addend = _mm_set1_ps(0.5f);
  for (int64_t i = 0; i < iterations; ++i)
    for (__m128 &sum : sums) {
      sum = _mm_add_ps(_mm_mul_ps(sum, factor), addend);
      asm volatile("" : "+x"(sum));
    }
}

template <typename Body>
static double measureSeconds(Body &&body) {
  auto start = std::chrono::steady_clock::now();
  body();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
      .count();
}

double bnopt::measurePeakBurst(X86Level level) {
  int lanes = level == X86Level::v4 ? 16 : level == X86Level::v3 ? 8 : 4;
  double flops = 2.0 * lanes * accumulators * iterations;
  double seconds = measureSeconds(level == X86Level::v4   ? runV4
                                  : level == X86Level::v3 ? runV3
                                                          : runV2);
  return flops / seconds * 1e-9;
}

double bnopt::measureCopy() {
  constexpr size_t bytes = size_t(64) << 20;
  static std::vector<char> from(bytes, 1), to(bytes, 2);
  double seconds =
      measureSeconds([] { std::memcpy(to.data(), from.data(), bytes); });
  return 2.0 * bytes / seconds * 1e-9;
}
