"""Builds an ONNX graph node by node, together with its random weights."""

import dataclasses

import numpy as np
from onnx import TensorProto, helper

from . import eager
from .weights import RandomWeights

OPSET = 18
IR_VERSION = 9
EPSILON = 1e-5


@dataclasses.dataclass(frozen=True, eq=False)
class Value:
    name: str
    # What it is for the probe image.
    sample: np.ndarray

    @property
    def channels(self):
        return self.sample.shape[1]


class GraphBuilder:
    """One image in, class probabilities or logits out."""

    def __init__(self, name, store):
        self.name = name
        self.store = store
        self.weights = RandomWeights(name)
        self.nodes = []
        self.initializers = []
        self.input = Value("input", eager.probe_image())
        self.counts = {}

    def _name(self, stem):
        self.counts[stem] = self.counts.get(stem, 0) + 1
        return f"{stem}_{self.counts[stem]}"

    def _constant(self, name, values):
        self.initializers.append(self.store.tensor(name, values))
        return Value(name, values)

    def _scalar(self, value):
        return self._constant(self._name("scalar"), np.array(value, np.float32))

    def _append(self, kind, inputs, name, attributes):
        self.nodes.append(helper.make_node(
            kind, [value.name for value in inputs], [f"{name}.out"], name=name, **attributes))
        return self.nodes[-1]

    def _node(self, kind, inputs, name=None, **attributes):
        name = name or self._name(kind.lower())
        node = self._append(kind, inputs, name, attributes)
        sample = eager.run_node(node, [value.sample for value in inputs], OPSET)
        return Value(f"{name}.out", sample)

    def _linear(self, kind, name, x, shape, biased, **attributes):
        weight = self.weights.linear(f"{name}.weight", shape)
        bias = self.weights.bias(f"{name}.bias", shape[0]) if biased else None
        node = helper.make_node(kind, ["x", "weight"], ["y"], **attributes)
        weight, sample = eager.calibrated(node, x.sample, weight, bias)
        inputs = [x, self._constant(f"{name}.weight", weight)]
        if biased:
            inputs.append(self._constant(f"{name}.bias", bias))
        self._append(kind, inputs, name, attributes)
        return Value(f"{name}.out", sample)

    def conv(self, x, channels, kernel, stride=1, groups=1, bias=False):
        shape = (channels, x.channels // groups, kernel, kernel)
        return self._linear(
            "Conv", self._name("conv"), x, shape, bias, kernel_shape=[kernel] * 2,
            strides=[stride] * 2, pads=[kernel // 2] * 4, group=groups)

    def dense(self, x, outputs):
        return self._linear(
            "Gemm", self._name("fc"), x, (outputs, x.channels), True, transB=1)

    def batch_norm(self, x):
        name = self._name("bn")
        parameters = self.weights.normalization(name, x.channels)
        inputs = [self._constant(f"{name}.{key}", v) for key, v in parameters.items()]
        return self._node("BatchNormalization", [x, *inputs], name, epsilon=EPSILON)

    def relu(self, x):
        return self._node("Relu", [x])

    def relu6(self, x):
        return self._node("Clip", [x, self._scalar(0.0), self._scalar(6.0)])

    def silu(self, x):
        return self._node("Mul", [x, self._node("Sigmoid", [x])])

    def hard_swish(self, x):
        return self._node("HardSwish", [x])

    def add(self, a, b):
        return self._node("Add", [a, b])

    def concat(self, parts):
        return self._node("Concat", parts, axis=1)

    def max_pool(self, x, kernel, stride, pad=0):
        return self._node("MaxPool", [x], kernel_shape=[kernel] * 2,
                          strides=[stride] * 2, pads=[pad] * 4)

    def average_pool(self, x, kernel):
        return self._node("AveragePool", [x], kernel_shape=[kernel] * 2,
                          strides=[kernel] * 2)

    def global_average_pool(self, x, as_reduction=False):
        """The mean of each channel; as ReduceMean where `as_reduction`."""
        if not as_reduction:
            return self._node("GlobalAveragePool", [x])
        axes = self._constant(self._name("axes"), np.array([2, 3], np.int64))
        return self._node("ReduceMean", [x, axes], keepdims=1)

    def gated(self, x, squeezed, activation, hard=False, as_reduction=False):
        """Squeeze and excitation: x times a gate per channel computed from its means."""
        gate = self.global_average_pool(x, as_reduction)
        gate = activation(self.conv(gate, squeezed, 1, bias=True))
        gate = self.conv(gate, x.channels, 1, bias=True)
        if hard:
            gate = self._node("HardSigmoid", [gate], alpha=1 / 6, beta=0.5)
        else:
            gate = self._node("Sigmoid", [gate])
        return self._node("Mul", [x, gate])

    def flatten(self, x):
        return self._node("Flatten", [x], axis=1)

    def model(self, result):
        """The finished model, whose output is `result`."""
        assert result.name == self.nodes[-1].output[0]
        self.nodes[-1].output[0] = "output"
        image = helper.make_tensor_value_info(
            self.input.name, TensorProto.FLOAT, self.input.sample.shape)
        output = helper.make_tensor_value_info(
            "output", TensorProto.FLOAT, result.sample.shape)
        graph = helper.make_graph(
            self.nodes, self.name, [image], [output], self.initializers)
        return helper.make_model(
            graph, producer_name="bn-opt zoo", ir_version=IR_VERSION,
            opset_imports=[helper.make_opsetid("", OPSET)])
