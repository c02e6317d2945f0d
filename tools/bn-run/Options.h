/// The command line of bn-run.

#ifndef BNOPT_TOOLS_BNRUN_OPTIONS_H
#define BNOPT_TOOLS_BNRUN_OPTIONS_H

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bnopt {

struct InputFile {
  /// Empty: the model's only input.
  std::string name;
  std::string path;
};

enum class Peer { None, OnnxRuntime, Reference };

struct RunOptions {
  std::string library;
  std::vector<InputFile> inputs;
  /// File of new parameters; empty: the model keeps those that it has.
  std::string refresh;
  /// Empty: outputs are not written.
  std::string outputFolder;
  int threads = 1;
  int repeat = 10;
  int warmup = 2;
  uint64_t seed = 0;
  bool json = false;
  Peer peer = Peer::None;
  /// The model that the peer runs.
  std::string model;
  /// Of max |difference| / max |reference|.
  double tolerance = 2e-5;
};

/// Nothing when the command line asked for help, which is printed then. Throws
/// RuntimeError.
std::optional<RunOptions> parseOptions(int argc, char **argv);

} // namespace bnopt

#endif // BNOPT_TOOLS_BNRUN_OPTIONS_H
