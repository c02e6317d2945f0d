//===- ScheduleTest.h - Generated kernels against the reference -----------===//

#ifndef BNOPT_TEST_UNIT_COMPILER_SCHEDULETEST_H
#define BNOPT_TEST_UNIT_COMPILER_SCHEDULETEST_H

#include "compiler/halide/LoadedKernels.h"
#include "compiler/reference/Interpreter.h"
#include "dialect/Kernel/KernelOps.h"

#include "mlir/IR/OwningOpRef.h"

#include <gtest/gtest.h>

#include <optional>

namespace bnopt {

/// A kernel to generate, and how its buffers lie.
struct KernelCase {
  /// What the test is about.
  std::string name;
  /// A `kernel.func` called @k.
  std::string text;
  /// The argument whose memory the result gets.
  std::optional<unsigned> aliased = std::nullopt;
};

/// `tensor<1x2x3xf32>` of `shape`.
std::string getType(llvm::ArrayRef<int64_t> shape);

/// The `kernel.layout` of a channels-last tensor that is a slice of
/// `bufferChannels` channels (0: all of its own), with `halo` (empty, or low
/// and high per dimension).
std::string getLayout(llvm::ArrayRef<int64_t> shape,
                      llvm::ArrayRef<int64_t> halo = {},
                      int64_t bufferChannels = 0);

/// `{kernel.layout = …}`.
std::string withLayout(llvm::StringRef layout);

/// One operand of a kernel: its shape, and its layout's text where it is not
/// row-major.
struct Operand {
  llvm::SmallVector<int64_t> shape;
  std::string layout = "";
};

/// A channels-last operand.
Operand lastC(llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<int64_t> halo = {},
              int64_t bufferChannels = 0);

/// A kernel of `arguments` %a, %b, …; `body` defines %y. In body and
/// attributes A, B, C and Y stand for the types of arguments and result.
KernelCase makeCase(std::string name, llvm::ArrayRef<Operand> arguments,
                    const Operand &result, std::string body,
                    std::string attributes = "");

/// Runs kernels on seeded random data on every target that this machine can
/// run, and compares them with the reference interpreter. Memory between and
/// around the elements is poisoned: reading it shows in the result, and
/// writing it fails the test.
class ScheduleTest : public ::testing::TestWithParam<const char *> {
protected:
  ScheduleTest();

  /// Checks all `cases`; compiled together, because that is what takes time.
  void check(llvm::ArrayRef<KernelCase> cases, const EmitOptions &options = {});

  mlir::MLIRContext context;
};

/// The targets, as parameters of a test.
inline auto allTargets() {
  return ::testing::Values("native", "x86-64-v3", "x86-64-v2");
}

/// `x86_64_v3` for "x86-64-v3".
std::string
getTargetTestName(const ::testing::TestParamInfo<const char *> &info);

} // namespace bnopt

#endif // BNOPT_TEST_UNIT_COMPILER_SCHEDULETEST_H
