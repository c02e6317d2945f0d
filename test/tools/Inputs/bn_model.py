"""Writes a model that begins with a batch normalization."""

import sys

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save

x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 2, 3, 3]) for name in ("x", "y"))
names = ["scale", "offset", "mean", "variance"]
parameters = [numpy_helper.from_array(np.full(2, 1.5, np.float32), name) for name in names]
node = helper.make_node("BatchNormalization", ["x", *names], ["y"], name="norm")
graph = helper.make_graph([node], "bn", [x], [y], parameters)
save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), sys.argv[1])
