"""Writes a small residual network as ONNX, and an input for it as raw floats.

    make_model.py MODEL.onnx INPUT.f32 --seed 1 [--channels 16] [--size 32]
"""

import argparse

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper


class Network:
    def __init__(self, seed):
        self.random = numpy.random.default_rng(seed)
        self.nodes = []
        self.weights = []

    def weight(self, name, values):
        self.weights.append(numpy_helper.from_array(values.astype("f4"), name))
        return name

    def add(self, op, inputs, output, **attributes):
        self.nodes.append(
            helper.make_node(op, inputs, [output], name=output, **attributes)
        )
        return output

    def conv_bn(self, name, source, channels_in, channels_out, stride):
        shape = (channels_out, channels_in, 3, 3)
        values = self.random.normal(0, (2 / (9 * channels_in)) ** 0.5, shape)
        weight = self.weight(f"{name}.weight", values)
        conv = self.add(
            "Conv", [source, weight], f"{name}.conv",
            kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[stride, stride],
        )
        ranges = {"scale": (0.5, 1.5), "offset": (-0.1, 0.1),
                  "mean": (-0.1, 0.1), "variance": (0.5, 1.5)}
        statistics = [
            self.weight(f"{name}.{key}", self.random.uniform(*ends, channels_out))
            for key, ends in ranges.items()
        ]
        return self.add("BatchNormalization", [conv, *statistics], f"{name}.bn")


def build(seed, channels, size):
    net = Network(seed)
    first = net.add("Relu", [net.conv_bn("stem", "image", 3, channels, 2)], "stem")
    inner = net.add("Relu", [net.conv_bn("a", first, channels, channels, 1)], "a")
    outer = net.conv_bn("b", inner, channels, channels, 1)
    joined = net.add("Relu", [net.add("Add", [outer, first], "sum")], "joined")
    pooled = net.add("GlobalAveragePool", [joined], "pooled")
    flat = net.add("Flatten", [pooled], "flat")
    weight = net.weight("fc.weight", net.random.normal(0, 0.3, (10, channels)))
    bias = net.weight("fc.bias", net.random.normal(0, 0.1, 10))
    # The slash is what exporters write, and what file names cannot hold.
    net.add("Gemm", [flat, weight, bias], "scores/out", transB=1)
    graph = helper.make_graph(
        net.nodes, "small",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, size, size])],
        [helper.make_tensor_value_info("scores/out", TensorProto.FLOAT, [1, 10])],
        net.weights,
    )
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("input")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--channels", type=int, default=16)
    parser.add_argument("--size", type=int, default=32)
    arguments = parser.parse_args()
    model = build(arguments.seed, arguments.channels, arguments.size)
    onnx.checker.check_model(model)
    onnx.save(model, arguments.model)
    random = numpy.random.default_rng(arguments.seed + 1000)
    shape = (1, 3, arguments.size, arguments.size)
    random.normal(size=shape).astype("f4").tofile(arguments.input)


main()
