//===- Target.cpp - What code is generated for ----------------------------===//

#include "compiler/Target.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/TargetParser/Host.h"

#include <optional>

using namespace bnopt;

/// The highest level of the psABI that this machine has in full, as the check
/// of a compiled library asks for it (runtime/cpu.c).
static std::optional<X86Level> detectLevel() {
  llvm::StringMap<bool> features = llvm::sys::getHostCPUFeatures();
  auto hasAll = [&](std::initializer_list<llvm::StringRef> names) {
    return llvm::all_of(
        names, [&](llvm::StringRef name) { return features.lookup(name); });
  };
  if (!hasAll({"cx16", "popcnt", "sahf", "sse3", "sse4.1", "sse4.2", "ssse3"}))
    return std::nullopt;
  if (!hasAll({"avx", "avx2", "bmi", "bmi2", "f16c", "fma", "lzcnt", "movbe",
               "xsave"}))
    return X86Level::v2;
  if (!hasAll({"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"}))
    return X86Level::v3;
  return X86Level::v4;
}

llvm::Expected<Target> Target::parse(llvm::StringRef name) {
  std::optional<X86Level> level =
      llvm::StringSwitch<std::optional<X86Level>>(name)
          .Case("x86-64-v2", X86Level::v2)
          .Case("x86-64-v3", X86Level::v3)
          .Case("x86-64-v4", X86Level::v4)
          .Default(std::nullopt);
  if (name == "native") {
    level = detectLevel();
    if (!level)
      return llvm::createStringError(
          "target 'native' needs at least x86-64-v2, but this machine lacks "
          "SSE4.2");
  }
  if (!level)
    return llvm::createStringError(
        "unknown target '" + name.str() +
        "'; known targets are native, x86-64-v2, x86-64-v3, x86-64-v4");
  return Target(name.str(), *level);
}

std::string Target::cpu() const {
  return isNative() ? llvm::sys::getHostCPUName().str() : targetName;
}

static llvm::StringRef levelName(X86Level level) {
  switch (level) {
  case X86Level::v2:
    return "x86-64-v2";
  case X86Level::v3:
    return "x86-64-v3";
  case X86Level::v4:
    return "x86-64-v4";
  }
  llvm_unreachable("every level has a name");
}

std::string Target::requirements() const {
  std::string names = levelName(x86Level).str();
  if (!isNative())
    return names;
  llvm::StringMap<bool> features = llvm::sys::getHostCPUFeatures();
  for (llvm::StringRef feature :
       {"avx512ifma", "avx512vbmi", "avx512vbmi2", "avx512vnni", "avx512bitalg",
        "avx512vpopcntdq", "avx512bf16"})
    if (features.lookup(feature))
      names += ("+" + feature).str();
  return names;
}

unsigned Target::vectorBytes() const {
  switch (x86Level) {
  case X86Level::v2:
    return 16;
  case X86Level::v3:
    return 32;
  case X86Level::v4:
    return 64;
  }
  llvm_unreachable("every level has a vector size");
}

unsigned Target::registerCount() const {
  return x86Level == X86Level::v4 ? 32 : 16;
}

llvm::StringRef bnopt::hostTriple() { return "x86_64-unknown-linux-gnu"; }
