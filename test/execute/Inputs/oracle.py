"""oracle.py BN-OPT FOLDER [--part I/N]: training of batch norm, compiled, against f64, for hundreds of shapes.

Output, statistics, gradients and running statistics of each are compared with NumPy in f64, which starts from the
same inputs and from nothing that was computed in f32. Whatever is computed has the same bits for one and two
threads, and in every run. Prints the largest error of each result, or fails with what is too far off.
"""

import argparse
import dataclasses
import itertools
import pathlib
import subprocess
import sys

import numpy as np

from named import Library

TOLERANCE = 1e-5  # Relative to the largest value of a result.
CHANNELS = (1, 3, 64, 65, 100, 2048)
# Mean and deviation: with 1e4 deviations, the rounding of a mean to f32 alone is 6e-4 deviations.
DISTRIBUTIONS = ((0, 1), (3, 0.5), (-1e4, 1), (100, 1e-2), (1e4, 10), (-1, 1e-2), (1e4, 1))
SPATIAL = {
    2: ((),),
    3: ((7,), (147,), (35 * 35,), (147 * 147,)),
    4: ((1, 1), (7, 9), (35, 35), (73, 73), (147, 147)),
    5: ((3, 5, 7), (5, 7, 7), (3, 35, 35)),
}
BATCHES = {2: (3, 5, 8, 17, 33, 64), 3: (1, 2, 16), 4: (1, 3, 16, 64), 5: (1, 4)}
MOST_ELEMENTS = 3_000_000
EPSILON = 1e-5
CASES_PER_LIBRARY = 10
# Convention, estimator and momentum of running statistics: PyTorch's and ONNX's.
RUNNING = (("update", "sample", 0.1), ("keep", "population", 0.9))


@dataclasses.dataclass(frozen=True)
class Case:
    shape: tuple  # N×C×spatial
    layout: str
    mean: float
    deviation: float
    running: tuple

    @property
    def count(self):
        return int(np.prod(self.shape)) // self.shape[1]

    @property
    def memory_shape(self):
        n, c, *spatial = self.shape
        return (n, *spatial, c) if self.layout == "nhwc" else self.shape

    @property
    def feature(self):
        return len(self.shape) - 1 if self.layout == "nhwc" else 1

    def __str__(self):
        size = "x".join(map(str, self.shape))
        return f"{size} {self.layout} mean {self.mean:g} deviation {self.deviation:g}"


def list_cases():
    kinds = []
    for rank, channels in itertools.product(SPATIAL, CHANNELS):
        for spatial, batch in itertools.product(SPATIAL[rank], BATCHES[rank]):
            shape = (batch, channels, *spatial)
            if np.prod(shape) > MOST_ELEMENTS:
                continue
            kinds += [(shape, layout) for layout in (("nchw", "nhwc") if rank > 2 else ("nchw",))]
    return [Case(*kind, *DISTRIBUTIONS[i % len(DISTRIBUTIONS)], RUNNING[i % len(RUNNING)])
            for i, kind in enumerate(kinds)]


def describe(i, case):
    """The operators of a case, and the arguments and results of the function that they are."""
    tensor = f"tensor<{'x'.join(map(str, case.memory_shape))}xf32>"
    vector = f"tensor<{case.shape[1]}xf32>"
    attributes = f"{{epsilon = {EPSILON:.6e} : f64, featureIndex = {case.feature} : i64}}"
    convention, estimator, momentum = case.running
    update = f"{{momentum = {momentum} : f64, count = {case.count} : i64}} : {vector}"
    body = f"""
  %y{i}, %m{i}, %v{i} = bn.training %x{i}, %scale{i}, %offset{i} {attributes}
     : ({tensor}, {vector}, {vector}) -> ({tensor}, {vector}, {vector})
  %dx{i}, %ds{i}, %do{i} = bn.gradient %x{i}, %scale{i}, %m{i}, %v{i}, %dy{i} {attributes}
     : ({tensor}, {vector}, {vector}, {vector}, {tensor}) -> ({tensor}, {vector}, {vector})
  %rm{i} = bn.update_running %running_mean{i}, %m{i} {convention} population {update}
  %rv{i} = bn.update_running %running_variance{i}, %v{i} {convention} {estimator} {update}"""
    inputs = [(name, tensor if name in ("x", "dy") else vector)
              for name in ("x", "dy", "scale", "offset", "running_mean", "running_variance")]
    outputs = [("y", tensor), ("m", vector), ("v", vector), ("dx", tensor), ("ds", vector), ("do", vector),
               ("rm", vector), ("rv", vector)]
    return body, inputs, outputs


def write_module(path, cases):
    bodies, arguments, values, types, results = [], [], [], [], []
    for i, case in enumerate(cases):
        body, inputs, outputs = describe(i, case)
        bodies.append(body)
        arguments += [f'%{name}{i}: {kind} {{bn.name = "{name}{i}"}}' for name, kind in inputs]
        values += [f"%{name}{i}" for name, _ in outputs]
        types += [kind for _, kind in outputs]
        results += [f'{kind} {{bn.name = "{name}{i}"}}' for name, kind in outputs]
    path.write_text(f"func.func @oracle({', '.join(arguments)})\n    -> ({', '.join(results)}) {{{''.join(bodies)}\n"
                    f"  return {', '.join(values)} : {', '.join(types)}\n}}\n")


