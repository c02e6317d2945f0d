//===- Target.h - What code is generated for ------------------------------===//

#ifndef BNOPT_COMPILER_TARGET_H
#define BNOPT_COMPILER_TARGET_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>

namespace bnopt {

/// The levels of the x86-64 ABI that code is generated for, in ascending
/// order of their instruction sets.
enum class X86Level { v2, v3, v4 };

/// A machine that code is generated for.
class Target {
public:
  /// The target called `name`: `native`, `x86-64-v2`, `x86-64-v3` or
  /// `x86-64-v4`. Fails on any other name, with the known ones in the message,
  /// and on `native` when this machine is below `x86-64-v2`.
  static llvm::Expected<Target> parse(llvm::StringRef name);

  /// The name it was parsed from.
  llvm::StringRef name() const { return targetName; }

  /// The level whose instructions may be used. `native` may use more, see
  /// `cpu()`.
  X86Level level() const { return x86Level; }

  bool isNative() const { return targetName == "native"; }

  /// LLVM's name of the processor: the host's for `native`, else the level's.
  std::string cpu() const;

  /// The instruction sets that generated code may use, as the descriptor of a
  /// model states them: the level and, for `native`, this machine's further
  /// vector features, joined by '+'.
  std::string requirements() const;

  /// Size of a vector register in bytes: 16, 32 or 64.
  unsigned vectorBytes() const;

  /// Number of vector registers: 16, or 32 with AVX-512.
  unsigned registerCount() const;

private:
  Target(std::string name, X86Level level)
      : targetName(std::move(name)), x86Level(level) {}

  std::string targetName;
  X86Level x86Level;
};

/// The x86-64 triple that all objects are generated for.
llvm::StringRef hostTriple();

} // namespace bnopt

#endif // BNOPT_COMPILER_TARGET_H
