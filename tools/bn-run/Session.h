/// A model with its inputs, outputs and workspace, ready to run.

#ifndef BNOPT_TOOLS_BNRUN_SESSION_H
#define BNOPT_TOOLS_BNRUN_SESSION_H

#include "runtime/ModelLibrary.h"
#include "tools/bn-run/Options.h"

namespace bnopt {

class Session {
public:
  /// Loads the library, refreshes it if asked to, and fills its inputs. Throws
  /// RuntimeError.
  explicit Session(const RunOptions &options);

  const bnopt_model &model() const { return library.model(); }
  const std::vector<Tensor> &inputs() const { return inputTensors; }
  const std::vector<Tensor> &outputs() const { return outputTensors; }

  /// How many milliseconds the refresh took, without reading its file.
  std::optional<double> getRefreshTime() const { return refreshTime; }

  void run() const;

  /// Runs, and returns how many milliseconds that took.
  double measure() const;

private:
  void refresh(const std::string &path);
  void readInputs(const RunOptions &options);
  int32_t findInput(const std::string &name) const;

  ModelLibrary library;
  std::vector<Tensor> inputTensors, outputTensors;
  std::vector<DLTensor> inputViews, outputViews;
  std::vector<const DLTensor *> inputPointers;
  std::vector<DLTensor *> outputPointers;
  AlignedBuffer workspace;
  std::optional<double> refreshTime;
};

/// Writes one `NAME.npy` for each tensor; returns the paths.
std::vector<std::string> writeTensors(const std::string &folder,
                                      const bnopt_tensor_info *infos,
                                      const std::vector<Tensor> &tensors);

} // namespace bnopt

#endif // BNOPT_TOOLS_BNRUN_SESSION_H
