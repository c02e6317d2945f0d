"""kernels.py BN-OPT FOLDER: norm kernels of `bn-opt --kernel` with what is fused, run, against f64.

Each line names a kernel, what was fused with it in turn, and how far off the worst result is.
"""

import math
import pathlib
import subprocess
import sys

import numpy as np

from named import Library

TOLERANCE = 1e-5  # Relative to the largest value of a result.
EPSILON = 1e-3
# A gradient is 0 where a value is so close to a kink that rounding decides on which side.
KINK_DISTANCE = 1e-3

erf = np.vectorize(math.erf)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def bell(x):
    return np.exp(-x * x / 2) / math.sqrt(2 * math.pi)


# Function, derivative and kinks.
ACTIVATIONS = {
    "gelu": (lambda x: x / 2 * (1 + erf(x / math.sqrt(2))),
             lambda x: (1 + erf(x / math.sqrt(2))) / 2 + x * bell(x), ()),
    "hard_swish": (lambda x: x * np.clip(x / 6 + 0.5, 0, 1),
                   lambda x: np.where(x < -3, 0, np.where(x > 3, 1, x / 3 + 0.5)), (-3, 3)),
    "leaky_relu": (lambda x: np.where(x > 0, x, 0.01 * x), lambda x: np.where(x > 0, 1, 0.01), (0,)),
    "relu": (lambda x: np.maximum(x, 0), lambda x: x > 0, (0,)),
    "relu6": (lambda x: np.clip(x, 0, 6), lambda x: (x > 0) & (x < 6), (0, 6)),
    "sigmoid": (sigmoid, lambda x: sigmoid(x) * (1 - sigmoid(x)), ()),
    "silu": (lambda x: x * sigmoid(x), lambda x: sigmoid(x) * (1 + x * (1 - sigmoid(x))), ()),
    "tanh": (np.tanh, lambda x: 1 - np.tanh(x) ** 2, ()),
}
FUSIONS = ["", "add", "add_relu", "relu,add", "add,silu,relu", "add,leaky_relu", "add,relu6", *ACTIVATIONS]


class Norm:
    """A norm in f64 over `axes` of data in which `scale` and `offset` are broadcast as `shape`."""

    def __init__(self, kernel, options, size, axes, shape, centered=True, grouped=None):
        self.kernel, self.options, self.size = kernel, options, size
        self.axes, self.shape, self.centered, self.grouped = axes, shape, centered, grouped
        self.parameters = tuple(s for s in shape if s != 1)

    def statistics(self, x):
        """Mean and variance that broadcast to `x`."""
        rows = x.reshape(self.grouped) if self.grouped else x
        mean = rows.mean(self.axes, keepdims=True) if self.centered else np.zeros([1] * rows.ndim)
        variance = ((rows - mean) ** 2).mean(self.axes, keepdims=True)
        return [np.broadcast_to(value, rows.shape).reshape(x.shape) for value in (mean, variance)]

    def mean(self, x):
        """Means over what is normalized together."""
        rows = x.reshape(self.grouped) if self.grouped else x
        return np.broadcast_to(rows.mean(self.axes, keepdims=True), rows.shape).reshape(x.shape)

    def forward(self, x, scale, offset):
        mean, variance = self.statistics(x)
        normalized = (x - mean) / np.sqrt(variance + EPSILON)
        return normalized, scale.reshape(self.shape) * normalized + offset.reshape(self.shape)

    def backward(self, x, scale, dy):
        _, variance = self.statistics(x)
        normalized, _ = self.forward(x, scale, np.zeros(self.shape))
        g = scale.reshape(self.shape) * dy
        center = self.mean(g) if self.centered else 0
        dx = (g - center - normalized * self.mean(g * normalized)) / np.sqrt(variance + EPSILON)
        rest = tuple(d for d, s in enumerate(self.shape) if s == 1)
        return dx, (dy * normalized).sum(rest).reshape(-1), dy.sum(rest).reshape(-1)


NORMS = [
    Norm("batch_norm", ["--shape=4x6x5x7"], (4, 6, 5, 7), (0, 2, 3), (1, 6, 1, 1)),
    Norm("batch_norm", ["--shape=4x6x5x7", "--layout=nhwc"], (4, 5, 7, 6), (0, 1, 2), (1, 1, 1, 6)),
    Norm("batch_norm", ["--shape=3x1000x3x5", "--layout=nhwc"], (3, 3, 5, 1000), (0, 1, 2), (1, 1, 1, 1000)),
    Norm("batch_norm", ["--shape=2x2200x3x3", "--layout=nhwc"], (2, 3, 3, 2200), (0, 1, 2), (1, 1, 1, 2200)),
    Norm("batch_norm", ["--shape=16x6x9", "--axis=0"], (16, 6, 9), (1, 2), (16, 1, 1)),
    Norm("layer_norm", ["--shape=4x6x32"], (4, 6, 32), (2,), (1, 1, 32)),
    Norm("rms_norm", ["--shape=4x6x32", "--axis=1"], (4, 6, 32), (1, 2), (1, 6, 32), centered=False),
    Norm("group_norm", ["--shape=4x6x5x7", "--groups=3"], (4, 6, 5, 7), (2, 3, 4), (1, 6, 1, 1),
         grouped=(4, 3, 2, 5, 7)),
    Norm("group_norm", ["--shape=4x6x5x7", "--groups=3", "--layout=nhwc"], (4, 5, 7, 6), (1, 2, 4), (1, 1, 1, 6),
         grouped=(4, 5, 7, 3, 2)),
    Norm("instance_norm", ["--shape=4x6x5x7"], (4, 6, 5, 7), (2, 3), (1, 6, 1, 1)),
    Norm("instance_norm", ["--shape=4x6x5x7", "--layout=nhwc"], (4, 5, 7, 6), (1, 2), (1, 1, 1, 6)),
    # Several blocks of channels.
    Norm("group_norm", ["--shape=1x192x40x40", "--groups=6", "--layout=nhwc"], (1, 40, 40, 192), (1, 2, 4), (1, 1, 1, 192),
         grouped=(1, 40, 40, 6, 32)),
]


