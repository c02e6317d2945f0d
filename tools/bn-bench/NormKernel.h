//===- NormKernel.h - A compiled normalization ----------------------------===//

#ifndef BNOPT_TOOLS_BNBENCH_NORMKERNEL_H
#define BNOPT_TOOLS_BNBENCH_NORMKERNEL_H

#include "NormProblem.h"

#include "runtime/ModelLibrary.h"

#include <memory>

namespace bnopt {

/// The library that `bn-opt --kernel` makes of a norm, loaded, to run on the
/// data of a problem.
class NormKernel {
public:
  static llvm::Expected<std::unique_ptr<NormKernel>>
  build(const NormProblem &problem, Direction direction,
        const std::string &target);

  void setThreads(int threads) const { library->model().set_threads(threads); }

  /// Seconds of one run.
  double measure() const;

private:
  std::unique_ptr<ModelLibrary> library;
  std::unique_ptr<HugeBuffer> workspace;
  std::vector<const void *> inputs;
  std::vector<void *> outputs;
};

} // namespace bnopt

#endif // BNOPT_TOOLS_BNBENCH_NORMKERNEL_H
