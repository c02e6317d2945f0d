"""feature_numbers.py BN-OPT FOLDER GROUP: batch norm of very many or of few features, compiled, against f64.

All results of training, forward and backward, statistics, inference, fused steps and the output in the memory of an
input, by 1 and 2 threads.
"""

import pathlib
import sys

import numpy as np

import in_place
from kernels import EPSILON, Checker, Norm
from oracle import DISTRIBUTIONS, RUNNING, TOLERANCE, Case, Oracle

# More than lie on the stack together, in numbers that blocks of them divide and do not.
MANY = (((5, 100_000), "nchw"), ((3, 65_537), "nchw"), ((2, 40_001, 2, 1), "nhwc"), ((2, 40_001, 2, 1), "nchw"),
        ((70, 9_000), "nchw"), ((1, 70_001, 4, 4), "nchw"), ((2, 33_000, 1, 1), "nhwc"))
MANY_IN_PLACE = (("3x65552", "nchw"), ("2x40016x2x1", "nhwc"))
# Side by side less than a vector: several pixels are taken for one, in numbers that divide these; of a prime number of
# pixels none are.
FEW = (((4, 3, 20, 24), "nhwc"), ((2, 1, 31, 32), "nhwc"), ((5, 1, 1000), "nchw"), ((48, 4), "nchw"),
       ((3, 5, 7, 7), "nhwc"), ((2, 7, 64, 9), "nhwc"), ((1009, 3), "nchw"), ((6, 24, 5, 5), "nhwc"),
       ((16, 3, 128, 128), "nhwc"), ((1, 60, 8, 16), "nhwc"), ((2, 2, 4, 6, 8), "nhwc"),
       # Fewer than threads, channels first.
       ((8, 3, 131, 131), "nchw"), ((9, 2, 5, 71, 71), "nchw"))
FEW_IN_PLACE = (("2x1x40x40", "nchw"), ("8x3x128x136", "nchw"))
GROUPS = {"many": (MANY, MANY_IN_PLACE), "few": (FEW, FEW_IN_PLACE)}


def make_norm(shape, layout):
    n, features, *spatial = shape
    size = (n, *spatial, features) if layout == "nhwc" else shape
    dim = len(shape) - 1 if layout == "nhwc" else 1
    wide = [1] * len(shape)
    wide[dim] = features
    options = [f"--shape={'x'.join(map(str, shape))}", f"--layout={layout}"]
    norm = Norm("batch_norm", options, size, tuple(d for d in range(len(shape)) if d != dim), tuple(wide))
    norm.parameters = (features,)
    return norm


def check_given(checker, norm, random):
    """Statistics, and a normalization by given ones."""
    features = norm.parameters[0]
    x = random.normal(3, 2, norm.size).astype(np.float32)
    scale, offset, mean = (random.normal(1, 0.5, features).astype(np.float32) for _ in range(3))
    variance = random.uniform(0.5, 2, features).astype(np.float32)
    wide = [value.astype(np.float64).reshape(norm.shape) for value in (scale, offset, mean, variance)]
    expected = np.maximum((x - wide[2]) / np.sqrt(wide[3] + EPSILON) * wide[0] + wide[1], 0)
    what = f"batch norm {' '.join(norm.options)}"
    feeds = {"input": x, "scale": scale, "offset": offset, "mean": mean, "variance": variance}
    checker.compare(what, checker.build("batch_norm_inference", norm, "relu").run(feeds), {"output": expected})
    exact = x.astype(np.float64)
    checker.compare(f"statistics of {what}", checker.build("batch_norm_statistics", norm, "").run({"input": x}),
                    {"mean": exact.mean(norm.axes), "variance": exact.var(norm.axes)})


def main():
    bn_opt, folder, group = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]
    folder.mkdir(parents=True, exist_ok=True)
    shapes, overwriting = GROUPS[group]
    oracle, checker, random = Oracle(bn_opt, folder), Checker(bn_opt, folder), np.random.default_rng(3)
    for i, (shape, layout) in enumerate(shapes):
        oracle.run(i, [Case(shape, layout, *DISTRIBUTIONS[i % len(DISTRIBUTIONS)], RUNNING[i % len(RUNNING)])])
        norm = make_norm(shape, layout)
        check_given(checker, norm, random)
        checker.check(norm, ("relu", "add_relu", "silu")[i % 3], random)
    if oracle.failures:
        sys.exit("\n".join(oracle.failures))
    for i, (shape, layout) in enumerate(overwriting):
        for j, kernel in enumerate(in_place.OVERWRITTEN):
            in_place.check(bn_opt, folder, 2 * i + j, kernel, shape, layout, ("", "add_relu")[j])
    print(f"{group}: {len(shapes)} shapes within {TOLERANCE:g}, in place the same bits")


if __name__ == "__main__":
    main()
