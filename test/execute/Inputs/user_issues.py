"""user_issues.py BINARIES FOLDER CASE...: small models that went wrong elsewhere, compiled, against ONNX Runtime."""

import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from harness import compiled

RANDOM = np.random.default_rng(11)


class Model:
    """A graph of one input, under construction; each node reads the last value."""

    def __init__(self, shape):
        self.shape, self.nodes, self.constants, self.last = shape, [], [], "x"

    def constant(self, value):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value, np.float32), name))
        return name

    def random(self, *shape):
        return self.constant(RANDOM.normal(size=shape))

    def node(self, op, *constants, **attributes):
        result = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, [self.last, *constants], [result], name=f"{op}_{result}", **attributes))
        self.last = result
        return self

    def batch_norm(self, channels):
        variance = RANDOM.uniform(0.5, 2, channels)
        return self.node(
            "BatchNormalization",
            self.random(channels),
            self.random(channels),
            self.random(channels),
            self.constant(variance),
        )

    def save(self, path):
        graph = helper.make_graph(
            self.nodes,
            "g",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, self.shape)],
            [helper.make_tensor_value_info(self.last, TensorProto.FLOAT, None)],
            self.constants,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        onnx.save(onnx.shape_inference.infer_shapes(model), path)


def conv_transpose_groups():
    model = Model([2, 4, 5, 5])
    model.node("ConvTranspose", model.random(4, 3, 3, 3), group=2, strides=[2, 2])
    return model.batch_norm(6)


def batched_matmul():
    """As LeViT has it: batch norm of a batched product, and of flattened tokens; as many tokens as columns."""
    model = Model([2, 6, 8])
    model.node("MatMul", model.random(8, 6)).batch_norm(6)
    model.node("MatMul", model.random(6, 6))
    shape = numpy_helper.from_array(np.array([12, 6], np.int64), "shape")
    model.constants.append(shape)
    return model.node("Reshape", "shape").batch_norm(6)


def large_batch():
    model = Model([200000, 1, 1, 2])
    model.batch_norm(1).node("Relu")
    return model.node("Conv", model.random(1, 1, 1, 1))


def large_batch_alone():
    return Model([200000, 1]).batch_norm(1)


def conv3d():
    model = Model([1, 3, 4, 5, 6])
    return model.node("Conv", model.random(4, 3, 2, 3, 3), pads=[0, 1, 1, 0, 1, 1]).batch_norm(4).node("Relu")


def alone_3d():
    return Model([1, 3, 4, 5, 6]).batch_norm(3)


def main():
    tools, folder = compiled.Tools(sys.argv[1]), pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[3:]:
        model = folder / f"{name}.onnx"
        globals()[name]().save(model)
        try:
            result = tools.compile(model, folder)
            error = compiled.conformance(tools, result.library, model)
        except compiled.ToolError as problem:
            return compiled.fail("user-issues", f"{name}: {problem}")
        left = result.report["bn_after"]
        print(f"{name}: largest difference {error:.2g} of the largest value, {left} normalizations left")
    return 0


if __name__ == "__main__":
    sys.exit(main())
