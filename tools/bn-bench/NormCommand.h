//===- NormCommand.h - bn-bench norm --------------------------------------===//

#ifndef BNOPT_TOOLS_BNBENCH_NORMCOMMAND_H
#define BNOPT_TOOLS_BNBENCH_NORMCOMMAND_H

#include "llvm/Support/CommandLine.h"

namespace bnopt {

extern llvm::cl::SubCommand normCommand;

/// What all commands have in common.
struct BenchOptions {
  std::string target;
  double seconds;
  bool json;
};

/// Measures batch norm as the command line asks, and returns the exit status:
/// 1 where something fails or, with --check, misses its limits.
int runNorm(const BenchOptions &common);

} // namespace bnopt

#endif // BNOPT_TOOLS_BNBENCH_NORMCOMMAND_H
