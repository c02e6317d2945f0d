"""batch_norm.py OPSET OUTPUT [ATTRIBUTE=INTEGER...] [outputs=N] [type=float16] [epsilon=X] writes one batch norm."""

import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

opset, path, *settings = sys.argv[1:]
settings = dict(setting.split("=") for setting in settings)
outputs = int(settings.pop("outputs", 1))
epsilon = float(settings.pop("epsilon", 0.5))
shape = [int(dim) if dim.isdigit() else dim for dim in settings.pop("shape", "2x3x4x4").split("x")]
data_type = getattr(TensorProto, settings.pop("type", "float").upper())
attributes = {name: int(value) for name, value in settings.items()}
if int(opset) < 6:
    attributes["consumed_inputs"] = [0, 0, 0, 1, 1]
features = shape[1:] if attributes.get("spatial") == 0 else shape[1:2] or [1]

parameters = ["scale", "offset", "mean", "variance"]
values = np.arange(1, 1 + np.prod(features), dtype=np.float32).reshape(features)
names = ["y", "running_mean", "running_variance", "saved_mean", "saved_variance"][:outputs]
node = helper.make_node(
    "BatchNormalization", ["x", *parameters], names, name="bn1", epsilon=epsilon, momentum=0.75, **attributes
)
graph = helper.make_graph(
    [node],
    "g",
    [helper.make_tensor_value_info("x", data_type, shape)],
    [helper.make_tensor_value_info("y", data_type, shape)]
    + [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names[1:]],
    [numpy_helper.from_array(i + values, name) for i, name in enumerate(parameters)],
)
opsets = [helper.make_opsetid("", int(opset))]
onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=8), path)
