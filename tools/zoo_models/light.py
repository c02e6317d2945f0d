"""The CNNs that the `onnx` package ships, with weights worth multiplying by.

Their own weights are all one constant, made by ConstantOfShape nodes, so every
wrong result looks right. The graphs stay as they are; the constants become
seeded random tensors.
"""

import math
import pathlib

import numpy as np
import onnx
from onnx import helper, numpy_helper, shape_inference

from . import moments
from .moments import Moments
from .weights import NORMALIZATION_POWER, SCALE_POWER, RandomWeights

PREFIX = "light_"


def source_files():
    folder = pathlib.Path(onnx.__file__).parent / "backend/test/data/light"
    return {path.stem: path for path in sorted(folder.glob(f"{PREFIX}*.onnx"))}


class Reweighter:
    """Walks a graph in order, and gives each weight it meets a random value."""

    def __init__(self, name, path):
        self.model = onnx.load(path)
        self.graph = self.model.graph
        self.weights = RandomWeights(name)
        self.moments = {}
        self.values = {}
        inferred = shape_inference.infer_shapes(self.model).graph
        self.shapes = {
            value.name: [d.dim_value for d in value.type.tensor_type.shape.dim]
            for value in [*inferred.value_info, *inferred.input, *inferred.output]
        }
        self.integers = {
            t.name: numpy_helper.to_array(t)
            for t in self.graph.initializer
            if t.data_type == onnx.TensorProto.INT64
        }
        self.filled = {
            node.output[0]: tuple(int(n) for n in self.integers[node.input[0]])
            for node in self.graph.node
            if node.op_type == "ConstantOfShape"
        }
        self.filled |= {
            t.name: tuple(t.dims)
            for t in self.graph.initializer
            if t.data_type == onnx.TensorProto.FLOAT
        }
        # Weights that reach their user in another shape.
        self.reshaped = {
            node.output[0]: node.input[0]
            for node in self.graph.node
            if node.op_type in ("Unsqueeze", "Reshape") and node.input[0] in self.filled
        }

    def run(self):
        for node in self.graph.node:
            if node.op_type == "ConstantOfShape" or node.output[0] in self.reshaped:
                continue
            visit = getattr(self, f"_visit_{node.op_type.lower()}", None)
            result = visit(node) if visit else self._of(node.input[0])
            for output in node.output:
                self.moments[output] = result
        return self.values

    def _of(self, name):
        return self.moments.get(name, Moments())

    def _linear(self, node, transposed):
        weight, shape = node.input[1], self.filled.get(node.input[1])
        if shape is None:
            shape = tuple(self.shapes[weight])
            weight = self.reshaped[weight]
        self.values[weight] = self.weights.linear(
            weight, shape, self._of(node.input[0]), transposed=transposed)
        for bias in node.input[2:]:
            self.values[bias] = self.weights.bias(bias, self.filled[bias])
        return Moments()

    def _visit_conv(self, node):
        return self._linear(node, transposed=False)

    def _visit_gemm(self, node):
        attributes = {a.name: a.i for a in node.attribute}
        return self._linear(node, transposed=not attributes.get("transB", 0))

    def _visit_batchnormalization(self, node):
        parameters = self.weights.normalization(
            node.input[1], self.filled[node.input[1]])
        self.values.update(zip(node.input[1:], parameters.values()))
        return self._of(node.input[0]).scaled(NORMALIZATION_POWER)

    def _visit_mul(self, node):
        name = self.reshaped[node.input[1]]
        self.values[name] = self.weights.scale(name, self.filled[name])
        return self._of(node.input[0]).scaled(SCALE_POWER)

    def _visit_add(self, node):
        name = self.reshaped[node.input[1]]
        self.values[name] = self.weights.bias(name, self.filled[name])
        return self._of(node.input[0])

    def _visit_sum(self, node):
        total = self._of(node.input[0])
        for name in node.input[1:]:
            total = total.plus(self._of(name))
        return total

    def _visit_relu(self, node):
        return moments.of_relu(self._of(node.input[0]))

    def _visit_concat(self, node):
        return moments.of_concat(
            [(self.shapes[name][1], self._of(name)) for name in node.input])

    def _visit_maxpool(self, node):
        return moments.of_max(self._of(node.input[0]), self._window(node))

    def _visit_averagepool(self, node):
        return self._of(node.input[0]).averaged(self._window(node))

    def _visit_globalaveragepool(self, node):
        return self._of(node.input[0]).averaged(49)

    def _window(self, node):
        return math.prod(
            next(a.ints for a in node.attribute if a.name == "kernel_shape"))


def rebuild(name, path, store, as_nodes=False):
    """The model at `path` with random weights: initializers, or Constant nodes."""
    reweighter = Reweighter(name, path)
    values = reweighter.run()
    model, graph = reweighter.model, reweighter.graph
    for key, array in values.items():
        values[key] = np.ascontiguousarray(array.reshape(reweighter.filled[key]))
    tensors = {key: store.tensor(key, array) for key, array in values.items()}
    shapes = {n.input[0] for n in graph.node if n.op_type == "ConstantOfShape"}
    dropped = shapes | values.keys()

    nodes = [n for n in graph.node if n.op_type != "ConstantOfShape"]
    inputs = [i for i in graph.input if i.name not in dropped]
    initializers = [t for t in graph.initializer if t.name not in dropped]
    if as_nodes:
        nodes = [
            helper.make_node("Constant", [], [key], name=f"{key}_constant", value=tensor)
            for key, tensor in tensors.items()
        ] + nodes
    else:
        initializers += tensors.values()
        # Before version 4 of the format, every initializer is an input too.
        inputs += [
            helper.make_tensor_value_info(key, tensor.data_type, tensor.dims)
            for key, tensor in tensors.items()
        ]
    for field, new in [("node", nodes), ("input", inputs), ("initializer", initializers)]:
        del getattr(graph, field)[:]
        getattr(graph, field).extend(new)
    return model
