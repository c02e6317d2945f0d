"""see_through.py NARROW OUTPUT writes Conv, Identity, Dropout, a cast to NARROW and back, BatchNormalization."""

import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

middle, path = getattr(TensorProto, sys.argv[1].upper()), sys.argv[2]
nodes = [
    helper.make_node("Conv", ["x", "weights"], ["a"], name="conv"),
    helper.make_node("Identity", ["a"], ["b"]),
    helper.make_node("Dropout", ["b"], ["c"]),
    helper.make_node("Cast", ["c"], ["d"], name="there", to=middle),
    helper.make_node("Cast", ["d"], ["e"], name="back", to=TensorProto.FLOAT),
    helper.make_node("Identity", ["e"], ["f"]),
    helper.make_node("BatchNormalization", ["f", "s", "s", "s", "s"], ["y"], name="bn"),
]
weights = np.ones((2, 1, 1, 1), np.float32)
graph = helper.make_graph(
    nodes,
    "g",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 1, 4, 4])],
    [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 2, 4, 4])],
    [numpy_helper.from_array(weights, "weights"), numpy_helper.from_array(np.ones(2, np.float32), "s")],
)
onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
