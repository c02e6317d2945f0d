"""training.py BINARIES FOLDER FAMILY...: batch norm by the statistics of the batch, compiled, against f64.

Each family prints a line, or fails with what differs.
"""

import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper
from onnx.backend.test.case import node as backend_cases

from harness import compiled

TOLERANCE = 1e-5  # relative to the largest reference value
RANDOM = np.random.default_rng(5)
PARAMETERS = ("scale", "offset", "mean", "variance")
# Mean and deviation of the data. In f32, 1e4 has steps of a tenth of the last one.
DISTRIBUTIONS = ((0, 1), (3, 0.5), (-1e4, 1), (1e4, 1e-2))


class Runner:
    def __init__(self, binaries, folder):
        self.tools, self.folder = compiled.Tools(binaries), pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)

    def compile(self, path):
        library = path.with_suffix(".so")
        compiled.run([self.tools.bn_opt, path, "-o", library])
        return library

    def save_inputs(self, feeds):
        options = []
        for name, value in feeds.items():
            path = self.folder / f"in_{name}.npy"
            np.save(path, value)
            options.append(f"--input={name}={path}")
        return options

    def collect(self, command, feeds, place):
        compiled.run([*command, f"--output={place}", *self.save_inputs(feeds)])
        return {path.stem: np.load(path) for path in sorted(place.glob("*.npy"))}

    def run(self, library, feeds, threads=1):
        place = self.folder / f"{library.stem}_{threads}"
        place.mkdir(exist_ok=True)
        command = [self.tools.bn_run, library, "--repeat=1", "--warmup=0", f"--threads={threads}"]
        return self.collect(command, feeds, place)

    def interpret(self, path, feeds):
        place = self.folder / f"{path.stem}_interpreted"
        place.mkdir(exist_ok=True)
        return self.collect([self.tools.bn_opt, path, "--interpret"], feeds, place)


def require_close(what, got, expected, tolerance=TOLERANCE):
    if got.shape != expected.shape:
        raise SystemExit(f"{what}: expected shape {expected.shape}, but got {got.shape}")
    if expected.size == 0:
        return
    error = np.abs(got - expected).max() / max(np.abs(expected).max(), 1e-30)
    if not error <= tolerance:
        raise SystemExit(f"{what} differs by {error:.2g} of its largest value")


def per_feature(vector, rank):
    return vector.reshape([1, -1] + [1] * (rank - 2))


def statistics(x):
    if x.size == 0:
        return np.zeros(x.shape[1]), np.zeros(x.shape[1])
    axes = (0, *range(2, x.ndim))
    mean = x.mean(axes, dtype=np.float64)
    return mean, ((x - per_feature(mean, x.ndim)) ** 2).mean(axes)


def forward(x, scale, offset, epsilon):
    mean, variance = statistics(x.astype(np.float64))
    factor = per_feature(scale / np.sqrt(variance + epsilon), x.ndim)
    return (x - per_feature(mean, x.ndim)) * factor + per_feature(offset, x.ndim), mean, variance


