//===- HalideErrors.cpp - Halide's complaints as errors -------------------===//

#include "compiler/halide/HalideErrors.h"

#include "Halide.h"

#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/StringExtras.h"

#include <mutex>

using namespace bnopt;

/// Where warnings of the current thread go. Halide's reporter is one per
/// process, while kernels are compiled by several threads, so the thread is
/// the only thing that tells them apart.
static thread_local std::vector<std::string> *currentWarnings = nullptr;

namespace {
class Reporter : public Halide::CompileTimeErrorReporter {
public:
  void warning(const char *message) override {
    if (currentWarnings)
      currentWarnings->push_back(message);
  }
  [[noreturn]] void error(const char *message) override {
    throw Halide::CompileError(message);
  }
};
} // namespace

static void installReporter() {
  static std::once_flag installed;
  std::call_once(installed, [] {
    // Halide keeps the pointer until the process ends.
    static Reporter reporter;
    Halide::set_custom_compile_time_error_reporter(&reporter);
  });
}

/// One line, in the house form: no line ends, no period, no "Error:" before it.
static std::string toOneLine(llvm::StringRef message) {
  llvm::SmallVector<llvm::StringRef> lines;
  message.trim().split(lines, '\n', -1, false);
  for (llvm::StringRef &line : lines)
    line = line.trim();
  llvm::StringRef joined;
  std::string text = llvm::join(lines, " ");
  joined = text;
  joined.consume_front("Error: ");
  joined.consume_front("Warning: ");
  return joined.rtrim('.').str();
}

llvm::Error bnopt::catchHalideErrors(llvm::function_ref<llvm::Error()> body,
                                     std::vector<std::string> &warnings) {
  installReporter();
  std::vector<std::string> collected;
  currentWarnings = &collected;
  auto reset = llvm::scope_exit([] { currentWarnings = nullptr; });
  try {
    if (llvm::Error error = body())
      return error;
  } catch (const Halide::Error &error) {
    return llvm::createStringError(toOneLine(error.what()));
  }
  for (const std::string &warning : collected) {
    // Loads and stores convert; there is no other arithmetic in 16 bits.
    if (llvm::StringRef(warning).contains("float16 type operation is emulated"))
      continue;
    if (llvm::StringRef(warning).contains("guaranteed to fail"))
      return llvm::createStringError(toOneLine(warning));
    warnings.push_back(toOneLine(warning));
  }
  return llvm::Error::success();
}
