/// Tensors of ONNX's schema.

#ifndef BNOPT_RUNTIME_ONNXTENSOR_H
#define BNOPT_RUNTIME_ONNXTENSOR_H

#include "runtime/Tensor.h"

namespace onnx {
class TensorProto;
} // namespace onnx

namespace bnopt {

/// The type of the elements of `proto`, or an error as below.
DLDataType getOnnxType(const onnx::TensorProto &proto);

/// The tensor in `proto`. External data is read from files in `folder`, or
/// refused if that is null. Throws RuntimeError without the name of the file
/// that `proto` comes from.
Tensor convertOnnxTensor(const onnx::TensorProto &proto,
                         const std::string *folder);

} // namespace bnopt

#endif // BNOPT_RUNTIME_ONNXTENSOR_H
