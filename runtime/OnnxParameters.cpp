#include "runtime/OnnxTensor.h"
#include "runtime/ParameterFile.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <google/protobuf/stubs/logging.h>
#include <onnx-ml.pb.h>
#include <unordered_set>

namespace bnopt {

using onnx::TensorProto;

/// The names that the outputs of `graph` depend on.
static std::unordered_set<std::string>
findLiveNames(const onnx::GraphProto &graph) {
  std::unordered_set<std::string> live;
  for (const auto &output : graph.output())
    live.insert(output.name());
  // Nodes are sorted: what reads a value comes after what computes it.
  for (int i = graph.node_size() - 1; i >= 0; --i) {
    const onnx::NodeProto &node = graph.node(i);
    bool isLive = std::any_of(
        node.output().begin(), node.output().end(),
        [&](const std::string &name) { return live.contains(name); });
    if (isLive)
      live.insert(node.input().begin(), node.input().end());
  }
  return live;
}

static bool isFloatingPoint(const TensorProto &tensor) {
  switch (tensor.data_type()) {
  case TensorProto::FLOAT:
  case TensorProto::DOUBLE:
  case TensorProto::FLOAT16:
  case TensorProto::BFLOAT16:
    return true;
  default:
    return false;
  }
}

std::vector<NamedTensor> readOnnxParameters(const std::string &path,
                                            const ParameterCheck &check) {
  auto fail = [&](const std::string &reason) -> RuntimeError {
    return RuntimeError("cannot read '" + path + "': " + reason);
  };
  std::ifstream file(path, std::ios::binary);
  if (!file)
    throw fail(std::strerror(errno));
  google::protobuf::LogSilencer silencer;
  onnx::ModelProto model;
  if (!model.ParseFromIstream(&file) || !model.has_graph())
    throw fail("it is not an ONNX model");
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const auto live = findLiveNames(model.graph());
  std::vector<NamedTensor> parameters;
  std::unordered_set<std::string> names;
  for (const TensorProto &tensor : model.graph().initializer()) {
    if (!isFloatingPoint(tensor) || !live.contains(tensor.name()))
      continue;
    if (!names.insert(tensor.name()).second)
      throw fail("initializer '" + tensor.name() + "' comes twice");
    check(tensor.name(), getOnnxType(tensor),
          {tensor.dims().begin(), tensor.dims().end()});
    try {
      parameters.push_back({tensor.name(), convertOnnxTensor(tensor, &folder)});
    } catch (const RuntimeError &error) {
      throw fail("initializer '" + tensor.name() + "': " + error.what());
    }
  }
  return parameters;
}

std::vector<NamedTensor> readParameters(const std::string &path,
                                        const ParameterCheck &check) {
  if (path.ends_with(".npz"))
    return readNpz(path, check);
  if (path.ends_with(".onnx"))
    return readOnnxParameters(path, check);
  throw RuntimeError("cannot read '" + path +
                     "': files of parameters end in .npz or .onnx");
}

} // namespace bnopt
