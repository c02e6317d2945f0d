/// Parameters of models in files: NumPy's .npz and ONNX models.

#ifndef BNOPT_RUNTIME_PARAMETERFILE_H
#define BNOPT_RUNTIME_PARAMETERFILE_H

#include "runtime/Tensor.h"

namespace bnopt {

struct NamedTensor {
  std::string name;
  Tensor tensor;
};

/// Reads parameters by the suffix of their file. All functions here throw
/// RuntimeError.
std::vector<NamedTensor> readParameters(const std::string &path);

/// The arrays of a zip archive of .npy files, stored or deflated.
std::vector<NamedTensor> readNpz(const std::string &path);

/// The initializers with floating-point elements that the outputs of a model
/// depend on, be they inside the file or external.
std::vector<NamedTensor> readOnnxParameters(const std::string &path);

} // namespace bnopt

#endif // BNOPT_RUNTIME_PARAMETERFILE_H
