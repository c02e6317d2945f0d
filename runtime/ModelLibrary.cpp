#include "runtime/ModelLibrary.h"

#include <algorithm>
#include <dlfcn.h>

namespace bnopt {

/// The dynamic linker's reason, without the path that it may start with.
static std::string loadError(const std::string &path) {
  const char *error = dlerror();
  std::string reason = error ? error : "unknown reason";
  std::string prefix = path + ": ";
  return reason.starts_with(prefix) ? reason.substr(prefix.size()) : reason;
}

void ModelLibrary::Close::operator()(void *handle) const { dlclose(handle); }

ModelLibrary::ModelLibrary(const std::string &path) : path(path) {
  // Without a slash the dynamic linker would look everywhere but here.
  std::string file = path.find('/') == std::string::npos ? "./" + path : path;
  handle.reset(dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL));
  if (!handle)
    throw RuntimeError("cannot load '" + path + "': " + loadError(file));
  auto *getModel = reinterpret_cast<const bnopt_model *(*)()>(
      dlsym(handle.get(), "bnopt_library_model"));
  if (!getModel)
    throw RuntimeError("cannot load '" + path +
                       "': it is not a library that bn-opt compiled");
  descriptor = getModel();
  if (descriptor->abi_version != BNOPT_ABI_VERSION)
    throw RuntimeError("cannot load '" + path + "': it follows version " +
                       std::to_string(descriptor->abi_version) +
                       " of the interface, but this program knows version " +
                       std::to_string(BNOPT_ABI_VERSION));
  std::string symbol = std::string(descriptor->name) + "_run";
  runFunction =
      reinterpret_cast<RunFunction *>(dlsym(handle.get(), symbol.c_str()));
  if (!runFunction)
    throw RuntimeError("cannot load '" + path + "': it lacks '" + symbol + "'");
}

static std::vector<Tensor> makeTensors(const bnopt_tensor_info *infos,
                                       int32_t count) {
  std::vector<Tensor> tensors;
  for (const bnopt_tensor_info &info : std::span(infos, size_t(count)))
    tensors.emplace_back(
        info.type, std::vector<int64_t>(info.shape, info.shape + info.rank));
  return tensors;
}

std::vector<Tensor> ModelLibrary::makeInputs() const {
  return makeTensors(descriptor->inputs, descriptor->num_inputs);
}

std::vector<Tensor> ModelLibrary::makeOutputs() const {
  return makeTensors(descriptor->outputs, descriptor->num_outputs);
}

AlignedBuffer ModelLibrary::makeWorkspace() const {
  if (descriptor->workspace_alignment > AlignedBuffer::alignment)
    throw RuntimeError("'" + path + "' expects a workspace aligned to " +
                       std::to_string(descriptor->workspace_alignment) +
                       " bytes");
  return AlignedBuffer(descriptor->workspace_size);
}

static bool isSameType(DLDataType a, DLDataType b) {
  return a.code == b.code && a.bits == b.bits && a.lanes == b.lanes;
}

void ModelLibrary::checkParameter(const std::string &name, DLDataType type,
                                  const std::vector<int64_t> &shape) const {
  const auto fail = [&](const std::string &reason) -> RuntimeError {
    return RuntimeError("model '" + std::string(descriptor->name) +
                        "' cannot be refreshed: " + reason);
  };
  if (!descriptor->refresh)
    throw fail("compile it with --refreshable");
  const std::span parameters(descriptor->parameters,
                             size_t(descriptor->num_parameters) +
                                 size_t(descriptor->num_fixed_parameters));
  const auto info =
      std::ranges::find_if(parameters, [&](const bnopt_tensor_info &info) {
        return name == info.name;
      });
  if (info == parameters.end())
    throw fail("model '" + std::string(descriptor->name) +
               "' has no parameter '" + name + "'");
  const std::span expected(info->shape, size_t(info->rank));
  if (!isSameType(info->type, type) || !std::ranges::equal(expected, shape))
    throw fail("parameter '" + name + "' expects " + typeName(info->type) +
               " of shape " + shapeText(expected) + ", but got " +
               typeName(type) + " of shape " + shapeText(shape));
}

void ModelLibrary::refresh(std::span<NamedTensor> parameters) {
  if (!descriptor->refresh)
    throw RuntimeError("model '" + std::string(descriptor->name) +
                       "' cannot be refreshed: compile it with --refreshable");
  std::vector<DLTensor> views;
  for (NamedTensor &parameter : parameters)
    views.push_back(parameter.tensor.view());
  std::vector<bnopt_parameter> list;
  for (size_t i = 0; i < parameters.size(); ++i)
    list.push_back({parameters[i].name.c_str(), &views[i]});
  bnopt_error error = {};
  if (descriptor->refresh(list.data(), list.size(), &error) != BNOPT_OK)
    throw RuntimeError("model '" + std::string(descriptor->name) +
                       "' cannot be refreshed: " + error.message);
}

void ModelLibrary::run(std::span<const DLTensor *const> inputs,
                       std::span<DLTensor *const> outputs,
                       const AlignedBuffer &workspace) const {
  bnopt_error error = {};
  bnopt_status status = runFunction(inputs.data(), outputs.data(),
                                    workspace.data(), workspace.size(), &error);
  if (status != BNOPT_OK)
    throw RuntimeError("model '" + std::string(descriptor->name) +
                       "': " + error.message);
}

} // namespace bnopt
