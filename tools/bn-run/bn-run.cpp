/// Runs a compiled model on files or random data. See `bn-run --help`.

#include "tools/bn-run/Comparison.h"
#include "tools/bn-run/Options.h"
#include "tools/bn-run/Report.h"

#include <cstdio>
#include <exception>
#include <new>

using namespace bnopt;

static Comparison measure(const Session &session, const RunOptions &options) {
  switch (options.peer) {
  case Peer::OnnxRuntime:
    return compareWithOnnxRuntime(session, options);
  case Peer::Reference:
    return compareWithReference(session, options);
  case Peer::None:
    break;
  }
  Comparison comparison;
  comparison.latencies.own = measureAlone(session, options);
  return comparison;
}

int main(int argc, char **argv) {
  try {
    std::optional<RunOptions> options = parseOptions(argc, argv);
    if (!options)
      return 0;
    Session session(*options);
    Comparison comparison = measure(session, *options);
    if (!options->outputFolder.empty())
      writeTensors(options->outputFolder, session.model().outputs,
                   session.outputs());
    printReport(session, *options, comparison);
    return maxRelativeError(comparison) <= options->tolerance ? 0 : 1;
  } catch (const std::bad_alloc &) {
    std::fputs("bn-run: error: not enough memory\n", stderr);
    return 1;
  } catch (const std::exception &error) {
    std::fprintf(stderr, "bn-run: error: %s\n", error.what());
    return 1;
  }
}
