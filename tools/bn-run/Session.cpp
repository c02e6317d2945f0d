#include "tools/bn-run/Session.h"

#include "runtime/TensorFile.h"

#include <chrono>
#include <filesystem>

namespace bnopt {

Session::Session(const RunOptions &options)
    : library(options.library), inputTensors(library.makeInputs()),
      outputTensors(library.makeOutputs()), workspace(library.makeWorkspace()) {
  if (!options.refresh.empty())
    refresh(options.refresh);
  readInputs(options);
  for (Tensor &tensor : inputTensors)
    inputViews.push_back(tensor.view());
  for (Tensor &tensor : outputTensors)
    outputViews.push_back(tensor.view());
  for (const DLTensor &view : inputViews)
    inputPointers.push_back(&view);
  for (DLTensor &view : outputViews)
    outputPointers.push_back(&view);
  model().set_threads(options.threads);
}

int32_t Session::findInput(const std::string &name) const {
  if (name.empty() && model().num_inputs == 1)
    return 0;
  std::string known;
  for (int32_t i = 0; i < model().num_inputs; ++i) {
    if (name == model().inputs[i].name)
      return i;
    known += (i ? ", '" : "'") + std::string(model().inputs[i].name) + "'";
  }
  if (name.empty())
    throw RuntimeError("'--input' needs NAME=FILE, because the model has " +
                       std::to_string(model().num_inputs) +
                       " inputs: " + known);
  throw RuntimeError("the model has no input '" + name + "'; it has " + known);
}

void Session::readInputs(const RunOptions &options) {
  std::vector<bool> isGiven(inputTensors.size());
  for (const InputFile &input : options.inputs) {
    int32_t index = findInput(input.name);
    // Type and shape are the library's to check.
    inputTensors[index] = readTensor(input.path);
    isGiven[index] = true;
  }
  for (size_t i = 0; i < inputTensors.size(); ++i)
    if (!isGiven[i])
      fillRandom(inputTensors[i], options.seed + i);
}

void Session::run() const {
  library.run(inputPointers, outputPointers, workspace);
}

static double
getMillisecondsSince(std::chrono::steady_clock::time_point start) {
  std::chrono::duration<double, std::milli> elapsed =
      std::chrono::steady_clock::now() - start;
  return elapsed.count();
}

void Session::refresh(const std::string &path) {
  std::vector<NamedTensor> parameters =
      readParameters(path, [&](const std::string &name, DLDataType type,
                               const std::vector<int64_t> &shape) {
        library.checkParameter(name, type, shape);
      });
  auto start = std::chrono::steady_clock::now();
  library.refresh(parameters);
  refreshTime = getMillisecondsSince(start);
}

double Session::measure() const {
  auto start = std::chrono::steady_clock::now();
  run();
  return getMillisecondsSince(start);
}

std::vector<std::string> writeTensors(const std::string &folder,
                                      const bnopt_tensor_info *infos,
                                      const std::vector<Tensor> &tensors) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    throw RuntimeError("cannot create folder '" + folder +
                       "': " + error.message());
  std::vector<std::string> paths;
  for (size_t i = 0; i < tensors.size(); ++i) {
    std::filesystem::path path(folder);
    path /= fileNameFor(infos[i].name) + ".npy";
    writeNpy(path.string(), tensors[i]);
    paths.push_back(path.string());
  }
  return paths;
}

} // namespace bnopt
