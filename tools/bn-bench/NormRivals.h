//===- NormRivals.h - PyTorch, eager and compiled -------------------------===//

#ifndef BNOPT_TOOLS_BNBENCH_NORMRIVALS_H
#define BNOPT_TOOLS_BNBENCH_NORMRIVALS_H

#include "NormProblem.h"

#include "runtime/Tensor.h"
#include "tools/bn-run/Process.h"

#include <memory>

namespace bnopt {

/// How PyTorch gets its memory: kept by the allocator and on huge pages, or as
/// it comes, with the page faults of fresh memory in every run.
enum class RivalMemory { Kept, AsItComes };

/// One process with PyTorch in it. Throws RuntimeError.
class NormRival {
public:
  NormRival(const std::string &python, RivalMemory memory);

  /// As in `torch 2.15.0`.
  const std::string &version() const { return name; }

  /// Makes inputs, and forgets all cases.
  void setShape(const NormShape &shape);

  /// `how` is `eager` or `compile`.
  void addCase(const std::string &caseName, Direction direction,
               const std::string &how, int threads);

  /// Appends the seconds of `count` runs; returns page faults of a run.
  int64_t run(const std::string &caseName, int count,
              std::vector<double> &seconds);

private:
  std::string ask(const std::string &command);

  std::unique_ptr<Process> process;
  std::string name;
};

/// The Python that has PyTorch: of BNOPT_TORCH_PYTHON, or of the environment
/// that `tools/setup --with-torch` makes; nothing where there is none.
std::optional<std::string> findTorchPython();

} // namespace bnopt

#endif // BNOPT_TOOLS_BNBENCH_NORMRIVALS_H
