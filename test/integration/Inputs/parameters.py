"""parameters.py MODEL.onnx PARAMETERS.f32: all initializers, in their order, as raw floats."""

import sys

import numpy
import onnx
from onnx import numpy_helper

tensors = onnx.load(sys.argv[1]).graph.initializer
numpy.concatenate([numpy_helper.to_array(tensor).ravel() for tensor in tensors]).tofile(sys.argv[2])
