"""statistics_epilogue.py BINARIES FOLDER: sums that convolutions and their gradients take of their results, against f64."""

import re
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from training import Runner, require_close, statistics

from harness import compiled, training_blocks

RANDOM = np.random.default_rng(11)
# Input, output channels, window, stride, bias.
CONVOLUTIONS = {
    "window": ((2, 24, 16, 16), 32, 3, 1, None),
    "pointwise": ((3, 40, 28, 28), 64, 1, 1, 0.0),
    "masked_channels": ((2, 16, 8, 24), 50, 3, 1, None),
    "long_sums": ((2, 320, 10, 14), 48, 1, 1, None),
    "strided": ((3, 16, 33, 33), 32, 3, 2, None),
    "several_runs": ((2, 8, 6, 96), 32, 3, 1, None),
    "many_tasks": ((8, 64, 56, 56), 64, 1, 1, None),
    "one_dimension": ((4, 16, 112), 32, 3, 1, None),
    "far_from_zero": ((4, 16, 24, 24), 32, 3, 1, 1e4),
}


# Rows of 28 and 16 pixels. With more elements, one comes so near to zero that f32 and f64 see different signs.
BLOCKS = {
    "dense": lambda path: training_blocks.dense_block(path, 2, 16, 3, 28, growth=8),
    "residual": lambda path: training_blocks.residual_stage(path, 2, 64, 3, 16),
}


class Network:
    """A convolution, a training batch norm with a ReLU, and both again."""

    def __init__(self, shape, channels, window, stride, bias):
        self.shape, self.nodes, self.parameters = shape, [], []
        self.results = ["conv0", "mean0", "variance0", "norm0", "conv1", "mean1", "variance1", "y"]
        self._layer("x", shape[1], channels, window, stride, bias, "norm0")
        self.nodes.append(helper.make_node("Relu", ["norm0"], ["relu0"], name="relu0"))
        self._layer("relu0", channels, 32, window, 1, None, "y")

    def _parameter(self, name, values):
        self.parameters.append(numpy_helper.from_array(np.asarray(values, np.float32), name))
        return name

    def _layer(self, x, inputs, channels, window, stride, bias, y):
        index, dims = len(self.nodes) // 2, len(self.shape) - 2
        spread = np.sqrt(2 / (inputs * window ** dims))
        operands = [x, self._parameter(f"w{index}", RANDOM.normal(0, spread, (channels, inputs) + (window,) * dims))]
        if bias is not None:
            operands.append(self._parameter(f"b{index}", RANDOM.normal(bias, 1, channels)))
        self.nodes.append(helper.make_node("Conv", operands, [f"conv{index}"], name=f"conv{index}",
                                           strides=[stride] * dims, pads=[window // 2] * 2 * dims))
        names = [self._parameter(f"{name}{index}_in", RANDOM.uniform(0.5, 1.5, channels))
                 for name in ("scale", "offset", "mean", "variance")]
        self.nodes.append(helper.make_node("BatchNormalization", [f"conv{index}", *names],
                                           [y, f"mean{index}", f"variance{index}"], name=f"norm{index}",
                                           training_mode=1, momentum=0.0))

    def save(self, path):
        values = [helper.make_tensor_value_info("x", TensorProto.FLOAT, self.shape)]
        outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in self.results]
        graph = helper.make_graph(self.nodes, "g", values, outputs, self.parameters)
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)
        return path


def require_same(what, first, second):
    if first.tobytes() != second.tobytes():
        raise SystemExit(f"{what} is not the same to the bit")


def require_statistics(what, found):
    """Statistics are those of what the convolution has computed, each by itself."""
    for layer in range(2):
        for name, exact in zip(("mean", "variance"), statistics(found[f"conv{layer}"].astype(np.float64))):
            scale = np.abs(found[f"conv{layer}"]).max() if name == "mean" else exact
            error = (np.abs(found[f"{name}{layer}"] - exact) / scale).max()
            if not error <= 4e-6:
                raise SystemExit(f"{what}: {name}{layer} differs by {error:.2g}")


def check(runner, name, convolution):
    network = Network(*convolution)
    path = network.save(runner.folder / f"{name}.onnx")
    feeds = {"x": RANDOM.normal(size=network.shape).astype(np.float32)}
    results = {}
    for bnff in ("none", "epilogue", "all"):
        library = runner.folder / f"{name}_{bnff}.so"
        summary = compiled.run([runner.tools.bn_opt, path, "-o", library, f"--bnff={bnff}", "--summary"]).output
        if ("partial_statistics" in summary) != (bnff != "none"):
            raise SystemExit(f"{name}: --bnff={bnff} takes statistics in the wrong place:\n{summary}")
        results[bnff] = runner.run(library, feeds)
        for result, values in runner.run(library, feeds, threads=2).items():
            require_same(f"{name}: {result} of two threads with --bnff={bnff}", values, results[bnff][result])
    expected = runner.interpret(path, feeds)
    for bnff, found in results.items():
        require_statistics(f"{name} with --bnff={bnff}", found)
        # Far from zero, the convolution itself is rounded to more than the tolerance of its variance.
        for result in network.results if name != "far_from_zero" else ("conv0", "mean0"):
            require_close(f"{name}: {result} with --bnff={bnff}", found[result], expected[result])
        # A last bit of a statistic would turn some signs, and with them gradients.
        for result in ("conv0", "mean0", "variance0"):
            require_same(f"{name}: {result} with --bnff={bnff}", found[result], results["none"][result])


def check_gradients(runner, name, block):
    """All gradients of a block of network with --bnff and without, against the differentiated program in f64."""
    path = runner.folder / f"gradients_{name}.onnx"
    block(path)
    program = path.with_suffix(".mlir")
    compiled.run([runner.tools.bn_opt, path, "--differentiate", "--stop-after=differentiate", "-o", program])
    signature = program.read_text().split("->")[0]
    found = re.findall(r'%\w+: tensor<([\dx]+)xf32> \{bn.name = "([^"]+)"\}', signature)
    feeds = {key: RANDOM.normal(size=[*map(int, shape.split("x"))]).astype(np.float32) for shape, key in found}
    expected = runner.interpret(program, feeds)
    for bnff in ("epilogue", "all"):
        library = path.with_name(f"{path.stem}_{bnff}.so")
        summary = compiled.run([runner.tools.bn_opt, path, "-o", library, "--differentiate", f"--bnff={bnff}",
                                "--summary"]).output
        if "partial_gradient_statistics" not in summary:
            raise SystemExit(f"{name}: --bnff={bnff} takes no sums of gradients:\n{summary}")
        found = runner.run(library, feeds)
        for result, values in runner.run(library, feeds, threads=2).items():
            require_same(f"{name}: {result} of two threads with --bnff={bnff}", values, found[result])
        for result, values in expected.items():
            require_close(f"{name}: {result} with --bnff={bnff}", found[result], values, 2e-5)


def main():
    runner = Runner(sys.argv[1], sys.argv[2])
    for name, convolution in CONVOLUTIONS.items():
        check(runner, name, convolution)
        print(f"{name}: statistics within 1e-05, convolution and threads to the bit")
    for name, block in BLOCKS.items():
        check_gradients(runner, name, block)
        print(f"{name}: gradients within 2e-05, threads to the bit")


if __name__ == "__main__":
    main()
