"""hostile.py MODEL.onnx HOSTILE.onnx PARAMETERS.f32: zeros of both signs, denormals and the like.

The parameters that are not fixed are written as raw floats too, in their order.
"""

import sys

import numpy
import onnx
from onnx import numpy_helper

FIXED = ("low", "zoom")
VALUES = [0.0, -0.0, 1e-42, -1e-42, 1e-20, 1.0, -1.0, 3.7, 1e15]
VARIANCES = [0.0, -0.0, -1e-4, 1e-42, 1e-10, 1.0, 5.0]

model = onnx.load(sys.argv[1])
random = numpy.random.default_rng(11)
parameters = []
for tensor in model.graph.initializer:
    array = numpy_helper.to_array(tensor)
    if tensor.name in FIXED:
        continue
    variance = tensor.name == "variance" or tensor.name.endswith(".var")
    if tensor.name != "eps":
        array = random.choice(VARIANCES if variance else VALUES, array.shape).astype("f4")
    tensor.CopyFrom(numpy_helper.from_array(array, tensor.name))
    parameters.append(array.ravel())
onnx.save(model, sys.argv[2])
numpy.concatenate(parameters).tofile(sys.argv[3])
