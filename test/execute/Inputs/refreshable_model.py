"""refreshable_model.py MODEL.onnx SEED: a network whose parameters the seed chooses.

Normalizations below convolutions of every kind and matrix products, and where
nothing takes them: before an activation, below a sum, a concatenation.
"""

import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


class Builder:
    """Nodes and initializers of one graph."""

    def __init__(self, seed):
        self.random = np.random.default_rng(seed)
        self.nodes, self.initializers = [], []

    def parameter(self, name, values):
        self.initializers.append(numpy_helper.from_array(values.astype(np.float32), name))
        return name

    def weights(self, name, *shape):
        fan = max(1, int(np.prod(shape[1:])))
        return self.parameter(name, self.random.standard_normal(shape) / np.sqrt(fan))

    def node(self, kind, inputs, name, **attributes):
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name

    def norm(self, value, name, channels):
        parameters = [
            self.parameter(f"{name}.weight", self.random.uniform(-1.5, 1.5, channels)),
            self.parameter(f"{name}.bias", self.random.standard_normal(channels)),
            self.parameter(f"{name}.mean", self.random.standard_normal(channels)),
            self.parameter(f"{name}.var", self.random.uniform(0.5, 2.0, channels)),
        ]
        return self.node("BatchNormalization", [value, *parameters], name, epsilon=1e-3)


def build(seed):
    """The model; structure and names are the same for all seeds."""
    b = Builder(seed)
    x = b.node("Conv", ["x", b.weights("stem/w", 18, 3, 3, 3)], "stem", pads=[1, 1, 1, 1])
    x = b.node("Relu", [b.norm(x, "stem.bn", 18)], "stem.relu")
    # Of a name that is a keyword, and two that are the same as identifiers.
    depthwise = b.weights("class", 18, 1, 3, 3)
    x = b.node("Conv", [x, depthwise, b.weights("a.b", 18)], "depthwise", pads=[1, 1, 1, 1], group=18)
    x = b.norm(x, "depthwise.bn", 18)
    grouped = b.node("Conv", [x, b.weights("a/b", 12, 9, 1, 1)], "grouped", group=2)
    # Arithmetic below a normalization, by a parameter and by a number.
    grouped = b.node("Mul", [b.norm(grouped, "grouped.bn", 12), b.weights("scale", 12, 1, 1)], "times")
    grouped = b.node("Add", [grouped, b.weights("shift", 1)], "plus")
    half = helper.make_node("Constant", [], ["half"], value=numpy_helper.from_array(np.float32(0.5)))
    b.nodes.append(half)
    grouped = b.node("Mul", [grouped, "half"], "halved")
    # The same weights twice, in different normalizations.
    shared = b.weights("shared", 12, 12, 3, 3)
    left = b.norm(b.node("Conv", [grouped, shared], "left", pads=[1, 1, 1, 1]), "left.bn", 12)
    right = b.norm(b.node("Conv", [grouped, shared], "right", pads=[1, 1, 1, 1]), "right.bn", 12)
    x = b.node("Concat", [left, b.node("Sigmoid", [right], "gate")], "join", axis=1)
    # Nothing above takes these two; below is padding.
    x = b.node("Relu", [b.norm(x, "join.bn", 24)], "join.relu")
    x = b.node("Add", [x, b.norm(x, "sum.bn", 24)], "sum")
    x = b.node("ConvTranspose", [x, b.weights("up", 24, 4, 2, 2), b.weights("up.bias", 8)], "up_conv",
               group=2, strides=[2, 2])
    # A normalization that is written out: the root is of parameters.
    variance = b.parameter("variance", b.random.uniform(0.5, 2.0, (8, 1, 1)))
    x = b.node("Sub", [x, b.weights("mean", 8, 1, 1)], "centred")
    root = b.node("Sqrt", [b.node("Add", [variance, b.parameter("eps", np.array([1e-3]))], "sum.var")],
                  "deviation")
    x = b.node("Div", [x, root], "standardized")
    # The size of a result cannot be refreshed.
    sizes = helper.make_node("Constant", [], ["twice"],
                             value=numpy_helper.from_array(np.array([1, 1, 2, 2], np.float32)))
    b.nodes.append(sizes)
    zoom = b.node("Mul", ["twice", b.parameter("zoom", np.ones(1))], "zoomed")
    x = b.node("Resize", [x, "", zoom], "resized", mode="nearest",
               coordinate_transformation_mode="asymmetric", nearest_mode="floor")
    x = b.node("Clip", [b.norm(x, "up.bn", 8), b.parameter("low", np.float32(-2.0)), ""], "clip")
    x = b.node("Flatten", [b.node("GlobalAveragePool", [x], "pool")], "flat")
    x = b.node("Gemm", [x, b.weights("fc.w", 10, 8), b.weights("fc.b", 10)], "fc", transB=1)
    x = b.node("Relu", [b.norm(x, "fc.bn", 10)], "fc.relu")
    b.node("Add", [b.node("MatMul", [x, b.weights("head", 10, 5)], "product"), b.weights("head.b", 5)],
           "y")
    graph = helper.make_graph(
        b.nodes, "refreshable",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 16, 16])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 5])], b.initializers)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def main():
    model = build(int(sys.argv[2]))
    onnx.checker.check_model(model)
    onnx.save(model, sys.argv[1])


if __name__ == "__main__":
    main()
