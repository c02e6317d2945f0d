"""differentiation.py BINARIES FOLDER FAMILY...: differentiated programs, compiled, against the interpreter in f64.

Each family prints a line, or fails with what differs.
"""

import json
import pathlib
import re
import sys

import gradient_models
import numpy as np
import onnx

from harness import compiled, training_blocks

TOLERANCE = 2e-5  # relative to the largest reference value

# Per program its arguments, then lines `value = operator operands : types -> type`; shapes stand for tensors of f32.
PROGRAMS = {
    "residual_block": """
        x 2x8x9x7, w 8x8x3x3, s 8, o 8
        %0 = nn.conv %x, %w pads [1, 1, 1, 1] : (2x8x9x7, 8x8x3x3) -> 2x8x9x7
        %1, %m, %v = bn.training %0, %s, %o {epsilon = 1.0e-3 : f64, featureIndex = 1 : i64}
            : (2x8x9x7, 8, 8) -> (2x8x9x7, 8, 8)
        %2 = nn.add %1, %x : (2x8x9x7, 2x8x9x7) -> 2x8x9x7
        %y = nn.relu %2 : 2x8x9x7
        return %y : 2x8x9x7""",
    "frozen_block": """
        x 2x8x9x7, w 12x4x3x3, b 12, s 12, o 12, m 12, v 12
        %0 = nn.conv %x, %w bias %b strides [2, 2] pads [1, 1, 1, 1] groups 2 : (2x8x9x7, 12x4x3x3, 12) -> 2x12x5x4
        %p = nn.exp %v : 12
        %1 = bn.inference %0, %s, %o, %m, %p {epsilon = 1.0e-3 : f64, featureIndex = 1 : i64}
            : (2x12x5x4, 12, 12, 12, 12) -> 2x12x5x4
        %2 = nn.leaky_relu %1 {alpha = 0.1 : f64} : 2x12x5x4
        %y = nn.max_pool %2 window [3, 3] strides [2, 2] pads [1, 1, 1, 1] : (2x12x5x4) -> 2x12x3x2
        return %y : 2x12x3x2""",
    "squeeze_and_excite": """
        x 2x16x6x5, d 16x1x3x3, w 16x4, u 4x16
        %0 = nn.conv %x, %d pads [1, 1, 1, 1] groups 16 : (2x16x6x5, 16x1x3x3) -> 2x16x6x5
        %1 = nn.hard_swish %0 : 2x16x6x5
        %2 = nn.reduce_mean %1 axes [2, 3] : (2x16x6x5) -> 2x16
        %3 = nn.gemm %2, %w : (2x16, 16x4) -> 2x4
        %4 = nn.elu %3 {alpha = 1.0 : f64} : 2x4
        %5 = nn.gemm %4, %u : (2x4, 4x16) -> 2x16
        %6 = nn.sigmoid %5 : 2x16
        %7 = nn.reshape %6 : (2x16) -> 2x16x1x1
        %y = nn.mul %1, %7 : (2x16x6x5, 2x16x1x1) -> 2x16x6x5
        return %y : 2x16x6x5""",
    "shuffle_unit": """
        x 1x8x6x6, w 4x4x1x1
        %0 = nn.slice %x offsets [0, 0, 0, 0] sizes [1, 4, 6, 6] steps [1, 1, 1, 1] : (1x8x6x6) -> 1x4x6x6
        %1 = nn.slice %x offsets [0, 4, 0, 0] sizes [1, 4, 6, 6] steps [1, 1, 1, 1] : (1x8x6x6) -> 1x4x6x6
        %2 = nn.conv %1, %w : (1x4x6x6, 4x4x1x1) -> 1x4x6x6
        %3 = nn.clip %2 to [-0.5, 0.5] : 1x4x6x6
        %4 = nn.concat %0, %3 axis 1 : (1x4x6x6, 1x4x6x6) -> 1x8x6x6
        %5 = nn.channel_shuffle %4 groups 2 : 1x8x6x6
        %y = nn.average_pool %5 window [2, 2] strides [2, 2] : (1x8x6x6) -> 1x8x3x3
        return %y : 1x8x3x3""",
    "decoder": """
        x 1x8x4x3, w 8x2x3x3, p 2x1x1, k 4x2x3x3
        %0 = nn.conv_transpose %x, %w strides [2, 2] pads [1, 1, 1, 1] output_pads [1, 1]
            : (1x8x4x3, 8x2x3x3) -> 1x2x8x6
        %1 = nn.prelu %0, %p : (1x2x8x6, 2x1x1) -> 1x2x8x6
        %2 = nn.resize %1 nearest asymmetric : (1x2x8x6) -> 1x2x16x12
        %3 = nn.pad %2 pads [0, 0, 1, 1, 0, 0, 1, 1] mode reflect : (1x2x16x12) -> 1x2x18x14
        %4 = nn.conv %3, %k : (1x2x18x14, 4x2x3x3) -> 1x4x16x12
        %5 = nn.depth_to_space %4 block 2 : (1x4x16x12) -> 1x1x32x24
        %6 = nn.tanh %5 : 1x1x32x24
        %y = nn.resize %6 linear : (1x1x32x24) -> 1x1x20x20
        return %y : 1x1x20x20""",
    "attention": """
        q 2x5x4, k 2x5x4, v 2x5x4, s 4, o 4
        %0 = bn.layer_norm %q, %s, %o {epsilon = 1.0e-3 : f64, axis = 2 : i64} : (2x5x4, 4, 4) -> 2x5x4
        %1 = nn.transpose %k permutation [0, 2, 1] : (2x5x4) -> 2x4x5
        %2 = nn.matmul %0, %1 : (2x5x4, 2x4x5) -> 2x5x5
        %3 = nn.softmax %2 axis 2 : 2x5x5
        %4 = nn.matmul %3, %v : (2x5x5, 2x5x4) -> 2x5x4
        %y = bn.rms_norm %4, %s {epsilon = 1.0e-3 : f64, axis = 2 : i64} : (2x5x4, 4) -> 2x5x4
        return %y : 2x5x4""",
    "formulas": """
        x 3x7, y 7
        %0 = nn.exp %x : 3x7
        %1 = nn.log %0 : 3x7
        %2 = nn.sqrt %0 : 3x7
        %3 = nn.reciprocal %0 : 3x7
        %4 = nn.erf %1 : 3x7
        %5 = nn.softplus %1 : 3x7
        %6 = nn.abs %1 : 3x7
        %7 = nn.hard_sigmoid %1 {alpha = 0.4 : f64, beta = 0.5 : f64} : 3x7
        %8 = nn.sub %2, %y : (3x7, 7) -> 3x7
        %9 = nn.div %8, %0 : (3x7, 3x7) -> 3x7
        %10 = nn.pow %0, %y : (3x7, 7) -> 3x7
        %11 = nn.min %9, %4 : (3x7, 3x7) -> 3x7
        %12 = nn.max %10, %5 : (3x7, 3x7) -> 3x7
        %13 = nn.mul %6, %7 : (3x7, 3x7) -> 3x7
        %14 = nn.add %11, %12 : (3x7, 3x7) -> 3x7
        %15 = nn.neg %14 : 3x7
        %16 = nn.add %15, %13 : (3x7, 3x7) -> 3x7
        %17 = nn.add %16, %3 : (3x7, 3x7) -> 3x7
        %z = nn.reduce_max %17 axes [0] : (3x7) -> 7
        return %z, %17 : 7, 3x7""",
    "old_norms": """
        x 2x6x3x4, s 6, o 6
        %0 = nn.local_response_norm %x {size = 5 : i64, alpha = 0.5 : f64, beta = 0.75 : f64, bias = 1.0 : f64}
            : 2x6x3x4
        %1 = bn.group_norm %0, %s, %o {groups = 3 : i64, epsilon = 1.0e-3 : f64} : (2x6x3x4, 6, 6) -> 2x6x3x4
        %2 = bn.scale_shift %1, %o, %s {featureIndex = 1 : i64} : (2x6x3x4, 6, 6) -> 2x6x3x4
        %y = nn.reduce_sum %2 axes [0, 2, 3] : (2x6x3x4) -> 6
        return %y : 6""",
}


