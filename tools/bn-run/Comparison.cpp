#include "tools/bn-run/Comparison.h"

#include "runtime/NarrowFloats.h"
#include "runtime/TensorFile.h"
#include "tools/bn-run/Process.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <limits>
#include <sstream>
#include <thread>

namespace bnopt {

OutputError compareOutput(const std::string &name, const Tensor &output,
                          const Tensor &reference) {
  if (output.shape() != reference.shape())
    throw RuntimeError("output '" + name + "' has shape " +
                       shapeText(output.shape()) + ", but the reference has " +
                       shapeText(reference.shape()));
  constexpr double infinity = std::numeric_limits<double>::infinity();
  OutputError error{name};
  double largest = 0;
  const std::vector<double> values = toDoubles(output);
  const std::vector<double> expected = toDoubles(reference);
  for (size_t i = 0; i < values.size(); ++i) {
    double a = values[i], b = expected[i];
    if (a == b || (std::isnan(a) && std::isnan(b)))
      continue;
    double difference = std::abs(a - b);
    if (std::isnan(difference))
      difference = infinity;
    error.maxAbsolute = std::max(error.maxAbsolute, difference);
  }
  for (double value : expected)
    if (!std::isnan(value))
      largest = std::max(largest, std::abs(value));
  if (error.maxAbsolute > 0)
    error.maxRelative = error.maxAbsolute / largest;
  // Infinity on both sides.
  if (std::isnan(error.maxRelative))
    error.maxRelative = infinity;
  return error;
}

static std::vector<OutputError>
compareOutputs(const Session &session,
               const std::vector<std::string> &referenceFiles) {
  std::vector<OutputError> errors;
  for (size_t i = 0; i < referenceFiles.size(); ++i)
    errors.push_back(compareOutput(session.model().outputs[i].name,
                                   session.outputs()[i],
                                   readNpy(referenceFiles[i])));
  return errors;
}

std::vector<double> measureAlone(const Session &session,
                                 const RunOptions &options) {
  for (int i = 0; i < options.warmup; ++i)
    session.run();
  std::vector<double> latencies;
  for (int i = 0; i < options.repeat; ++i)
    latencies.push_back(session.measure());
  return latencies;
}

/// The answer's words after `expected`; throws what the peer complains of.
static std::string expectAnswer(Process &process, const std::string &expected) {
  std::string line = process.readLine();
  if (line.starts_with("error "))
    throw RuntimeError("ONNX Runtime: " + line.substr(6));
  if (!line.starts_with(expected))
    throw RuntimeError("ONNX Runtime answered '" + line + "' instead of '" +
                       expected + "'");
  return line.size() > expected.size() ? line.substr(expected.size() + 1) : "";
}

static void measurePeer(Process &process, int count,
                        std::vector<double> &latencies) {
  process.writeLine("run " + std::to_string(count));
  std::istringstream words(expectAnswer(process, "times"));
  for (double milliseconds; words >> milliseconds;)
    latencies.push_back(milliseconds);
}

/// A thread pool that has just worked spins before it sleeps: ONNX Runtime's
/// for about 45 ms. That serves its own next run, so it stays switched on, but
/// the library must not pay for it.
static void settle(const RunOptions &options) {
  bool hasWorkers = options.threads != 1;
  std::this_thread::sleep_for(std::chrono::milliseconds(hasWorkers ? 150 : 5));
}

static Latencies measureInTurns(const Session &session, Process &process,
                                const RunOptions &options) {
  Latencies latencies;
  std::vector<double> ignored;
  for (int i = 0; i < options.warmup; ++i)
    session.run();
  if (options.warmup > 0)
    measurePeer(process, options.warmup, ignored);
  // Each turn starts with a run that brings the caches back and is not counted.
  constexpr int perTurn = 5;
  for (int done = 0; done < options.repeat; done += perTurn) {
    int count = std::min(perTurn, options.repeat - done);
    settle(options);
    session.run();
    for (int i = 0; i < count; ++i)
      latencies.own.push_back(session.measure());
    settle(options);
    measurePeer(process, 1, ignored);
    measurePeer(process, count, latencies.peer);
  }
  return latencies;
}

static std::string findPython() {
  if (const char *python = std::getenv("BNOPT_PYTHON"))
    return python;
  return BNOPT_PYTHON;
}

Comparison compareWithOnnxRuntime(const Session &session,
                                  const RunOptions &options) {
  ScratchFolder scratch;
  std::vector<std::string> arguments = {
      findPython(), programFolder() + "/compare_onnxruntime.py", options.model,
      "--threads", std::to_string(options.threads)};
  const bnopt_model &model = session.model();
  auto inputFiles =
      writeTensors(scratch.path() + "/inputs", model.inputs, session.inputs());
  for (int32_t i = 0; i < model.num_inputs; ++i)
    arguments.insert(arguments.end(),
                     {"--input", model.inputs[i].name, inputFiles[i]});
  std::vector<std::string> outputFiles;
  for (int32_t i = 0; i < model.num_outputs; ++i) {
    outputFiles.push_back(scratch.path() + "/" + std::to_string(i) + ".npy");
    arguments.insert(arguments.end(),
                     {"--output", model.outputs[i].name, outputFiles[i]});
  }
  Process process(arguments);
  Comparison comparison;
  comparison.peer = expectAnswer(process, "ready");
  comparison.latencies = measureInTurns(session, process, options);
  process.writeLine("save");
  expectAnswer(process, "saved");
  comparison.errors = compareOutputs(session, outputFiles);
  return comparison;
}

Comparison compareWithReference(const Session &session,
                                const RunOptions &options) {
  Comparison comparison;
  comparison.peer = "reference";
  comparison.latencies.own = measureAlone(session, options);
  ScratchFolder scratch;
  const bnopt_model &model = session.model();
  std::vector<std::string> arguments = {programFolder() + "/bn-opt",
                                        options.model, "--interpret"};
  auto inputFiles =
      writeTensors(scratch.path() + "/inputs", model.inputs, session.inputs());
  for (int32_t i = 0; i < model.num_inputs; ++i) {
    arguments.push_back("--input");
    arguments.push_back(std::string(model.inputs[i].name) + "=" +
                        inputFiles[i]);
  }
  std::string folder = scratch.path() + "/outputs";
  arguments.insert(arguments.end(), {"--output", folder});
  std::filesystem::create_directory(folder);
  Process process(arguments);
  if (int status = process.wait())
    throw RuntimeError("'bn-opt --interpret' failed with status " +
                       std::to_string(status));
  std::vector<std::string> outputFiles;
  for (int32_t i = 0; i < model.num_outputs; ++i)
    outputFiles.push_back(folder + "/" + fileNameFor(model.outputs[i].name) +
                          ".npy");
  comparison.errors = compareOutputs(session, outputFiles);
  return comparison;
}

} // namespace bnopt
