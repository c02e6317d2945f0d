/// Parameters of models in files: NumPy's .npz and ONNX models.

#ifndef BNOPT_RUNTIME_PARAMETERFILE_H
#define BNOPT_RUNTIME_PARAMETERFILE_H

#include "runtime/Tensor.h"

#include <functional>

namespace bnopt {

struct NamedTensor {
  std::string name;
  Tensor tensor;
};

/// Throws RuntimeError for a parameter that is not wanted. It is asked before
/// memory is allocated for the elements, so that a file, whatever it says,
/// takes no more than what is wanted.
using ParameterCheck =
    std::function<void(const std::string &name, DLDataType type,
                       const std::vector<int64_t> &shape)>;

/// Reads parameters by the suffix of their file. All functions here throw
/// RuntimeError, also for a name that comes twice.
std::vector<NamedTensor> readParameters(const std::string &path,
                                        const ParameterCheck &check);

/// The arrays of a zip archive of .npy files, stored or deflated.
std::vector<NamedTensor> readNpz(const std::string &path,
                                 const ParameterCheck &check);

/// The initializers with floating-point elements that the outputs of a model
/// depend on, be they inside the file or external.
std::vector<NamedTensor> readOnnxParameters(const std::string &path,
                                            const ParameterCheck &check);

} // namespace bnopt

#endif // BNOPT_RUNTIME_PARAMETERFILE_H
