"""Networks in training mode as ONNX models: the kinds that BN was invented for, small."""

import json

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

EPSILON = 1e-5


class Network:
    """One image in, logits out; each normalization by the statistics of the batch."""

    def __init__(self, name, shape, seed):
        self.name, self.shape = name, shape
        self.random = np.random.default_rng(seed)
        self.nodes, self.parameters = [], {}
        self.channels = {"x": shape[1]}

    def parameter(self, name, shape, mean, deviation):
        self.parameters[name] = self.random.normal(mean, deviation, shape).astype(np.float32)
        return name

    def node(self, kind, inputs, channels, **attributes):
        name = f"{kind.lower()}{len(self.nodes)}"
        self.nodes.append({"kind": kind, "name": name, "inputs": inputs, "output": name, "attributes": attributes})
        self.channels[name] = channels
        return name

    def conv(self, x, channels, window, stride=1):
        name = f"conv{len(self.nodes)}.weight"
        shape = (channels, self.channels[x], window, window)
        weights = self.parameter(name, shape, 0, np.sqrt(2 / np.prod(shape[1:])))
        pads = [window // 2] * 4
        return self.node("Conv", [x, weights], channels, kernel_shape=[window] * 2, strides=[stride] * 2, pads=pads)

    def norm(self, x):
        channels, stem = self.channels[x], f"bn{len(self.nodes)}"
        scale = self.parameter(f"{stem}.weight", (channels,), 1, 0.1)
        offset = self.parameter(f"{stem}.bias", (channels,), 0, 0.1)
        running = [self.parameter(f"{stem}.running_{kind}", (channels,), 1, 0.1) for kind in ("mean", "var")]
        return self.node("BatchNormalization", [x, scale, offset, *running], channels, epsilon=EPSILON,
                         training_mode=1)

    def relu(self, x):
        return self.node("Relu", [x], self.channels[x])

    def norm_relu(self, x):
        return self.relu(self.norm(x))

    def pool(self, kind, x, window, stride, pad=0):
        return self.node(kind, [x], self.channels[x], kernel_shape=[window] * 2, strides=[stride] * 2, pads=[pad] * 4)

    def classify(self, x, classes):
        features = self.channels[x]
        flat = self.node("Flatten", [self.node("GlobalAveragePool", [x], features)], features)
        weights = self.parameter("fc.weight", (classes, features), 0, np.sqrt(1 / features))
        bias = self.parameter("fc.bias", (classes,), 0, 0.1)
        self.output = self.node("Gemm", [flat, weights, bias], classes, transB=1)

    def save(self, folder):
        """The model, and for other programs its nodes and parameters."""
        nodes = [helper.make_node(n["kind"], n["inputs"], [n["output"]], name=n["name"], **n["attributes"])
                 for n in self.nodes]
        x = helper.make_tensor_value_info("x", TensorProto.FLOAT, self.shape)
        y = helper.make_tensor_value_info(self.output, TensorProto.FLOAT, None)
        initializers = [numpy_helper.from_array(value, name) for name, value in self.parameters.items()]
        graph = helper.make_graph(nodes, self.name, [x], [y], initializers)
        path = folder / f"{self.name}.onnx"
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)
        (folder / f"{self.name}.json").write_text(json.dumps({"nodes": self.nodes, "output": self.output}))
        return path


def residual_network(batch=8, size=64, width=8):
    """ResNet-18: four stages of two basic blocks each."""
    net = Network("resnet18_like", (batch, 3, size, size), seed=18)
    x = net.pool("MaxPool", net.norm_relu(net.conv("x", width, 7, 2)), 3, 2, 1)
    for stage in range(4):
        for block in range(2):
            channels, stride = width << stage, 2 if stage and not block else 1
            y = net.norm_relu(net.conv(x, channels, 3, stride))
            y = net.norm(net.conv(y, channels, 3))
            if net.channels[x] != channels:
                x = net.norm(net.conv(x, channels, 1, stride))
            x = net.relu(net.node("Add", [y, x], channels))
    net.classify(x, 10)
    return net


def dense_network(batch=4, size=16, growth=8, layers=(3, 3, 3)):
    """DenseNet-BC: bottlenecks before the 3×3 convolutions, transitions that halve the channels."""
    net = Network("densenet_bc_like", (batch, 3, size, size), seed=121)
    x = net.conv("x", 2 * growth, 3)
    for index, count in enumerate(layers):
        for _ in range(count):
            y = net.conv(net.norm_relu(x), 4 * growth, 1)
            y = net.conv(net.norm_relu(y), growth, 3)
            x = net.node("Concat", [x, y], net.channels[x] + growth, axis=1)
        if index + 1 < len(layers):
            x = net.conv(net.norm_relu(x), net.channels[x] // 2, 1)
            x = net.pool("AveragePool", x, 2, 2)
    net.classify(net.norm_relu(x), 10)
    return net


NETWORKS = {"resnet18_like": residual_network, "densenet_bc_like": dense_network}