class Model:
    """Normalizations of inputs of their own, in one library."""

    def __init__(self, name, opset, outputs, momentum):
        self.name, self.opset, self.outputs, self.momentum = name, opset, outputs, momentum
        self.nodes, self.inputs, self.results, self.feeds, self.expected = [], [], [], {}, {}
        self.relative = set()

    def add(self, shape, mean, deviation, epsilon=1e-3):
        key, channels = len(self.nodes), shape[1]
        feeds = {"x": RANDOM.normal(mean, deviation, shape)}
        feeds |= {name: RANDOM.normal(size=channels) for name in PARAMETERS}
        feeds["variance"] = np.abs(feeds["variance"])
        feeds = {name: value.astype(np.float32) for name, value in feeds.items()}
        names = {name: f"{name}{key}" for name in feeds}
        results = [f"{result}{key}" for result in ("y", "mean_out", "variance_out")][: self.outputs]
        attributes = {"epsilon": epsilon, "momentum": self.momentum}
        if self.opset >= 14:
            attributes["training_mode"] = 1
        else:
            results += [f"saved_mean{key}", f"saved_variance{key}"]
        self.nodes.append(helper.make_node("BatchNormalization", list(names.values()), results, name=f"bn{key}",
                                           **attributes))
        self.inputs += [helper.make_tensor_value_info(names[n], TensorProto.FLOAT, v.shape) for n, v in feeds.items()]
        self.results += results
        self.feeds |= {names[name]: value for name, value in feeds.items()}
        y, batch_mean, batch_variance = forward(feeds["x"], feeds["scale"], feeds["offset"],
                                                float(np.float32(epsilon)))
        keep = float(np.float32(self.momentum))
        values = [y, keep * feeds["mean"].astype(np.float64) + (1 - keep) * batch_mean,
                  keep * feeds["variance"].astype(np.float64) + (1 - keep) * batch_variance][: self.outputs]
        values += [batch_mean, batch_variance][: len(results) - len(values)]
        self.expected |= dict(zip(results, values))
        if len(results) > 3:
            self.relative.add(results[4])
        if self.momentum == 0 and self.outputs == 3:
            self.relative.add(results[2])

    def save(self, folder):
        path = folder / f"{self.name}.onnx"
        outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in self.results]
        graph = helper.make_graph(self.nodes, "g", self.inputs, outputs)
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset)], ir_version=8), path)
        return path

    def check(self, runner):
        results = runner.run(runner.compile(self.save(runner.folder)), self.feeds)
        for name, expected in self.expected.items():
            require_close(f"{self.name}: {name} of shape {expected.shape}", results[name], expected)
            if name in self.relative:  # Each variance by itself.
                error = np.abs(results[name] / np.where(expected == 0, 1, expected) - (expected != 0)).max()
                if not error <= TOLERANCE or results[name].min() < 0:
                    raise SystemExit(f"{self.name}: {name} differs by {error:.2g} of itself")


def list_shapes():
    for channels in (1, 3, 64, 65, 100):
        yield (1, channels, 7, 9)
        yield (16, channels)
        yield (5, channels, 13)
        yield (3, channels, 5, 3, 7)
        yield (4, channels, 35, 35)
        yield (2, channels, 1, 1)
        yield (1, channels, 1, 1)  # One element per feature.