def write_program(text, path):
    """Saves a program as MLIR; returns the shapes of its arguments by name."""
    arguments, *lines = text.strip().split("\n")
    shapes = dict(argument.split() for argument in arguments.split(", "))
    tensor = lambda match: f"tensor<{match.group(0)}xf32>"
    typed = []
    for line in lines:
        code, separator, types = line.rpartition(" : ")
        typed.append(code + separator + re.sub(r"\b\d+(x\d+)*\b", tensor, types) if separator else line)
    signature = ", ".join(f'%{name}: tensor<{shape}xf32> {{bn.name = "{name}"}}' for name, shape in shapes.items())
    results = typed[-1].rpartition(" : ")[2].replace(">,", '> {bn.name = "z"},')
    path.write_text(f'func.func @f({signature}) -> ({results}) {{\n' + "\n".join(typed) + "\n}\n")
    return {name: tuple(map(int, shape.split("x"))) for name, shape in shapes.items()}


class Runner:
    def __init__(self, binaries, folder):
        self.tools, self.folder = compiled.Tools(binaries), pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.random = np.random.default_rng(6)

    def write(self, name):
        path = self.folder / f"{name}.mlir"
        return path, write_program(PROGRAMS[name], path)

    def differentiate(self, path):
        """The differentiated program, and random inputs of its own: the gradients of results."""
        program = path.with_suffix(".grad.mlir")
        compiled.run([self.tools.bn_opt, path, "--differentiate=inputs", "--stop-after=differentiate", "-o", program])
        signature = program.read_text().split("->")[0]
        found = re.findall(r'%\w+: tensor<([\dx]+)xf32> \{bn.name = "([^"]+)"\}', signature)
        shapes = {name: tuple(map(int, shape.split("x"))) for shape, name in found}
        return program, {name: self.random.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}

    def interpret(self, program, inputs):
        place, options = self.folder / f"{program.stem}_interpreted", []
        for name, value in inputs.items():
            np.save(self.folder / f"in_{name}.npy", value)
            options.append(f"--input={name}={self.folder}/in_{name}.npy")
        compiled.run([self.tools.bn_opt, program, "--interpret", f"--output={place}", *options])
        return {path.stem: np.load(path) for path in place.glob("*.npy")}

    def compile(self, path, *options):
        return self.tools.compile(path, self.folder, "--differentiate=inputs", *options)


