"""models.py NAME OUTPUT writes the model of that name."""

import os
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

node = helper.make_node


def save(path, nodes, inputs, initializers=(), outputs=("y",), opset=17, listed=()):
    """A model; `listed` names initializers that are graph inputs too, as in IR version 3."""
    declared = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in inputs.items()
    ]
    declared += [
        helper.make_tensor_value_info(tensor.name, tensor.data_type, tensor.dims)
        for tensor in initializers
        if tensor.name in listed
    ]
    results = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs]
    graph = helper.make_graph(nodes, "g", declared, results, list(initializers))
    opsets = [helper.make_opsetid("", opset)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=3 if listed else 8)
    with open(path, "wb") as file:
        file.write(model.SerializeToString())


def constants(path):
    """The same 2×2 matrix in every form that a weight comes in, and a splat."""
    values = [1.0, 2.0, 3.0, 4.0]
    matrix = np.array(values, np.float32).reshape(2, 2)
    raw = numpy_helper.from_array(matrix, "raw")
    typed = helper.make_tensor("typed", TensorProto.FLOAT, [2, 2], values)
    half = helper.make_tensor("half", TensorProto.FLOAT16, [2], np.array(values[:2], np.float16))
    external = TensorProto(name="external", data_type=TensorProto.FLOAT, dims=[2, 2])
    external.data_location = TensorProto.EXTERNAL
    for key, value in (("location", "weights.bin"), ("offset", 6), ("length", 16)):
        entry = external.external_data.add()
        entry.key, entry.value = key, str(value)
    with open(os.path.join(os.path.dirname(path), "weights.bin"), "wb") as file:
        file.write(bytes(6) + matrix.tobytes())
    large = numpy_helper.from_array(np.arange(100, dtype=np.float32), "large")
    shape = numpy_helper.from_array(np.array([2, 2]), "shape")
    three = numpy_helper.from_array(np.array([3], np.float32))
    nodes = [
        node("Constant", [], ["tensor"], value=numpy_helper.from_array(matrix)),
        node("Constant", [], ["floats"], value_floats=values[:2]),
        node("Constant", [], ["float"], value_float=0.5),
        node("ConstantOfShape", ["shape"], ["splat"], value=three),
        node("ConstantOfShape", ["shape"], ["zeros"]),
    ]
    outputs = ["raw", "typed", "half", "external", "large", "tensor", "floats", "float", "splat", "zeros"]
    save(path, nodes, {}, [raw, typed, half, external, large, shape], outputs)


def listed_initializers(path):
    """Weights are graph inputs as well; some of the graph is dead."""
    weights = numpy_helper.from_array(np.ones((4, 3, 1, 1), np.float32), "w")
    nodes = [
        node("Conv", ["x", "w"], ["y"], name="conv1"),
        node("Unknown", ["x"], ["dead"], name="dead"),
        node("Relu", ["y"], ["z"], name="dead_relu"),
    ]
    save(path, nodes, {"x": [1, 3, 2, 2]}, [weights], listed=["w"])


def named_nodes(path):
    nodes = [
        node("Relu", ["x"], ["a"], name="first/relu"),
        node("Sigmoid", ["a"], ["y"]),
    ]
    save(path, nodes, {"x": [1, 3]})


def dynamic_view(path):
    """y = x.view(x.size(0), -1); z = y.view(-1, 4)"""
    nodes = [
        node("Relu", ["x"], ["r"]),
        node("Shape", ["r"], ["shape"]),
        node("Constant", [], ["zero"], value_int=0),
        node("Gather", ["shape", "zero"], ["batch"], axis=0),
        node("Constant", [], ["front"], value_ints=[0]),
        node("Unsqueeze", ["batch", "front"], ["batches"]),
        node("Constant", [], ["rest"], value_ints=[-1]),
        node("Concat", ["batches", "rest"], ["target"], axis=0),
        node("Reshape", ["r", "target"], ["y"], name="view"),
        node("Constant", [], ["fours"], value_ints=[-1, 4]),
        node("Reshape", ["y", "fours"], ["z"], name="rows"),
    ]
    save(path, nodes, {"x": ["N", 3, 2, 2]}, outputs=["y", "z"])


def dynamic_size(path):
    save(path, [node("MaxPool", ["x"], ["y"], name="pool", kernel_shape=[2, 2], auto_pad="SAME_UPPER")],
         {"x": ["N", 3, "H", "W"]})


if __name__ == "__main__":
    globals()[sys.argv[1]](sys.argv[2])
