/// Runs the same inputs through something else and looks at the difference.

#ifndef BNOPT_TOOLS_BNRUN_COMPARISON_H
#define BNOPT_TOOLS_BNRUN_COMPARISON_H

#include "tools/bn-run/Session.h"

namespace bnopt {

/// How far an output is from the peer's.
struct OutputError {
  std::string name;
  double maxAbsolute = 0;
  /// max |difference| / max |reference|; infinite when one side is not a
  /// number where the other is.
  double maxRelative = 0;
};

/// Compares two f32 tensors of one shape.
OutputError compareOutput(const std::string &name, const Tensor &output,
                          const Tensor &reference);

/// Latencies in milliseconds, in the order of the runs.
struct Latencies {
  std::vector<double> own, peer;
};

struct Comparison {
  /// Name and version.
  std::string peer;
  Latencies latencies;
  std::vector<OutputError> errors;
};

/// Measures the library and ONNX Runtime in turns, so that both see the same
/// state of the machine, with the same inputs and number of threads.
Comparison compareWithOnnxRuntime(const Session &session,
                                  const RunOptions &options);

/// Measures the library alone and compares with `bn-opt --interpret`.
Comparison compareWithReference(const Session &session,
                                const RunOptions &options);

/// The library's latencies: `repeat` runs after `warmup` ones.
std::vector<double> measureAlone(const Session &session,
                                 const RunOptions &options);

} // namespace bnopt

#endif // BNOPT_TOOLS_BNRUN_COMPARISON_H