def require_close(what, results, expected, tolerance=TOLERANCE):
    if set(results) != set(expected):
        raise SystemExit(f"{what}: expected {sorted(expected)}, but got {sorted(results)}")
    for name, wanted in expected.items():
        error = np.abs(results[name] - wanted).max() / max(np.abs(wanted).max(), 1e-30)
        if not error <= tolerance or results[name].shape != wanted.shape:
            raise SystemExit(f"{what}: {name} differs by {error:.2g} of its largest value")


def programs(runner):
    """Every program compiled, with 1 and 2 threads, is what the interpreter says."""
    for name in PROGRAMS:
        path, _ = runner.write(name)
        program, inputs = runner.differentiate(path)
        expected = runner.interpret(program, inputs)
        library = runner.compile(path).library
        one, two = (runner.tools.outputs(library, inputs, threads) for threads in (1, 2))
        require_close(name, one, expected)
        if any(one[key].tobytes() != two[key].tobytes() for key in one):
            raise SystemExit(f"{name}: results depend on the number of threads")
    return f"{len(PROGRAMS)} programs within {TOLERANCE:g}"


def perceptron(runner):
    """Against formulas in NumPy: two layers with a relu between them."""
    path = runner.folder / "perceptron.mlir"
    shapes = write_program("""
        x 5x7, v 7x6, w 6x3
        %h = nn.gemm %x, %v : (5x7, 7x6) -> 5x6
        %r = nn.relu %h : 5x6
        %y = nn.gemm %r, %w : (5x6, 6x3) -> 5x3
        return %y : 5x3""", path)
    inputs = {name: runner.random.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    dy = runner.random.normal(size=(5, 3)).astype(np.float32)
    x, v, w, g = (value.astype(np.float64) for value in (*inputs.values(), dy))
    h = x @ v
    r = np.maximum(h, 0)
    dh = (g @ w.T) * (h > 0)
    expected = {"output0": r @ w, "x.gradient": dh @ v.T, "v.gradient": x.T @ dh, "w.gradient": r.T @ g}
    results = runner.tools.outputs(runner.compile(path).library, {**inputs, "output0.gradient": dy})
    require_close("perceptron", results, expected)
    return f"{len(expected)} results within {TOLERANCE:g}"


def budget(runner):
    """Less memory, the same gradients."""
    path = runner.folder / "deep.mlir"
    shape, lines, last = "4x16x24x24", ["x 4x16x24x24, w 16x16x3x3, s 16, o 16"], "x"
    for i in range(6):
        lines += [f"%c{i} = nn.conv %{last}, %w pads [1, 1, 1, 1] : ({shape}, 16x16x3x3) -> {shape}",
                  f"%n{i}, %m{i}, %v{i} = bn.training %c{i}, %s, %o "
                  f"{{epsilon = 1.0e-3 : f64, featureIndex = 1 : i64}} : ({shape}, 16, 16) -> ({shape}, 16, 16)",
                  f"%r{i} = nn.relu %n{i} : {shape}"]
        last = f"r{i}"
    lines += [f"%y = nn.reduce_mean %{last} axes [2, 3] : ({shape}) -> 4x16", "return %y : 4x16"]
    write_program("\n".join(lines), path)
    program, inputs = runner.differentiate(path)
    expected = runner.interpret(program, inputs)
    arenas = {}
    for bytes_kept in (None, 1 << 20, 0):
        options = [] if bytes_kept is None else [f"--recompute-budget={bytes_kept}"]
        result = runner.compile(path, *options)
        require_close(f"budget {bytes_kept}", runner.tools.outputs(result.library, inputs), expected)
        arenas[bytes_kept] = result.report["arena_bytes"]
    if not arenas[None] > arenas[1 << 20] >= arenas[0]:
        raise SystemExit(f"arenas of {arenas} bytes")
    return f"arena {arenas[0] / arenas[None]:.2f} of what it is without: " + json.dumps(list(arenas.values()))


def model(runner):
    """An ONNX model with its parameters, a DenseNet-BC of two blocks."""
    network = gradient_models.dense_network(batch=2, size=8, growth=4, layers=(2, 2))
    path = network.save(runner.folder)
    inputs = {"x": network.shape, f"{network.output}.gradient": (network.shape[0], 10)}
    inputs = {name: runner.random.normal(size=shape).astype(np.float32) for name, shape in inputs.items()}
    program = path.with_suffix(".mlirbc")
    compiled.run([runner.tools.bn_opt, path, "--differentiate", "--stop-after=differentiate", "-o", program])
    expected = runner.interpret(program, inputs)
    running = ("running_mean", "running_var")
    names = {f"{name}.gradient" for name in network.parameters if not name.endswith(running)}
    if set(expected) != names | {network.output, "x.gradient"}:
        raise SystemExit(f"model: results {sorted(expected)}")
    library = runner.tools.compile(path, runner.folder, "--differentiate").library
    require_close("model", runner.tools.outputs(library, inputs), expected)
    return f"{len(expected)} results within {TOLERANCE:g}"


def refreshed(runner):
    """New parameters for a library that computes gradients: those of the model that has them."""
    libraries = []
    for factor in (1, 1.5):
        network = gradient_models.dense_network(batch=2, size=8, growth=4, layers=(1, 1))
        network.name = f"refreshed{len(libraries)}"
        network.parameters = {name: np.float32(factor) * value for name, value in network.parameters.items()}
        path, options = network.save(runner.folder), [] if libraries else ["--refreshable"]
        libraries.append(runner.tools.compile(path, runner.folder, "--differentiate", *options).library)
    inputs = {"x": network.shape, f"{network.output}.gradient": (network.shape[0], 10)}
    inputs = {name: runner.random.normal(size=shape).astype(np.float32) for name, shape in inputs.items()}
    expected, place = runner.tools.outputs(libraries[1], inputs), runner.folder / "refreshed"
    command = [runner.tools.bn_run, libraries[0], "--refresh", path, "--repeat=1", "--output", place]
    for name, value in inputs.items():
        np.save(runner.folder / f"in_{name}.npy", value)
        command.append(f"--input={name}={runner.folder}/in_{name}.npy")
    compiled.run(command)
    for name, wanted in expected.items():
        if np.load(place / f"{name}.npy").tobytes() != wanted.tobytes():
            raise SystemExit(f"refreshed: {name} is another one than that of the new model")
    return f"{len(expected)} results agree to the bit"


def large_means(runner):
    """Data whose mean is ten thousand deviations, read by all normalizations of a dense block: whole, split and
    shared, loaded, computed again, and where nothing but the parameters' gradients is wanted."""
    path = runner.folder / "large_means.onnx"
    training_blocks.dense_block(path, 2, 16, 3, 8, growth=8)
    program = path.with_suffix(".mlirbc")
    compiled.run([runner.tools.bn_opt, path, "--differentiate", "--stop-after=differentiate", "-o", program])
    output = onnx.load(path).graph.output[0].name
    inputs = {"x": runner.random.normal(1e4, 1, (2, 16, 8, 8)),
              f"{output}.gradient": runner.random.normal(size=(2, 40, 8, 8))}
    inputs = {name: value.astype(np.float32) for name, value in inputs.items()}
    expected = runner.interpret(program, inputs)
    # What is made of the data shows the error; the data themselves are as they were.
    expected[output] = expected[output][:, 16:]
    variants = ([], ["--bnff=none"], ["--bnff=split"], ["--bnff=share"], ["--recompute-budget=0"])
    for options in (["--differentiate", *variant] for variant in variants):
        results = runner.tools.outputs(runner.tools.compile(path, runner.folder, *options).library, inputs)
        require_close(" ".join(options), {**results, output: results[output][:, 16:]}, expected)
    results = runner.tools.outputs(
        runner.tools.compile(path, runner.folder, "--differentiate=parameters").library, inputs)
    del expected["x.gradient"]
    require_close("parameters", {**results, output: results[output][:, 16:]}, expected)
    return f"{len(variants) + 1} ways within {TOLERANCE:g}"


FAMILIES = {f.__name__: f for f in (large_means, programs, perceptron, budget, model, refreshed)}

if __name__ == "__main__":
    runner = Runner(sys.argv[1], sys.argv[2])
    for family in sys.argv[3:]:
        print(f"{family}: {FAMILIES[family](runner)}", flush=True)
