"""Writes conv1, bn1, relu1, conv2, bn2; arguments change them: bn1.variance=-1,0.5 bn1.epsilon=0 bn1.name=x."""

import sys

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save

CHANNELS = 2
path, changes = sys.argv[1], dict(argument.split("=") for argument in sys.argv[2:])
random = np.random.default_rng(7)
nodes, weights = [], []


def parameter(name, values):
    values = [float(value) for value in changes.get(name, "").split(",") if value] or values
    weights.append(numpy_helper.from_array(np.asarray(values, np.float32), name))
    return name


def block(index, value):
    weights.append(numpy_helper.from_array(
        random.normal(size=(CHANNELS, CHANNELS, 3, 3)).astype(np.float32), f"w{index}"))
    nodes.append(helper.make_node(
        "Conv", [value, f"w{index}"], [f"c{index}"], f"conv{index}", pads=[1, 1, 1, 1]))
    names = [parameter(f"bn{index}.{name}", random.uniform(0.5, 2, CHANNELS))
             for name in ("scale", "offset", "mean", "variance")]
    epsilon = float(changes.get(f"bn{index}.epsilon", 1e-5))
    nodes.append(helper.make_node(
        "BatchNormalization", [f"c{index}", *names], [f"n{index}"], changes.get(f"bn{index}.name", f"bn{index}"),
        epsilon=epsilon))
    return f"n{index}"


nodes.append(helper.make_node("Relu", [block(1, "x")], ["r1"], "relu1"))
last = block(2, "r1")
x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, CHANNELS, 5, 5])
        for name in ("x", last))
graph = helper.make_graph(nodes, "two_blocks", [x], [y], weights)
save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)
