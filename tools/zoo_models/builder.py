"""Builds an ONNX graph node by node, together with its random weights."""

import dataclasses

import numpy as np
from onnx import TensorProto, helper

from . import moments
from .moments import Moments
from .weights import NORMALIZATION_POWER, RandomWeights

OPSET = 18
IR_VERSION = 9
EPSILON = 1e-5


@dataclasses.dataclass(frozen=True)
class Value:
    name: str
    channels: int
    moments: Moments


class GraphBuilder:
    """One image in, class probabilities or logits out."""

    def __init__(self, name, store):
        self.name = name
        self.store = store
        self.weights = RandomWeights(name)
        self.nodes = []
        self.initializers = []
        self.input = Value("input", 3, Moments())
        self.counts = {}

    def _name(self, stem):
        self.counts[stem] = self.counts.get(stem, 0) + 1
        return f"{stem}_{self.counts[stem]}"

    def _constant(self, name, values):
        self.initializers.append(self.store.tensor(name, values))
        return name

    def _node(self, kind, inputs, name=None, **attributes):
        name = name or self._name(kind.lower())
        self.nodes.append(
            helper.make_node(kind, inputs, [f"{name}.out"], name=name, **attributes)
        )
        return f"{name}.out"

    def conv(self, x, channels, kernel, stride=1, groups=1, bias=False):
        name = self._name("conv")
        shape = (channels, x.channels // groups, kernel, kernel)
        inputs = [x.name, self._constant(
            f"{name}.weight", self.weights.linear(f"{name}.weight", shape, x.moments))]
        if bias:
            inputs.append(self._constant(
                f"{name}.bias", self.weights.bias(f"{name}.bias", channels)))
        output = self._node(
            "Conv", inputs, name, kernel_shape=[kernel] * 2, strides=[stride] * 2,
            pads=[kernel // 2] * 4, group=groups)
        return Value(output, channels, Moments())

    def batch_norm(self, x):
        name = self._name("bn")
        parameters = self.weights.normalization(name, x.channels)
        inputs = [self._constant(f"{name}.{key}", v) for key, v in parameters.items()]
        output = self._node("BatchNormalization", [x.name, *inputs], name, epsilon=EPSILON)
        return Value(output, x.channels, x.moments.scaled(NORMALIZATION_POWER))

    def relu(self, x):
        return Value(self._node("Relu", [x.name]), x.channels, moments.of_relu(x.moments))

    def relu6(self, x):
        bounds = [self._scalar(0.0), self._scalar(6.0)]
        return Value(self._node("Clip", [x.name, *bounds]), x.channels,
                     moments.of_relu(x.moments, ceiling=6.0))

    def silu(self, x):
        gate = self._node("Sigmoid", [x.name])
        return Value(self._node("Mul", [x.name, gate]), x.channels,
                     moments.of_silu(x.moments))

    def hard_swish(self, x):
        return Value(self._node("HardSwish", [x.name]), x.channels,
                     moments.of_hard_swish(x.moments))

    def add(self, a, b):
        return Value(self._node("Add", [a.name, b.name]), a.channels,
                     a.moments.plus(b.moments))

    def concat(self, parts):
        output = self._node("Concat", [part.name for part in parts], axis=1)
        return Value(output, sum(part.channels for part in parts),
                     moments.of_concat([(p.channels, p.moments) for p in parts]))

    def max_pool(self, x, kernel, stride, pad=0):
        output = self._node("MaxPool", [x.name], kernel_shape=[kernel] * 2,
                            strides=[stride] * 2, pads=[pad] * 4)
        return Value(output, x.channels, moments.of_max(x.moments, kernel**2))

    def average_pool(self, x, kernel):
        output = self._node("AveragePool", [x.name], kernel_shape=[kernel] * 2,
                            strides=[kernel] * 2)
        return Value(output, x.channels, x.moments.averaged(kernel**2))

    def global_average_pool(self, x, as_reduction=False):
        """The mean of each channel; as ReduceMean where `as_reduction`."""
        if as_reduction:
            axes = self._integers([2, 3])
            output = self._node("ReduceMean", [x.name, axes], keepdims=1)
        else:
            output = self._node("GlobalAveragePool", [x.name])
        return Value(output, x.channels, x.moments.averaged(49))

    def gated(self, x, squeezed, activation, hard=False, as_reduction=False):
        """Squeeze and excitation: x times a gate per channel computed from its means."""
        gate = self.global_average_pool(x, as_reduction)
        gate = activation(self.conv(gate, squeezed, 1, bias=True))
        gate = self.conv(gate, x.channels, 1, bias=True)
        if hard:
            squashed = self._node("HardSigmoid", [gate.name], alpha=1 / 6, beta=0.5)
        else:
            squashed = self._node("Sigmoid", [gate.name])
        return Value(self._node("Mul", [x.name, squashed]), x.channels,
                     moments.of_gate(x.moments))

    def flatten(self, x, spatial=1):
        """`spatial`: height times width of `x`."""
        output = self._node("Flatten", [x.name], axis=1)
        return Value(output, x.channels * spatial, x.moments)

    def dense(self, x, outputs):
        name = self._name("fc")
        shape = (outputs, x.channels)
        weight = self._constant(
            f"{name}.weight", self.weights.linear(f"{name}.weight", shape, x.moments))
        bias = self._constant(f"{name}.bias", self.weights.bias(f"{name}.bias", outputs))
        output = self._node("Gemm", [x.name, weight, bias], name, transB=1)
        return Value(output, outputs, Moments())

    def model(self, result):
        """The finished model, whose output is `result`."""
        self.nodes[-1].output[0] = "output"
        assert result.name == f"{self.nodes[-1].name}.out"
        image = helper.make_tensor_value_info(
            self.input.name, TensorProto.FLOAT, [1, 3, 224, 224])
        output = helper.make_tensor_value_info(
            "output", TensorProto.FLOAT, [1, result.channels])
        graph = helper.make_graph(
            self.nodes, self.name, [image], [output], self.initializers)
        return helper.make_model(
            graph, producer_name="bn-opt zoo", ir_version=IR_VERSION,
            opset_imports=[helper.make_opsetid("", OPSET)])

    def _scalar(self, value):
        return self._constant(self._name("scalar"), np.array(value, np.float32))

    def _integers(self, values):
        return self._constant(self._name("axes"), np.array(values, np.int64))
