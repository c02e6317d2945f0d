/// A compiled model, loaded from its shared library.

#ifndef BNOPT_RUNTIME_MODELLIBRARY_H
#define BNOPT_RUNTIME_MODELLIBRARY_H

#include "runtime/ParameterFile.h"
#include "runtime/Tensor.h"
#include "runtime/bnopt.h"

namespace bnopt {

/// Keeps the library loaded. Throws RuntimeError.
class ModelLibrary {
public:
  explicit ModelLibrary(const std::string &path);

  const bnopt_model &model() const { return *descriptor; }

  /// As many zeroed tensors as the model has inputs, or outputs.
  std::vector<Tensor> makeInputs() const;
  std::vector<Tensor> makeOutputs() const;

  AlignedBuffer makeWorkspace() const;

  /// Throws unless the model takes a parameter of this name, type, and shape.
  void checkParameter(const std::string &name, DLDataType type,
                      const std::vector<int64_t> &shape) const;

  /// Computes the weights of new parameters, or throws and changes nothing.
  /// Not while another thread runs the model.
  void refresh(std::span<NamedTensor> parameters);

  /// Runs once, with all checks. May be called by several threads at once, each
  /// with its own outputs and workspace.
  void run(std::span<const DLTensor *const> inputs,
           std::span<DLTensor *const> outputs,
           const AlignedBuffer &workspace) const;

private:
  using RunFunction = bnopt_status(const DLTensor *const *, DLTensor *const *,
                                   void *, uint64_t, bnopt_error *);
  struct Close {
    void operator()(void *handle) const;
  };

  std::string path;
  std::unique_ptr<void, Close> handle;
  const bnopt_model *descriptor;
  RunFunction *runFunction;
};

} // namespace bnopt

#endif // BNOPT_RUNTIME_MODELLIBRARY_H