def make_inputs(case, random):
    channels = case.shape[1]
    inputs = {
        # Not all channels alike.
        "x": random.normal(case.mean, case.deviation, case.memory_shape),
        "dy": random.normal(random.choice((0, 0.5)), 1, case.memory_shape),
        "scale": random.normal(1, 0.3, channels),
        "offset": random.normal(size=channels),
        "running_mean": random.normal(case.mean, case.deviation, channels),
        "running_variance": case.deviation ** 2 * random.uniform(0.5, 1.5, channels),
    }
    return {name: value.astype(np.float32) for name, value in inputs.items()}


def compute(case, inputs):
    """All results in f64, with the size that the error of each is compared with."""
    x, dy, scale, offset, running_mean, running_variance = (value.astype(np.float64) for value in inputs.values())
    axes = tuple(d for d in range(x.ndim) if d != case.feature)
    wide = [1] * x.ndim
    wide[case.feature] = -1
    n = case.count
    mean = x.mean(axes)
    centered = x - mean.reshape(wide)
    variance = (centered ** 2).mean(axes)
    deviation = np.sqrt(variance + EPSILON)
    normalized = centered / deviation.reshape(wide)
    factor = (scale / deviation).reshape(wide)
    doffset, dscale = dy.sum(axes), (dy * normalized).sum(axes)
    dx = factor * (dy - doffset.reshape(wide) / n - normalized * dscale.reshape(wide) / n)
    convention, estimator, momentum = case.running
    keep = momentum if convention == "keep" else 1 - momentum
    unbiased = variance * (n / (n - 1) if estimator == "sample" and n > 1 else 1)
    results = {
        "y": scale.reshape(wide) * normalized + offset.reshape(wide), "m": mean, "v": variance,
        "dx": dx, "ds": dscale, "do": doffset,
        "rm": keep * running_mean + (1 - keep) * mean,
        "rv": keep * running_variance + (1 - keep) * unbiased,
    }
    sizes = {name: np.abs(value).max() for name, value in results.items()}
    if n < 8:
        # Of few elements nearly nothing is left of dx, of one or two nothing: the terms count, not their sum.
        sizes["dx"] = np.abs(factor * dy).max()
    if n == 1:
        sizes["v"], sizes["ds"] = case.deviation ** 2, np.abs(dy).max()
    return results, sizes


class Oracle:
    def __init__(self, bn_opt, folder):
        self.bn_opt, self.folder = bn_opt, folder
        self.worst = {}
        self.failures = []

    def check(self, case, got, inputs):
        expected, sizes = compute(case, inputs)
        for name, value in expected.items():
            error = np.abs(got[name] - value).max() / sizes[name]
            if not error <= TOLERANCE:
                self.failures.append(f"{case}: {name} differs by {error:.2g} of its largest value")
            if not error <= self.worst.get(name, (0, None))[0]:
                self.worst[name] = error, case

    def run(self, key, cases):
        path = self.folder / f"cases{key}.mlir"
        write_module(path, cases)
        library_path = path.with_suffix(".so")
        subprocess.run([self.bn_opt, path, "-o", library_path], check=True)
        random = np.random.default_rng(key)
        inputs = [make_inputs(case, random) for case in cases]
        feeds = {f"{name}{i}": value for i, values in enumerate(inputs) for name, value in values.items()}
        library = Library(library_path, "oracle")
        first, *others = (library.run(feeds, threads) for threads in (1, 2, 1, 2))
        for other, name in itertools.product(others, first):
            if first[name].tobytes() != other[name].tobytes():
                self.failures.append(f"{name} of library {key} depends on threads or runs")
        for i, case in enumerate(cases):
            self.check(case, {name: first[f"{name}{i}"] for name in
                              ("y", "m", "v", "dx", "ds", "do", "rm", "rv")}, inputs[i])
        library_path.unlink()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bn_opt")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--part", default="0/1", help="I/N: every N-th case, from the I-th on")
    arguments = parser.parse_args()
    part, parts = map(int, arguments.part.split("/"))
    arguments.folder.mkdir(parents=True, exist_ok=True)
    cases = list_cases()[part::parts]
    oracle = Oracle(arguments.bn_opt, arguments.folder)
    for key in range(0, len(cases), CASES_PER_LIBRARY):
        oracle.run(key, cases[key:key + CASES_PER_LIBRARY])
    for name, (error, case) in oracle.worst.items():
        print(f"{name}: at most {error:.2g}, {case}")
    if oracle.failures:
        sys.exit("\n".join(oracle.failures))
    print(f"{len(cases)} shapes within {TOLERANCE:g}, the same bits for 1 and 2 threads and in every run")


if __name__ == "__main__":
    main()
