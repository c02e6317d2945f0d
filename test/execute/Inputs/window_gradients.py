"""window_gradients.py BINARIES FOLDER FAMILY COUNT [SEED]: gradients of convolutions and pools, compiled, against f64.

Makes COUNT cases of random shape and attributes (or those of a list), compiles them in groups, runs
them on one and on two threads, and prints a line, or fails with what differs.
"""

import pathlib
import random
import sys

import numpy as np

from harness import compiled

TOLERANCE = 1e-5  # relative to the largest reference value
CASES_PER_MODEL = 12
BATCHES = (1, 2, 3, 5, 8)
CHANNELS = (1, 2, 3, 4, 7, 8, 12, 16, 17, 24, 32, 33, 48, 64, 96)
# Weight gradients of batch 8 and 64² sum 32 768 products.
SIZES = (1, 2, 3, 5, 7, 8, 13, 14, 16, 23, 28, 35, 64)


def tensor(shape):
    return f"tensor<{'x'.join(map(str, shape))}xf32>"


def values(name, numbers):
    return f" {name} [{', '.join(map(str, numbers))}]"


class Window:
    """Strides, pads and dilations that fit `sizes`, drawn by chance."""

    def __init__(self, draw, sizes, kernel=None):
        self.sizes = sizes
        self.kernel = kernel or [draw.choice((1, 2, 3, 3, 5, 7)) for _ in sizes]
        self.strides = [draw.choice((1, 1, 2, 2, 3)) for _ in sizes]
        self.dilations = [draw.choice((1, 1, 1, 2, 3)) for _ in sizes]
        self.extents = []
        for dim, size in enumerate(sizes):
            if self.kernel[dim] > size:
                self.kernel[dim] = draw.randint(1, size)
            if self.dilations[dim] * (self.kernel[dim] - 1) >= size:
                self.dilations[dim] = 1
            self.extents.append(self.dilations[dim] * (self.kernel[dim] - 1) + 1)
        same = draw.random() < 0.5
        reach = [extent // 2 if same else draw.randint(0, extent - 1) for extent in self.extents * 2]
        self.pads = reach

    def attributes(self, draw):
        text = ""
        if any(stride > 1 for stride in self.strides) or draw.random() < 0.2:
            text += values("strides", self.strides)
        if any(self.pads):
            text += values("pads", self.pads)
        if any(dilation > 1 for dilation in self.dilations):
            text += values("dilations", self.dilations)
        return text

    def outputs(self, ceil=False):
        result = []
        for dim, size in enumerate(self.sizes):
            low, high = self.pads[dim], self.pads[dim + len(self.sizes)]
            room, stride = size + low + high - self.extents[dim], self.strides[dim]
            count = (-(-room // stride) if ceil else room // stride) + 1
            if ceil and (count - 1) * stride >= size + low:
                count -= 1
            result.append(count)
        return result


def draw_sizes(draw):
    rank = draw.choice((1, 2, 2, 2, 2, 3))
    choices = SIZES if rank < 3 else SIZES[:8]
    return [draw.choice(choices) for _ in range(rank)]


def convolution(draw):
    """The types of input, weights and output, and the attributes."""
    sizes = draw_sizes(draw)
    window = Window(draw, sizes)
    kind = draw.choice(("dense", "dense", "dense", "grouped", "depthwise"))
    if kind == "dense":
        groups, inputs, outputs = 1, draw.choice(CHANNELS), draw.choice(CHANNELS)
    elif kind == "grouped":
        groups = draw.choice((2, 3, 4))
        inputs, outputs = groups * draw.choice((1, 2, 4, 8, 16)), groups * draw.choice((1, 3, 4, 16))
    else:
        inputs = groups = draw.choice(CHANNELS[1:])
        outputs = inputs * draw.choice((1, 1, 1, 2))
    batch = draw.choice(BATCHES)
    attributes = window.attributes(draw) + (f" groups {groups}" if groups > 1 else "")
    x, w = [batch, inputs, *sizes], [outputs, inputs // groups, *window.kernel]
    return tensor(x), tensor(w), tensor([batch, outputs, *window.outputs()]), attributes


def input_gradient(draw):
    x, w, y, attributes = convolution(draw)
    line = f"nn.conv_input_gradient %a, %b{attributes} : ({y}, {w}) -> {x}"
    if draw.random() < 0.2:  # What is added to a gradient joins its kernel.
        return (y, w, x), x, line, "nn.add %s, %c"
    return (y, w), x, line, None


def weight_gradient(draw):
    x, w, y, attributes = convolution(draw)
    return (x, y), w, f"nn.conv_weight_gradient %a, %b{attributes} : ({x}, {y}) -> {w}", None


def compute(operands, line, operand):
    """`line` with `operand`, a or b, computed while it is loaded, and what computes it."""
    return line.replace(f"%{operand}", "%r", 1), f"%r = nn.abs %{operand} : {operands['ab'.index(operand)]}"


def of_computed(family, operand):
    """The same of an output's gradient, `operand`, that is computed: without strides and groups."""

    def computed(draw):
        operands, result, line, more = family(draw)
        while "strides" in line or "groups" in line:
            operands, result, line, more = family(draw)
        line, before = compute(operands, line, operand)
        return operands, result, line, more, before

    return computed


def runtime_weights(draw):
    """A convolution whose weights are not constants."""
    x, w, y, attributes = convolution(draw)
    return (x, w), y, f"nn.conv %a, %b{attributes} : ({x}, {w}) -> {y}", None


def pool(draw):
    sizes = draw_sizes(draw)
    window = Window(draw, sizes)
    shape = [draw.choice(BATCHES), draw.choice(CHANNELS), *sizes]
    ceil = draw.random() < 0.3
    outputs = window.outputs(ceil)
    attributes = values("window", window.kernel) + window.attributes(draw) + (" ceil_mode" if ceil else "")
    return tensor(shape), tensor([*shape[:2], *outputs]), attributes


def max_pool(draw):
    x, y, attributes = pool(draw)
    return (x, y), x, f"nn.max_pool_gradient %a, %b{attributes} : ({x}, {y}) -> {x}", None


def average_pool(draw):
    x, y, attributes = pool(draw)
    attributes += draw.choice(("", " count_include_pad"))
    return (y,), x, f"nn.average_pool_gradient %a{attributes} : ({y}) -> {x}", None


def weight_gradient_of_relu(channels, length, kernel):
    """What a kernel computes of its input it keeps for a row, which is never cut."""
    x, y, w = tensor([2, channels, length]), tensor([2, 8, length - kernel + 1]), tensor([8, channels, kernel])
    line = f"nn.conv_weight_gradient %r, %b : ({x}, {y}) -> {w}"
    return (x, y), w, line, None, f"%r = nn.relu %a : {x}"


# The longest rows that a tile of 27 or 24 channels is kept of, those beyond, and a second of sound.
LONG_ROWS = iter([weight_gradient_of_relu(*shape) for shape in
                  ((27, 2427, 3), (27, 2428, 3), (24, 2730, 1), (24, 2731, 1), (4, 44100, 3))])

def max_pool_gradient(x, y, attributes):
    return (tensor(x), tensor(y)), tensor(x), (
        f"nn.max_pool_gradient %a, %b {attributes} : ({tensor(x)}, {tensor(y)}) -> {tensor(x)}"), None


# The winners of the windows of a row, of a plane, and of all windows that one element is in, fit nowhere.
WIDE = iter([max_pool_gradient((1, 64, 5, 4097), (1, 64, 3, 2049), "window [3, 3] strides [2, 2] pads [1, 1, 1, 1]"),
             max_pool_gradient((1, 67, 3, 4, 3000), (1, 67, 3, 4, 3000), "window [3, 3, 3] pads [1, 1, 1, 1, 1, 1]"),
             max_pool_gradient((1, 16, 90, 95), (1, 16, 51, 56), "window [40, 40]")])


def linear(op, operands, result, attributes="", computed=None):
    """Of the operand `computed`, if there is one, the kernel computes what it loads."""
    types = [tensor(shape) for shape in operands]
    line = f"nn.{op} %a, %b{attributes} : ({', '.join(types)}) -> {tensor(result)}"
    if not computed:
        return types, tensor(result), line, None
    line, before = compute(types, line, computed)
    return types, tensor(result), line, None, before


PADS = " pads [1, 1, 1, 1]"
# Inputs of more than a megabyte, which are swept in strips: of a row of all pixels, of rows, with windows that begin
# between them, of planes, of a matrix; the last strip and the last tile of channels are smaller.
STRIPS = iter([linear("conv", ((4, 192, 23, 29), (120, 192, 1, 1)), (4, 120, 23, 29)),
               linear("conv", ((3, 64, 45, 37), (100, 64, 3, 3)), (3, 100, 45, 37), PADS),
               linear("conv", ((2, 48, 61, 67), (130, 48, 3, 3)), (2, 130, 31, 34), f" strides [2, 2]{PADS}"),
               linear("conv", ((1, 32, 13, 27, 29), (130, 32, 3, 3, 3)), (1, 130, 11, 25, 27)),
               linear("matmul", ((601, 513), (513, 200)), (601, 200)),
               linear("conv_input_gradient", ((3, 96, 39, 41), (96, 130, 3, 3)), (3, 130, 39, 41), PADS),
               linear("conv_input_gradient", ((4, 160, 21, 23), (160, 96, 1, 1)), (4, 96, 41, 46), " strides [2, 2]"),
               # A row of which no tile of channels fits on the stack.
               linear("conv_weight_gradient", ((1, 64, 44100), (1, 64, 44100)), (64, 64, 1)),
               linear("conv_input_gradient", ((3, 130, 42, 23), (130, 72, 3, 3)), (3, 72, 83, 45),
                      f" strides [2, 2]{PADS}"),
               # Computed, of more than four megabytes, which are asked for ahead: rows that share a strip, and whose
               # windows reach into the next one, and runs of some rows.
               linear("conv_input_gradient", ((5, 260, 29, 37), (260, 130, 1, 1)), (5, 130, 29, 37), computed="a"),
               linear("conv_input_gradient", ((3, 96, 61, 67), (96, 70, 3, 3)), (3, 70, 61, 67), PADS, "a"),
               linear("conv_input_gradient", ((2, 130, 65, 71), (130, 64, 3, 3)), (2, 64, 67, 73), "", "a"),
               linear("conv_weight_gradient", ((3, 96, 61, 67), (3, 96, 61, 67)), (96, 96, 3, 3), PADS, "a"),
               linear("conv_weight_gradient", ((3, 96, 61, 67), (3, 100, 61, 67)), (100, 96, 3, 3), PADS, "b"),
               linear("conv_weight_gradient", ((5, 260, 29, 37), (5, 260, 29, 37)), (260, 260, 1, 1), "", "b"),
               linear("conv_weight_gradient", ((3, 96, 61, 67), (3, 64, 31, 34)), (64, 96, 3, 3),
                      f" strides [2, 2]{PADS}", "a")])

FAMILIES = {"strips": lambda draw: next(STRIPS), "input": input_gradient, "weight": weight_gradient,
            "computed_input": of_computed(input_gradient, "a"), "computed_weight": of_computed(weight_gradient, "b"),
            "forward": runtime_weights,
            "max_pool": max_pool, "average_pool": average_pool, "long_rows": lambda draw: next(LONG_ROWS),
            "wide": lambda draw: next(WIDE)}


class Model:
    """Cases that are compiled together."""

    def __init__(self):
        self.arguments, self.results, self.lines, self.texts = [], [], [], []

    def add(self, operands, result, line, more, before=None):
        key = len(self.results)
        rename = lambda text: "".join(
            f"%{c}{key}" if before == "%" else c for before, c in zip(" " + text, text) if c != "%")
        names = "abc"[: len(operands)]
        self.arguments += [f"%{name}{key}: {type_}" for name, type_ in zip(names, operands)]
        self.texts.append(line)
        if before:
            self.lines.append(rename(before))
        if more:
            self.lines.append(rename(f"%s = {line}"))
            line = f"{more} : ({result}, {result}) -> {result}"
        self.lines.append(rename(f"%y = {line}"))
        self.results.append(result)

    def save(self, path):
        names = ", ".join(f"%y{key}" for key in range(len(self.results)))
        types = ", ".join(self.results)
        path.write_text(f"func.func @main({', '.join(self.arguments)}) -> ({types}) {{\n  " + "\n  ".join(self.lines)
                        + f"\n  return {names} : {types}\n}}\n")


def read(folder):
    return [np.load(path) for path in sorted(folder.glob("*.npy"), key=lambda path: int(path.stem.strip("output")))]


def check(tools, folder, model, name):
    path = folder / f"{name}.mlir"
    model.save(path)
    library = path.with_suffix(".so")
    compiled.run([tools.bn_opt, path, "-o", library])
    places = [folder / f"{name}_{kind}" for kind in ("f64", "one", "two")]
    for place in places:
        place.mkdir(exist_ok=True)
    compiled.run([tools.bn_opt, path, "--interpret", f"--output={places[0]}"])
    for threads, place in enumerate(places[1:], start=1):
        compiled.run([tools.bn_run, library, "--repeat=1", "--warmup=1", f"--threads={threads}", f"--output={place}"])
    for text, expected, one, two in zip(model.texts, *map(read, places), strict=True):
        error = np.abs(one - expected).max() / max(np.abs(expected).max(), 1e-30)
        if not error <= TOLERANCE:
            raise SystemExit(f"{text}\n  differs by {error:.2g} of the largest value ({path})")
        if not np.array_equal(one, two):
            raise SystemExit(f"{text}\n  differs between 1 and 2 threads ({path})")


def main():
    binaries, folder, family, count, *seed = sys.argv[1:]
    draw = random.Random(int(seed[0]) if seed else 11)
    tools, folder = compiled.Tools(binaries), pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for first in range(0, int(count), CASES_PER_MODEL):
        model = Model()
        for _ in range(min(CASES_PER_MODEL, int(count) - first)):
            model.add(*FAMILIES[family](draw))
        check(tools, folder, model, f"{family}{first}")
    print(f"{family}: {count} cases within {TOLERANCE:g}, equal to the bit on 1 and 2 threads")


main()
