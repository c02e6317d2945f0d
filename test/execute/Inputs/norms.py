"""norms.py BINARIES FOLDER FAMILY...: layer, group, instance and RMS norm, forward and backward, against f64.

Each family prints a line, or fails with what differs.
"""

import sys

import numpy as np

from training import DISTRIBUTIONS, TOLERANCE, Runner, require_close

RANDOM = np.random.default_rng(11)
EPSILON = 1e-3
# Tensors that are as large as the data.
DATA = ("x", "dy", "y", "dx")


def tensor(shape):
    return f"tensor<{''.join(f'{size}x' for size in shape)}f32>"


class Norm:
    """One norm over data of `shape`; `kind` is layer, rms or group, `parameter` the axis or the number of groups. With
    `last`, inputs and outputs of `shape` are channels-last."""

    def __init__(self, kind, shape, parameter, mean=0, deviation=1, last=False):
        self.kind, self.shape, self.parameter, self.last = kind, shape, parameter, last
        self.parameter_shape = shape[1:2] if kind == "group" else shape[parameter:]
        draw = lambda shape, *moments: RANDOM.normal(*moments, shape).astype(np.float32)
        self.feeds = {"x": draw(shape, mean, deviation), "dy": draw(shape, 0, 1)}
        self.feeds |= {name: draw(self.parameter_shape, 0, 1) for name in ("scale", "offset")}
        self.text = f"{kind} norm of {shape} ({parameter}), mean {mean:g}, deviation {deviation:g}"

    def rows(self, value):
        """Data with a row per set of statistics."""
        shape, count = self.shape, self.parameter
        if self.kind == "group":
            shape = (shape[0], count, shape[1] // count, *shape[2:])
        first = 2 if self.kind == "group" else count
        return np.asarray(value, np.float64).reshape(int(np.prod(shape[:first])), int(np.prod(shape[first:])))

    def expected(self):
        x, dy = (self.rows(self.feeds[name]) for name in ("x", "dy"))
        scale, offset = (self.broadcast(self.feeds[name]) for name in ("scale", "offset"))
        centered = x if self.kind == "rms" else x - x.mean(1, keepdims=True)
        root = np.sqrt((centered ** 2).mean(1, keepdims=True) + EPSILON)
        normalized, gradient = centered / root, self.rows(dy.reshape(self.shape) * scale)
        dx = gradient - normalized * (gradient * normalized).mean(1, keepdims=True)
        if self.kind != "rms":
            dx -= gradient.mean(1, keepdims=True)
        normalized, dy = normalized.reshape(self.shape), dy.reshape(self.shape)
        y = normalized * scale
        results = {"y": y if self.kind == "rms" else y + offset, "dx": (dx / root).reshape(self.shape),
                   "dscale": self.sum(dy * normalized)}
        return results if self.kind == "rms" else results | {"doffset": self.sum(dy)}

    def broadcast(self, vector):
        if self.kind != "group":
            return vector.astype(np.float64)
        return vector.astype(np.float64).reshape([-1] + [1] * (len(self.shape) - 2))

    def sum(self, value):
        axes = (0, *range(2, len(self.shape))) if self.kind == "group" else tuple(range(self.parameter))
        return value.sum(axes)

    def write(self, key):
        """The operators, and the names and types of their operands and results."""
        t, p = tensor(self.shape), tensor(self.parameter_shape)
        what = "groups" if self.kind == "group" else "axis"
        attributes = f"{{{what} = {self.parameter} : i64, epsilon = {EPSILON} : f64}}"
        offset = [] if self.kind == "rms" else [("offset", p)]
        operands = [("x", t), ("scale", p), *offset]
        gradients = [("dx", t), ("dscale", p), *([("doffset", p)] if offset else [])]
        inner = lambda name: f"%{name}{key}_first" if self.last and name in DATA else f"%{name}{key}"
        lines = [self.transpose(f"%{name}{key}", inner(name), first=True) for name in ("x", "dy") if self.last]
        for name, ins, outs in ((f"{self.kind}_norm", operands, [("y", t)]),
                                (f"{self.kind}_norm_gradient", [("x", t), ("scale", p), ("dy", t)], gradients)):
            values = [", ".join(inner(name) for name, _ in side) for side in (outs, ins)]
            types = [", ".join(type for _, type in side) for side in (ins, outs)]
            lines.append(f"  {values[0]} = bn.{name} {values[1]} {attributes} : ({types[0]}) -> ({types[1]})")
        lines += [self.transpose(inner(name), f"%{name}{key}", first=False) for name in ("y", "dx") if self.last]
        outside = lambda side: [(name, tensor(self.outside_shape) if name in DATA else type) for name, type in side]
        return lines, outside([*operands, ("dy", t)]), outside([("y", t), *gradients])

    def transpose(self, source, result, first):
        """The operator between the order of the channels outside and that of the norm."""
        rank = len(self.shape)
        order = [0, rank - 1, *range(1, rank - 1)] if first else [0, *range(2, rank), 1]
        types = [tensor(self.outside_shape), tensor(self.shape)]
        source_type, result_type = types if first else reversed(types)
        return f"  {result} = nn.transpose {source} permutation {order} : ({source_type}) -> {result_type}"

    @property
    def outside_shape(self):
        return (self.shape[0], *self.shape[2:], self.shape[1]) if self.last else self.shape

    def outside(self, name, value):
        """What is fed or expected under this name, as it lies in memory."""
        return np.ascontiguousarray(np.moveaxis(value, 1, -1)) if self.last and name in DATA else value


def check(runner, name, norms, threads=(1,)):
    """Compiles all `norms` into one library and compares what it computes; with several threads, to the bit."""
    lines, arguments, results, feeds = [], [], [], {}
    for key, norm in enumerate(norms):
        body, operands, outputs = norm.write(key)
        lines += body
        arguments += [(f"{operand}{key}", type) for operand, type in operands]
        results += [(f"{output}{key}", type) for output, type in outputs]
        feeds |= {f"{operand}{key}": norm.outside(operand, norm.feeds[operand]) for operand, _ in operands}
    named = lambda values, prefix: ", ".join(f'{prefix(name)}{type} {{bn.name = "{name}"}}' for name, type in values)
    path = runner.folder / f"{name}.mlir"
    path.write_text("\n".join([
        f"func.func @f({named(arguments, lambda name: f'%{name}: ')}) -> ({named(results, lambda name: '')}) {{", *lines,
        f"  return {', '.join(f'%{name}' for name, _ in results)} : {', '.join(type for _, type in results)}", "}", ""]))
    library = runner.compile(path)
    runs = [runner.run(library, feeds, count) for count in threads]
    for key, norm in enumerate(norms):
        for result, expected in norm.expected().items():
            require_close(f"{result} of {norm.text}", runs[0][f"{result}{key}"], norm.outside(result, expected))
    for other in runs[1:]:
        for result, value in runs[0].items():
            if value.tobytes() != other[result].tobytes():
                raise SystemExit(f"{result} depends on the number of threads")


def list_norms():
    for i, columns in enumerate((1, 3, 17, 64, 65, 100, 513, 1024)):
        yield "layer", ((5, columns), (7, columns), (16, columns), (2, 3, columns))[i % 4], (1, 1, 1, 2)[i % 4]
        yield "rms", ((2, 3, columns), (5, columns), (16, columns), (1, columns))[i % 4], (2, 1, 1, 1)[i % 4]
        yield "layer", (2, 3, 4, columns), 1 + i % 3
        yield "rms", (3, 2, columns, 5), i % 4
    yield "layer", (3, 2048), 0
    yield "layer", (2, 35, 35, 3), 3
    yield "layer", (2, 40, 33), 2
    yield "rms", (2, 40, 33), 2
    for channels, groups in ((1, 1), (16, 4), (6, 6), (64, 32), (65, 5), (100, 4), (12, 1), (3, 3), (100, 50)):
        for image in ((), (13,), (7, 9), (5, 3, 4)):
            yield "group", (3, channels, *image), groups
    yield "group", (2, 64, 35, 35), 32
    yield "group", (2, 3, 73, 73), 3
    yield "group", (2, 32, 28, 28), 32
    for image in ((35, 35), (7, 7)):
        for channels, groups in ((1, 1), (3, 1), (64, 4), (65, 13), (100, 100)):
            yield "group", (2, channels, *image), groups


def shapes(runner):
    """Rows of one element to thousands, rows that vectors do not divide, ranks 2 to 5, means up to 1e6 deviations."""
    norms = [Norm(*norm, *DISTRIBUTIONS[i % len(DISTRIBUTIONS)]) for i, norm in enumerate(list_norms())]
    for start in range(0, len(norms), 8):
        check(runner, f"norms{start}", norms[start:start + 8])
    return f"{len(norms)} norms and their gradients within {TOLERANCE:g}"


def last(runner):
    """Group and instance norm of channels-last data, which nothing transposes."""
    sizes = [(channels, groups, image)
             for channels, groups in ((1, 1), (3, 1), (3, 3), (64, 4), (65, 13), (100, 50), (256, 8), (192, 192))
             for image in ((13,), (7, 7), (35, 35))]
    norms = [Norm("group", (2 + i % 2, channels, *image), groups, *DISTRIBUTIONS[i % len(DISTRIBUTIONS)], last=True)
             for i, (channels, groups, image) in enumerate(sizes)]
    for start in range(0, len(norms), 8):
        check(runner, f"last{start}", norms[start:start + 8])
    check(runner, "last_threads", [Norm("group", (4, 256, 56, 56), 32, 3, 0.5, last=True),
                                   Norm("group", (3, 128, 28, 28), 128, -1e4, 1, last=True)], (1, 2))
    return f"{len(norms)} norms and their gradients within {TOLERANCE:g}"


def threads(runner):
    """The order of additions does not depend on who adds."""
    norms = [Norm("layer", (512, 1024), 1, 3, 0.5), Norm("rms", (4, 128, 768), 2, 3, 0.5),
             Norm("group", (4, 64, 56, 56), 32, 3, 0.5), Norm("group", (4, 64, 56, 56), 64, -1, 2),
             Norm("layer", (2, 512, 28, 28), 1, 1, 2)]
    check(runner, "threads", norms, (1, 2))
    return "1 and 2 threads agree to the bit"


TRANSPOSED = """func.func @f(%x: {L} {{bn.name = "x"}}, %w: tensor<4x6x3x3xf32> {{bn.name = "w"}}, %v: tensor<4x5x1x1xf32> {{bn.name = "v"}})
    -> ({L} {{bn.name = "relu"}}, tensor<2x4x5x7xf32> {{bn.name = "conv"}}, tensor<2x210xf32> {{bn.name = "flat"}},
        {F} {{bn.name = "same"}}, tensor<2x5x7x12xf32> {{bn.name = "joined"}}, tensor<2x5x7x4xf32> {{bn.name = "convLast"}},
        tensor<2x4x7x6xf32> {{bn.name = "direct"}}, {L} {{bn.name = "back"}}) {{
  %0 = nn.transpose %x permutation [0, 3, 1, 2] : ({L}) -> {F}
  %1 = nn.relu %0 : {F}
  %2 = nn.transpose %1 permutation [0, 2, 3, 1] : ({F}) -> {L}
  %3 = nn.conv %0, %w pads [1, 1, 1, 1] : ({F}, tensor<4x6x3x3xf32>) -> tensor<2x4x5x7xf32>
  %4 = nn.reshape %0 : ({F}) -> tensor<2x210xf32>
  %5 = nn.concat %0, %1 axis 1 : ({F}, {F}) -> tensor<2x12x5x7xf32>
  %6 = nn.transpose %5 permutation [0, 2, 3, 1] : (tensor<2x12x5x7xf32>) -> tensor<2x5x7x12xf32>
  %7 = nn.conv %1, %w pads [1, 1, 1, 1] : ({F}, tensor<4x6x3x3xf32>) -> tensor<2x4x5x7xf32>
  %8 = nn.transpose %7 permutation [0, 2, 3, 1] : (tensor<2x4x5x7xf32>) -> tensor<2x5x7x4xf32>
  %9 = nn.conv %x, %v : ({L}, tensor<4x5x1x1xf32>) -> tensor<2x4x7x6xf32>
  %10 = nn.transpose %0 permutation [0, 2, 3, 1] : ({F}) -> {L}
  return %2, %3, %4, %0, %6, %8, %9, %10 : {L}, tensor<2x4x5x7xf32>, tensor<2x210xf32>, {F}, tensor<2x5x7x12xf32>,
      tensor<2x5x7x4xf32>, tensor<2x4x7x6xf32>, {L}
}}
"""


def transposed(runner):
    """Inputs and outputs that are transposed, read by whatever wants another order, a halo, or a place elsewhere."""
    path = runner.folder / "transposed.mlir"
    path.write_text(TRANSPOSED.format(L=tensor((2, 5, 7, 6)), F=tensor((2, 6, 5, 7))))
    feeds = {"x": RANDOM.normal(size=(2, 5, 7, 6)), "w": RANDOM.normal(size=(4, 6, 3, 3)),
             "v": RANDOM.normal(size=(4, 5, 1, 1))}
    feeds = {name: value.astype(np.float32) for name, value in feeds.items()}
    results = runner.run(runner.compile(path), feeds)
    for name, expected in runner.interpret(path, feeds).items():
        require_close(name, results[name], expected)
    return f"{len(results)} readers of transposed tensors"


def empty(runner):
    """Of no rows the gradients of the parameters are zero."""
    check(runner, "empty", [Norm("layer", (0, 4), 1), Norm("rms", (0, 3, 4), 2), Norm("group", (0, 4, 3), 2)])
    return "parameters have gradients of zero"


def rows(runner):
    """Rows that are too long to be summed in f32, and rows whose first element, which distances are taken from, is far
    from the others."""
    norms = [Norm("layer", (3, 16400), 1), Norm("rms", (6, 1000), 1), Norm("layer", (40, 1000), 1)]
    norms[-1].feeds["x"][:, 0] = 1e3
    check(runner, "rows", norms)
    return f"{len(norms)} norms over rows and their gradients within {TOLERANCE:g}"


FAMILIES = {f.__name__: f for f in (shapes, last, threads, transposed, empty, rows)}

if __name__ == "__main__":
    runner = Runner(sys.argv[1], sys.argv[2])
    for family in sys.argv[3:]:
        print(f"{family}: {FAMILIES[family](runner)}", flush=True)