def split(fuse):
    return [step for step in fuse.replace("add_relu", "add,relu").split(",") if step]


def apply(steps, x, addend):
    """The values before and after each step."""
    values = [x]
    for step in steps:
        values.append(values[-1] + addend if step == "add" else ACTIVATIONS[step][0](values[-1]))
    return values


def is_decided(steps, values):
    """Where no value is at a kink of what reads it."""
    decided = np.ones(values[0].shape, bool)
    for step, value in zip(steps, values):
        for kink in ACTIVATIONS[step][2] if step != "add" else ():
            decided &= np.abs(value - kink) > KINK_DISTANCE
    return decided


def differentiate(steps, values, dy):
    """Gradients of the first value and of the addend."""
    addend = None
    for step, value in zip(reversed(steps), reversed(values[:-1])):
        if step == "add":
            addend = dy
        else:
            dy = dy * ACTIVATIONS[step][1](value)
    return dy, addend


class Checker:
    def __init__(self, bn_opt, folder):
        self.bn_opt, self.folder, self.count = bn_opt, folder, 0

    def build(self, kernel, norm, fuse):
        self.count += 1
        path = self.folder / f"kernel{self.count}.so"
        options = [f"--fuse={fuse}"] if fuse else []
        subprocess.run([self.bn_opt, f"--kernel={kernel}", *norm.options, *options, f"--epsilon={EPSILON}",
                        "--kernel-name=kernel", "-o", path], check=True)
        return Library(path, "kernel")

    def compare(self, what, got, expected):
        worst = 0
        for name, value in expected.items():
            error = np.abs(got[name].reshape(-1) - value.reshape(-1)).max() / np.abs(value).max()
            if not error <= TOLERANCE:
                raise SystemExit(f"{what}: {name} differs by {error:.2g} of its largest value")
            worst = max(worst, error)
        return worst

    def check(self, norm, fuse, random):
        steps = split(fuse)
        draw = lambda *size: random.normal(size=size).astype(np.float32)
        x, addend, dy = 3 * draw(*norm.size) + 1, draw(*norm.size), draw(*norm.size)
        scale, offset = 1.5 + draw(*norm.parameters), draw(*norm.parameters)
        if norm.kernel == "rms_norm":
            offset[...] = 0
        _, normalized = norm.forward(x.astype(np.float64), scale.astype(np.float64), offset.astype(np.float64))
        values = apply(steps, normalized, addend.astype(np.float64))
        dy[~is_decided(steps, values)] = 0
        feeds = {"input": x, "scale": scale, "offset": offset, "addend": addend, "output_gradient": dy,
                 "output": values[-1]}
        expected = {"output": values[-1]}
        forward = norm.kernel
        if norm.kernel == "batch_norm":
            forward = "batch_norm_training"
            feeds |= {"mean": x.astype(np.float64).mean(norm.axes), "variance": x.astype(np.float64).var(norm.axes)}
            expected |= {name: feeds[name] for name in ("mean", "variance")}
        what = f"{norm.kernel} {' '.join(norm.options)} --fuse={fuse}"
        errors = [self.compare(what, self.build(forward, norm, fuse).run(feeds), expected)]
        gradient, addend_gradient = differentiate(steps, values, dy.astype(np.float64))
        dx, dscale, doffset = norm.backward(x.astype(np.float64), scale.astype(np.float64), gradient)
        expected = {"input_gradient": dx, "scale_gradient": dscale}
        if norm.kernel != "rms_norm":
            expected["offset_gradient"] = doffset
        library = self.build(f"{norm.kernel}_gradient", norm, fuse)
        if "addend_gradient" in dict(library.outputs):
            expected["addend_gradient"] = addend_gradient
        elif "add" in steps and set(steps[steps.index("add") + 1:]):
            raise SystemExit(f"{what}: no gradient of the addend")
        if set(expected) != set(dict(library.outputs)):
            raise SystemExit(f"{what}: the outputs are {sorted(dict(library.outputs))}")
        errors.append(self.compare(f"gradient of {what}", library.run(feeds), expected))
        return max(errors)


def main():
    bn_opt, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    checker, random = Checker(bn_opt, folder), np.random.default_rng(11)
    for i, norm in enumerate(NORMS):
        # All of them with batch norm, channels first; of the others some.
        fusions = FUSIONS if i == 0 else FUSIONS[i % 3::3]
        worst = max(checker.check(norm, fuse, random) for fuse in fusions)
        print(f"{norm.kernel} {' '.join(norm.options)}: {len(fusions)} fusions within {worst:.1g}")


if __name__ == "__main__":
    main()
