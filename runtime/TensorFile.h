/// Tensors in files: NumPy's .npy and ONNX's .pb.

#ifndef BNOPT_RUNTIME_TENSORFILE_H
#define BNOPT_RUNTIME_TENSORFILE_H

#include "runtime/Tensor.h"

#include <iosfwd>

namespace bnopt {

/// Reads a tensor by the suffix of its file. Elements keep the type they have
/// in the file. All functions here throw RuntimeError.
Tensor readTensor(const std::string &path);

/// NumPy format 1.0 to 3.0, little-endian, row-major. Elements of type `V2` are
/// bf16, as the package ml_dtypes saves them.
Tensor readNpy(const std::string &path);
/// The same, of `size` bytes of a stream that messages call `path`.
Tensor readNpy(std::istream &stream, uint64_t size, const std::string &path);

/// What a .npy file says of its elements, which follow in the stream: as many
/// as `size` bytes leave place for.
struct NpyHeader {
  DLDataType type;
  std::vector<int64_t> shape;
};
NpyHeader readNpyHeader(std::istream &stream, uint64_t size,
                        const std::string &path);
/// Bytes before the elements, at most.
constexpr uint64_t largestNpyHeader = (1 << 20) + 12;

/// Writes format 1.0. Leaves no file behind when it fails.
void writeNpy(const std::string &path, const Tensor &tensor);

/// A TensorProto whose data lies inside the file.
Tensor readOnnxTensor(const std::string &path);

/// The name with every character replaced by `_` that file names or shells
/// treat specially.
std::string fileNameFor(std::string_view tensorName);

} // namespace bnopt

#endif // BNOPT_RUNTIME_TENSORFILE_H
