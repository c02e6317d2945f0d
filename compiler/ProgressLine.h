//===- ProgressLine.h - Long work on a terminal ---------------------------===//

#ifndef BNOPT_COMPILER_PROGRESSLINE_H
#define BNOPT_COMPILER_PROGRESSLINE_H

#include "llvm/Support/Process.h"
#include "llvm/Support/raw_ostream.h"

namespace bnopt {

/// One line that is rewritten while something takes long, on a terminal only,
/// and goes when it is done.
class ProgressLine {
public:
  explicit ProgressLine(llvm::StringRef what)
      : what(what), isShown(llvm::sys::Process::StandardErrIsDisplayed()) {}
  ProgressLine(const ProgressLine &) = delete;
  ProgressLine &operator=(const ProgressLine &) = delete;
  ~ProgressLine() {
    if (isShown)
      llvm::errs() << "\r\033[K";
  }

  void update(size_t done, size_t total) {
    if (isShown)
      llvm::errs() << "\r" << what << ": " << done << " of " << total;
  }

private:
  llvm::StringRef what;
  bool isShown;
};

} // namespace bnopt

#endif // BNOPT_COMPILER_PROGRESSLINE_H
