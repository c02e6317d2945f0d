// Which targets this machine is said to run.

#include "runtime/cpu.h"

#include "gtest/gtest.h"

#include <fstream>
#include <sstream>
#include <string>

namespace {

bool supports(const char *target) {
  char missing[32];
  return bnoptSupportsTarget(target, missing, sizeof missing);
}

/// The kernel's own list.
bool kernelReports(const std::string &flag) {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (!line.starts_with("flags"))
      continue;
    std::istringstream words(line);
    for (std::string word; words >> word;)
      if (word == flag)
        return true;
    return false;
  }
  return false;
}

TEST(CpuTest, BaselineRunsEverywhere) { EXPECT_TRUE(supports("x86-64")); }

TEST(CpuTest, AgreesWithTheKernel) {
  EXPECT_EQ(supports("fma"), kernelReports("fma"));
  EXPECT_EQ(supports("avx2"), kernelReports("avx2"));
  EXPECT_EQ(supports("bmi2"), kernelReports("bmi2"));
  EXPECT_EQ(supports("avx512f"), kernelReports("avx512f"));
  EXPECT_EQ(supports("avx512vnni"), kernelReports("avx512_vnni"));
  EXPECT_EQ(supports("avx512bf16"), kernelReports("avx512_bf16"));
  EXPECT_EQ(supports("amx-tile"), kernelReports("amx_tile"));
}

TEST(CpuTest, LevelsInclude) {
  EXPECT_EQ(supports("x86-64-v3"),
            supports("x86-64-v2+avx+avx2+bmi+bmi2+f16c+fma+lzcnt+movbe"));
  if (supports("x86-64-v4")) {
    EXPECT_TRUE(supports("x86-64-v3+avx512f"));
  }
}

TEST(CpuTest, NamesWhatIsMissing) {
  char missing[32];
  EXPECT_FALSE(
      bnoptSupportsTarget("x86-64+sse3+quantum+avx", missing, sizeof missing));
  EXPECT_STREQ(missing, "quantum");
}

} // namespace
