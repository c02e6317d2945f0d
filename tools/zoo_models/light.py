"""The CNNs that the `onnx` package ships, with weights worth multiplying by.

Their own weights are all one constant, made by ConstantOfShape nodes, so every
wrong result looks right. The graphs stay as they are; the constants become
seeded random tensors.
"""

import pathlib

import numpy as np
import onnx
from onnx import helper, numpy_helper, shape_inference

from . import eager
from .weights import RandomWeights

PREFIX = "light_"


def source_files():
    folder = pathlib.Path(onnx.__file__).parent / "backend/test/data/light"
    return {path.stem: path for path in sorted(folder.glob(f"{PREFIX}*.onnx"))}


class Reweighter:
    """Walks a graph in order, and gives each weight it meets a random value."""

    def __init__(self, name, path):
        self.model = onnx.load(path)
        self.graph = self.model.graph
        self.opset = self.model.opset_import[0].version
        self.weights = RandomWeights(name)
        inferred = shape_inference.infer_shapes(self.model).graph
        self.shapes = {
            value.name: tuple(d.dim_value for d in value.type.tensor_type.shape.dim)
            for value in inferred.value_info
        }
        constants = {t.name: numpy_helper.to_array(t) for t in self.graph.initializer}
        # Tensors that get random values, with their shapes.
        self.filled = {k: a.shape for k, a in constants.items() if a.dtype == np.float32}
        # What each tensor is for the probe image.
        self.samples = {k: a for k, a in constants.items() if k not in self.filled}
        # Weights that reach their user in another shape.
        self.reshaped = {}
        self.values = {}
        image = next(i.name for i in self.graph.input if i.name not in constants)
        self.samples[image] = eager.probe_image()

    def run(self):
        for node in self.graph.node:
            if node.op_type == "ConstantOfShape":
                shape = self.samples[node.input[0]]
                self.filled[node.output[0]] = tuple(int(n) for n in shape)
            elif node.op_type in ("Unsqueeze", "Reshape") and node.input[0] in self.filled:
                self.reshaped[node.output[0]] = node.input[0]
            else:
                visit = getattr(self, f"_visit_{node.op_type.lower()}", self._visit)
                self.samples[node.output[0]] = visit(node)
        return self.values

    def _visit(self, node):
        return eager.run_node(node, [self.samples[name] for name in node.input], self.opset)

    def _linear(self, node, transposed=False):
        weight, shape = node.input[1], self.filled.get(node.input[1])
        if shape is None:
            shape = self.shapes[weight]
            weight = self.reshaped[weight]
        bias = None
        for name in node.input[2:]:
            bias = self.values[name] = self.weights.bias(name, self.filled[name])
        self.values[weight], result = eager.calibrated(
            node, self.samples[node.input[0]],
            self.weights.linear(weight, shape, transposed), bias)
        return result

    def _visit_conv(self, node):
        return self._linear(node)

    def _visit_gemm(self, node):
        attributes = {a.name: a.i for a in node.attribute}
        return self._linear(node, transposed=not attributes.get("transB", 0))

    def _visit_batchnormalization(self, node):
        count = self.filled[node.input[1]]
        parameters = self.weights.normalization(node.input[1], count).values()
        self.values.update(zip(node.input[1:], parameters))
        return eager.run_node(
            node, [self.samples[node.input[0]], *parameters], self.opset)

    def _of_channel(self, node, make):
        """A constant per channel, which comes through an Unsqueeze."""
        name = self.reshaped[node.input[1]]
        self.values[name] = make(name, self.filled[name])
        return self.values[name].reshape(1, -1, 1, 1)

    def _visit_mul(self, node):
        return self.samples[node.input[0]] * self._of_channel(node, self.weights.scale)

    def _visit_add(self, node):
        return self.samples[node.input[0]] + self._of_channel(node, self.weights.bias)


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
