"""Writes the smallest model there is: one ReLU."""

import sys

from onnx import TensorProto, helper, save

tensors = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 4]) for name in ("x", "y")]
graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"], name="only")], "relu",
                          tensors[:1], tensors[1:])
save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), sys.argv[1])