def shapes(runner):
    """Operator sets, numbers of outputs, and momentum, each with all shapes in turn."""
    count = 0
    kinds = ((15, 1, 0.9), (14, 3, 0.9), (15, 3, 0.0), (9, 3, 0.75))
    for kind, (opset, outputs, momentum) in enumerate(kinds):
        model = Model(f"opset{opset}_outputs{outputs}_{kind}", opset, outputs, momentum)
        for i, shape in enumerate(list_shapes()):
            if i % 2 == kind % 2:
                model.add(shape, *DISTRIBUTIONS[(i + i // 7 + kind) % len(DISTRIBUTIONS)])
                count += 1
        model.check(runner)
    return f"{count} shapes within {TOLERANCE:g}"


def cancellation(runner):
    """Where the mean is a million deviations, mean(x²) − mean(x)² would be noise."""
    model = Model("cancellation", 15, 3, 0.0)
    for shape in ((16, 3, 33, 31), (8, 64, 14, 14), (1000, 5)):
        model.add(shape, 1e4, 1e-2, epsilon=1e-9)
    model.check(runner)
    return "each variance within 1e-05 of itself"


def empty(runner):
    """An empty batch leaves the running statistics as they are."""
    model = Model("empty", 15, 3, 0.9)
    model.add((0, 3, 2, 2), 0, 1)
    for result in ("mean", "variance"):
        model.expected[f"{result}_out0"] = model.feeds[f"{result}0"]
    results = runner.run(runner.compile(model.save(runner.folder)), model.feeds)
    for name in ("mean", "variance"):
        if not np.array_equal(results[f"{name}_out0"], model.feeds[f"{name}0"]):
            raise SystemExit(f"running {name} changed")
    return f"output of shape {results['y0'].shape}"


def steps(runner):
    """The running statistics of each step are the next one's."""
    model = Model("steps", 15, 3, 0.9)
    model.add((8, 5, 6, 6), 3, 0.5)
    library = runner.compile(model.save(runner.folder))
    feeds, keep = dict(model.feeds), float(np.float32(0.9))
    running = [feeds[name].astype(np.float64) for name in ("mean0", "variance0")]
    for step in range(20):
        feeds["x0"] = RANDOM.normal(step, 0.5 + step, feeds["x0"].shape).astype(np.float32)
        results = runner.run(library, feeds)
        running = [keep * r + (1 - keep) * s for r, s in zip(running, statistics(feeds["x0"].astype(np.float64)))]
        for name, value in zip(("mean", "variance"), running):
            require_close(f"running {name} of step {step}", results[f"{name}_out0"], value, 1e-6)
            feeds[f"{name}0"] = results[f"{name}_out0"]
    return "20 steps within 1e-06"


STEP = """func.func @f(%x: {T} {{bn.name = "x"}}, %p: {V} {{bn.name = "p"}}, %mean: {V} {{bn.name = "mean"}},
    %variance: {V} {{bn.name = "variance"}}, %average: {V} {{bn.name = "average"}}, %batches: tensor<f32> {{bn.name = "batches"}})
    -> ({T} {{bn.name = "y"}}, {V} {{bn.name = "mean_out"}}, {V} {{bn.name = "variance_out"}}, {V} {{bn.name = "average_out"}}) {{
  %y, %m, %v = bn.training %x, %p, %p {{epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}} : ({T}, {V}, {V}) -> ({T}, {V}, {V})
  %0 = bn.update_running %mean, %m update population {{momentum = 0.1 : f64, count = {N} : i64}} : {V}
  %1 = bn.update_running %variance, %v update sample {{momentum = 0.1 : f64, count = {N} : i64}} : {V}
  %2 = bn.update_cumulative %average, %v, %batches sample {{count = {N} : i64}} : {V}, tensor<f32>
  return %y, %0, %1, %2 : {T}, {V}, {V}, {V}
}}
"""


def pytorch_steps(runner):
    """PyTorch's running statistics: momentum 0.1 or none, the variance of the sample. Each step is rounded to f32, as
    PyTorch does; of the errors of all steps before, momentum leaves a tenth less each time."""
    shape, count = (8, 5, 6, 6), 8 * 6 * 6
    path = runner.folder / "pytorch_steps.mlir"
    path.write_text(STEP.format(T="tensor<8x5x6x6xf32>", V="tensor<5xf32>", N=count))
    library = runner.compile(path)
    feeds = {"p": np.ones(5), "mean": np.zeros(5), "variance": np.ones(5), "average": np.zeros(5)}
    feeds = {name: value.astype(np.float32) for name, value in feeds.items()}
    exact = {name: feeds[name].astype(np.float64) for name in ("mean", "variance", "average")}
    for step in range(100):
        feeds["x"] = RANDOM.normal(np.sin(step), 0.5 + step % 7, shape).astype(np.float32)
        feeds["batches"] = np.array(step + 1, np.float32)
        results = runner.run(library, feeds)
        mean, variance = statistics(feeds["x"].astype(np.float64))
        variance = variance * count / (count - 1)
        exact["mean"] += 0.1 * (mean - exact["mean"])
        exact["variance"] += 0.1 * (variance - exact["variance"])
        exact["average"] += (variance - exact["average"]) / (step + 1)
        for name, value in exact.items():
            require_close(f"running {name} of step {step}", results[f"{name}_out"], value, 1e-6)
            feeds[name] = results[f"{name}_out"]
    return "100 steps within 1e-06"


def not_finite(runner):
    """What is not a number stays within its feature."""
    model = Model("not_finite", 15, 3, 0.9)
    model.add((4, 5, 3, 3), 1, 2)
    library = runner.compile(model.save(runner.folder))
    for value in (np.nan, np.inf, -np.inf):
        feeds = dict(model.feeds)
        feeds["x0"] = feeds["x0"].copy()
        feeds["x0"][1, 2, 0, 0] = value
        results = runner.run(library, feeds)
        for name, expected in model.expected.items():
            others = np.delete(results[name], 2, axis=min(1, results[name].ndim - 1))
            wanted = np.delete(expected, 2, axis=min(1, expected.ndim - 1))
            require_close(f"{name} beside {value}", others, wanted)
        if not np.isnan(results["y0"][:, 2]).all() or np.isfinite(results["variance_out0"][2]):
            raise SystemExit(f"{value} in a feature is lost")
        if np.isfinite(results["mean_out0"][2]):
            raise SystemExit(f"the mean over {value} is finite")
    return "NaN and infinities stay in their feature"


def few(runner):
    """Gradients over one element per feature, and over none."""
    for samples in (0, 1):
        tensor = f"tensor<{samples}x3xf32>"
        path = runner.folder / f"few{samples}.mlir"
        path.write_text(TRAINING.format(T=tensor, V="tensor<3xf32>", F=1, N=samples))
        feeds = {"x": RANDOM.normal(size=(samples, 3)), "dy": RANDOM.normal(size=(samples, 3))}
        feeds |= {name: RANDOM.normal(size=3) for name in ("scale", "offset")}
        feeds = {name: value.astype(np.float32) for name, value in feeds.items()}
        results = runner.run(runner.compile(path), feeds)
        expected = {"y": np.tile(feeds["offset"], (samples, 1)), "mean": feeds["x"].sum(0), "variance": np.zeros(3),
                    "dx": np.zeros((samples, 3)), "dscale": np.zeros(3), "doffset": feeds["dy"].sum(0),
                    "running": feeds["scale"] * (0.9 if samples else 1)}
        for name, value in expected.items():
            error = np.abs(results[name] - value).max(initial=0)
            # The terms of dx, which cancel, are as large as dy·scale/√epsilon.
            terms = np.abs(feeds["dy"] * feeds["scale"]).max(initial=0) / 1e-3 ** 0.5 if name == "dx" else 1
            if results[name].shape != value.shape or not error <= 1e-6 * max(terms, 1):
                raise SystemExit(f"{name} over {samples} elements differs by {error:.2g}")
    return "no and one element per feature"


def virtual(runner):
    """Parts of the batch are normalized as batches of their own, and running statistics take a step for each."""
    shape, part = (7, 5, 3, 3), 3
    tensor, vector = "tensor<7x5x3x3xf32>", "tensor<5xf32>"
    text = TRAINING.format(T=tensor, V=vector, F=1, N=63)
    whole, path = runner.folder / "whole.mlir", runner.folder / "virtual.mlir"
    # Of the statistics of the whole batch nothing is left.
    for end in ('"mean"}, ', '"variance"},\n       '):
        text = text.replace(f"{vector} {{bn.name = {end}", "")
    text = text.replace("return %y, %mean, %variance, ", "return %y, ")
    text = text.replace(f": {tensor}, {vector}, {vector}, {tensor}, ", f": {tensor}, {tensor}, ")
    whole.write_text(text)
    compiled.run([runner.tools.bn_opt, whole, f"--bn-split-virtual-batches=size={part}", "-o", path])
    feeds = {"x": RANDOM.normal(1, 2, shape), "dy": RANDOM.normal(size=shape)}
    feeds |= {name: RANDOM.normal(size=5) for name in ("scale", "offset")}
    feeds = {name: value.astype(np.float32) for name, value in feeds.items()}
    results = runner.run(runner.compile(path), feeds)
    scale, running = per_feature(feeds["scale"].astype(np.float64), 4), feeds["scale"].astype(np.float64)
    expected = {name: [] for name in ("y", "dx", "dscale", "doffset")}
    for first in range(0, shape[0], part):
        x, dy = (feeds[name][first:first + part].astype(np.float64) for name in ("x", "dy"))
        count = x.size // 5
        y, mean, variance = forward(x, feeds["scale"], feeds["offset"], 1e-3)
        root = per_feature(np.sqrt(variance + 1e-3), 4)
        normalized = (x - per_feature(mean, 4)) / root
        doffset, dscale = dy.sum((0, 2, 3)), (dy * normalized).sum((0, 2, 3))
        dx = scale / root * (dy - per_feature(doffset, 4) / count - normalized * per_feature(dscale, 4) / count)
        running = 0.9 * running + 0.1 * variance * count / (count - 1)
        for name, value in (("y", y), ("dx", dx), ("dscale", dscale), ("doffset", doffset)):
            expected[name].append(value)
    for name, values in expected.items():
        value = np.concatenate(values) if values[0].ndim > 1 else np.sum(values, 0)
        require_close(f"{name} of virtual batches", results[name], value)
    require_close("running variance of virtual batches", results["running"], running)
    return "7 samples by threes"


def threads(runner):
    """The order of additions does not depend on who adds."""
    for shape in ((16, 64, 56, 56), (32, 3, 65, 67), (16, 1, 200, 200)):
        model = Model(f"threads{shape[1]}", 15, 3, 0.9)
        model.add(shape, 3, 0.5)
        library = runner.compile(model.save(runner.folder))
        one, two = (runner.run(library, model.feeds, count) for count in (1, 2))
        for name, expected in model.expected.items():
            require_close(f"{name} of shape {shape}", one[name], expected)
            if one[name].tobytes() != two[name].tobytes():
                raise SystemExit(f"{name} of shape {shape} depends on the number of threads")
    return "1 and 2 threads agree to the bit"


def backend(runner):
    """The cases that ONNX ships for its backends."""
    names = []
    for case in backend_cases.collect_testcases("BatchNormalization"):
        if not case.name.endswith("training_mode"):
            continue
        path = runner.folder / f"{case.name}.onnx"
        onnx.save(case.model, path)
        inputs, outputs = case.data_sets[0]
        graph = case.model.graph
        results = runner.run(runner.compile(path), dict(zip([value.name for value in graph.input], inputs)))
        for value, expected in zip(graph.output, outputs):
            require_close(f"{case.name}: {value.name}", results[value.name], expected)
        names.append(case.name)
    return f"{len(names)} cases"


TRAINING = """func.func @f(%x: {T} {{bn.name = "x"}}, %scale: {V} {{bn.name = "scale"}}, %offset: {V} {{bn.name = "offset"}},
    %dy: {T} {{bn.name = "dy"}})
    -> ({T} {{bn.name = "y"}}, {V} {{bn.name = "mean"}}, {V} {{bn.name = "variance"}},
        {T} {{bn.name = "dx"}}, {V} {{bn.name = "dscale"}}, {V} {{bn.name = "doffset"}}, {V} {{bn.name = "running"}}) {{
  %y, %mean, %variance = bn.training %x, %scale, %offset {{epsilon = 1.0e-03 : f64, featureIndex = {F} : i64}}
     : ({T}, {V}, {V}) -> ({T}, {V}, {V})
  %dx, %dscale, %doffset = bn.gradient %x, %scale, %mean, %variance, %dy {{epsilon = 1.0e-03 : f64, featureIndex = {F} : i64}}
     : ({T}, {V}, {V}, {V}, {T}) -> ({T}, {V}, {V})
  %running = bn.update_running %scale, %variance update sample {{momentum = 0.1 : f64, count = {N} : i64}} : {V}
  return %y, %mean, %variance, %dx, %dscale, %doffset, %running : {T}, {V}, {V}, {T}, {V}, {V}, {V}
}}
"""


def gradients(runner):
    """Forward and backward with any feature dimension, against the interpreter in f64."""
    count = 0
    for shape in ((16, 65), (3, 5, 7), (2, 3, 5, 7), (4, 64, 7, 7), (1, 3, 4, 5, 2)):
        for feature, features in enumerate(shape):
            tensor, vector = "x".join(map(str, shape)), f"tensor<{features}xf32>"
            path = runner.folder / f"gradient{count}.mlir"
            path.write_text(TRAINING.format(T=f"tensor<{tensor}xf32>", V=vector, F=feature,
                                            N=int(np.prod(shape)) // features))
            feeds = {"x": RANDOM.normal(1, 2, shape), "dy": RANDOM.normal(size=shape)}
            feeds |= {name: RANDOM.normal(size=features) for name in ("scale", "offset")}
            feeds = {name: value.astype(np.float32) for name, value in feeds.items()}
            results = runner.run(runner.compile(path), feeds)
            for name, expected in runner.interpret(path, feeds).items():
                require_close(f"{name} of {tensor}, features along {feature}", results[name], expected)
            count += 1
    return f"{count} cases within {TOLERANCE:g}"


FAMILIES = {f.__name__: f for f in (shapes, cancellation, empty, steps, pytorch_steps, not_finite,
                                         few, virtual, threads, backend, gradients)}

if __name__ == "__main__":
    runner = Runner(sys.argv[1], sys.argv[2])
    for family in sys.argv[3:]:
        print(f"{family}: {FAMILIES[family](runner)}", flush=True)
