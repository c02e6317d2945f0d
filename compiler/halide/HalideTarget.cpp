//===- HalideTarget.cpp - Targets in Halide's terms -----------------------===//

#include "compiler/halide/HalideTarget.h"

using namespace bnopt;

static std::vector<Halide::Target::Feature> getLevelFeatures(X86Level level) {
  using Halide::Target;
  std::vector<Target::Feature> features = {Target::SSE41};
  if (level >= X86Level::v3)
    features.insert(features.end(),
                    {Target::AVX, Target::AVX2, Target::FMA, Target::F16C});
  if (level >= X86Level::v4)
    features.insert(features.end(), {Target::AVX512, Target::AVX512_Skylake});
  return features;
}

Halide::Target bnopt::getHalideTarget(const Target &target,
                                      bool sanitizeThread) {
  Halide::Target result(Halide::Target::Linux, Halide::Target::X86, 64,
                        getLevelFeatures(target.level()));
  result.set_feature(Halide::Target::NoRuntime);
  result.set_feature(Halide::Target::NoBoundsQuery);
  result.set_feature(Halide::Target::TSAN, sanitizeThread);
  return result;
}

VectorUnit bnopt::getVectorUnit(const Target &target) {
  return {static_cast<int64_t>(target.vectorBytes() / sizeof(float)),
          target.registerCount()};
}
