"""Blocks of networks in training mode, as ONNX models."""

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save


class BlockBuilder:
    """One image batch in, one out."""

    def __init__(self, name, shape):
        self.name, self.batch, self.shape = name, shape[0], shape
        self.random = np.random.default_rng(0)
        self.nodes, self.parameters = [], []
        self.channels = {"x": shape[1]}

    def _parameter(self, name, values):
        self.parameters.append(numpy_helper.from_array(values.astype(np.float32), name))
        return name

    def _node(self, kind, inputs, channels, **attributes):
        name = f"{kind.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        self.channels[name] = channels
        return name

    def conv(self, x, channels, kernel, stride=1):
        inputs, name = self.channels[x], f"weight{len(self.nodes)}"
        spread = np.sqrt(2 / (inputs * kernel * kernel))
        self._parameter(name, self.random.normal(0, spread, (channels, inputs, kernel, kernel)))
        return self._node("Conv", [x, name], channels, kernel_shape=[kernel] * 2,
                          strides=[stride] * 2, pads=[kernel // 2] * 4)

    def batch_norm(self, x):
        channels, name = self.channels[x], f"norm{len(self.nodes)}"
        names = [self._parameter(f"{name}.{part}", values) for part, values in (
            ("scale", self.random.uniform(0.5, 1.5, channels)),
            ("offset", self.random.uniform(-0.5, 0.5, channels)),
            ("mean", np.zeros(channels)), ("variance", np.ones(channels)))]
        self.nodes.append(helper.make_node(
            "BatchNormalization", [x, *names], [f"{name}.out"], name=name, training_mode=1))
        self.channels[f"{name}.out"] = channels
        return f"{name}.out"

    def relu(self, x):
        return self._node("Relu", [x], self.channels[x])

    def add(self, x, y):
        return self._node("Add", [x, y], self.channels[x])

    def concat(self, parts):
        return self._node("Concat", parts, sum(self.channels[part] for part in parts), axis=1)

    def save(self, output, path):
        graph = helper.make_graph(
            self.nodes, self.name,
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, self.shape)],
            [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)], self.parameters)
        save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)


def dense_block(path, batch, channels, layers, size, growth=32):
    """Layers that each add features to all that were made before (arXiv 1608.06993)."""
    block = BlockBuilder("dense", [batch, channels, size, size])
    features = "x"
    for _ in range(layers):
        y = block.relu(block.batch_norm(features))
        y = block.relu(block.batch_norm(block.conv(y, 4 * growth, 1)))
        features = block.concat([features, block.conv(y, growth, 3)])
    block.save(features, path)


def residual_stage(path, batch, channels, layers, size):
    """Bottlenecks of `channels`, of which the first halves an image of 2·`size` (arXiv 1512.03385)."""
    block = BlockBuilder("residual", [batch, channels // 2, 2 * size, 2 * size])
    x = "x"
    for layer in range(layers):
        stride = 2 if layer == 0 else 1
        y = block.relu(block.batch_norm(block.conv(x, channels // 4, 1)))
        y = block.relu(block.batch_norm(block.conv(y, channels // 4, 3, stride)))
        y = block.batch_norm(block.conv(y, channels, 1))
        if layer == 0:
            x = block.batch_norm(block.conv(x, channels, 1, stride))
        x = block.relu(block.add(y, x))
    block.save(x, path)


# As in DenseNet-121 and ResNet-50.
BLOCKS = {
    "dense2": lambda path, batch: dense_block(path, batch, 128, 12, 28),
    "dense3": lambda path, batch: dense_block(path, batch, 256, 24, 14),
    "residual3": lambda path, batch: residual_stage(path, batch, 512, 4, 28),
    "dense-small": lambda path, batch: dense_block(path, batch, 16, 3, 8, growth=8),
    "residual-small": lambda path, batch: residual_stage(path, batch, 32, 2, 6),
}
DEFAULT = ("dense2", "residual3")
