"""narrow.py BINARIES FOLDER FAMILY...: tensors of f16 and bf16, compiled, against f64.

Each family prints a line, or fails with what differs.
"""

import sys

import numpy as np
import onnx
from harness import compiled
from onnx import TensorProto, helper
from training import Runner

RANDOM = np.random.default_rng(11)
F32_PART = 1e-5  # relative to the largest reference value
# Half a unit in the last place, relative, and of subnormal numbers.
ROUNDING = {"f16": (2.0**-11, 2.0**-25), "bf16": (2.0**-8, 2.0**-134), "f32": (0, 0)}
# Mean and deviation; in the last, steps of bf16 are four deviations.
DISTRIBUTIONS = ((0, 1), (3, 0.5), (-100, 1), (1000, 1))
TARGETS = ("x86-64-v2", "x86-64-v3", "x86-64-v4")


def encode(values, element):
    """As it is saved in a file."""
    values = np.asarray(values, np.float32)
    if element == "bf16":
        bits = values.view(np.uint32)
        return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(np.uint16).view("V2")
    return values.astype({"f16": np.float16, "f32": np.float32}[element])


def decode(array):
    if array.dtype == np.dtype("V2"):
        array = (array.view(np.uint16).astype(np.uint32) << 16).view(np.float32)
    return array.astype(np.float64)


def require_close(what, got, expected):
    element = {"e": "f16", "V": "bf16", "f": "f32"}[got.dtype.char]
    relative, absolute = ROUNDING[element]
    got, expected = decode(got), expected.astype(np.float64)
    if got.shape != expected.shape:
        raise SystemExit(f"{what}: expected shape {expected.shape}, but got {got.shape}")
    bound = relative * np.abs(expected) * (1 + F32_PART) + F32_PART * np.abs(expected).max() + absolute
    worst = (np.abs(got - expected) / bound).max()
    if not worst <= 1:
        raise SystemExit(f"{what} differs by {worst:.3g} of its bound")


class Program:
    """Functions of inputs of their own, in one library."""

    def __init__(self, name):
        self.name, self.arguments, self.body, self.results, self.feeds = name, [], [], [], {}

    def add_input(self, values, element):
        name = f"in{len(self.feeds)}"
        self.feeds[name] = encode(values, element)
        self.arguments.append(f'%{name}: {self.type(values.shape, element)} {{bn.name = "{name}"}}')
        return f"%{name}"

    def add_result(self, value, role, shape, element):
        self.results.append((value, role, self.type(shape, element)))

    def add(self, line):
        self.body.append("  " + line)

    @staticmethod
    def type(shape, element):
        return f"tensor<{''.join(f'{size}x' for size in shape)}{element}>"

    def check(self, runner, targets=("native",), threads=(1,)):
        path = runner.folder / f"{self.name}.mlir"
        values, types = (", ".join(part) for part in list(zip(*self.results))[::2])
        named = ", ".join(f'{type} {{bn.name = "{role}"}}' for _, role, type in self.results)
        path.write_text(f"func.func @f({', '.join(self.arguments)}) -> ({named}) {{\n" + "\n".join(self.body)
                        + f"\n  return {values} : {types}\n}}\n")
        expected = runner.interpret(path, self.feeds)
        for target in targets:
            library = path.with_suffix(f".{target}.so")
            compiled.run([runner.tools.bn_opt, path, "-o", library, f"--target={target}"])
            runs = [runner.run(library, self.feeds, count) for count in threads]
            for _, role, _ in self.results:
                require_close(f"{self.name}: {role} for {target}", runs[0][role], expected[role])
                if any(run[role].tobytes() != runs[0][role].tobytes() for run in runs):
                    raise SystemExit(f"{self.name}: {role} depends on the number of threads")


def add_training(program, shape, feature, element, distribution):
    """Forward with ReLU, backward, running statistics."""
    key, features = len(program.feeds), shape[feature]
    data, vector = program.type(shape, element), program.type((features,), "f32")
    x = program.add_input(RANDOM.normal(*distribution, shape), element)
    dy = program.add_input(RANDOM.normal(size=shape), element)
    scale, offset = (program.add_input(RANDOM.normal(size=features), "f32") for _ in range(2))
    attributes = f"{{epsilon = 1.0e-03 : f64, featureIndex = {feature} : i64}}"
    y, mean, variance, relu, dx, dscale, doffset = (
        f"%{role}{key}" for role in ("y", "mean", "variance", "relu", "dx", "dscale", "doffset"))
    program.add(f"{y}, {mean}, {variance} = bn.training {x}, {scale}, {offset} {attributes}"
                f" : ({data}, {vector}, {vector}) -> ({data}, {vector}, {vector})")
    program.add(f"{relu} = nn.relu {y} : {data}")
    program.add(f"{dx}, {dscale}, {doffset} = bn.gradient {x}, {scale}, {mean}, {variance}, {dy} {attributes}"
                f" : ({data}, {vector}, {vector}, {vector}, {data}) -> ({data}, {vector}, {vector})")
    where = f"{'x'.join(map(str, shape))}_along_{feature}_no{key}"
    for value, role in ((relu, "y"), (dx, "dx")):
        program.add_result(value, f"{role}_{where}", shape, element)
    for value, role in ((mean, "mean"), (variance, "variance"), (dscale, "dscale"), (doffset, "doffset")):
        program.add_result(value, f"{role}_{where}", (features,), "f32")


def list_shapes():
    """Shapes and the dimension of their features: second, or last."""
    for channels in (1, 3, 16, 65):
        yield (2, channels, 7, 9), 1
        yield (2, 7, 9, channels), 3
        yield (33, channels), 1
        yield (3, channels, 13), 1
        yield (4, 17, 17, channels), 3
        yield (2, channels, 3, 5, 4), 1


def training(runner):
    count = 0
    for element in ("f16", "bf16"):
        program = Program(f"training_{element}")
        for i, (shape, feature) in enumerate(list_shapes()):
            add_training(program, shape, feature, element, DISTRIBUTIONS[(i + i // 6) % len(DISTRIBUTIONS)])
            count += 1
        program.check(runner)
    return f"{count} shapes within their bounds"


def threads(runner):
    """Statistics of enough elements to be worth several threads, for every level of instructions."""
    for element in ("f16", "bf16"):
        program = Program(f"threads_{element}")
        add_training(program, (8, 64, 56, 56), 1, element, DISTRIBUTIONS[1])
        add_training(program, (8, 56, 56, 64), 3, element, DISTRIBUTIONS[2])
        program.check(runner, TARGETS, (1, 2))
    return f"1 and 2 threads agree to the bit for {', '.join(TARGETS)}"


OPERATORS = ("""{y} = bn.layer_norm {x}, {row}, {row} {{axis = 2 : i64, epsilon = 1.0e-03 : f64}} : ({X}, {R}, {R}) -> {X}""",
         """{y} = bn.rms_norm {x}, {row} {{axis = 2 : i64, epsilon = 1.0e-03 : f64}} : ({X}, {R}) -> {X}""",
         """{y} = bn.group_norm {x}, {vector}, {vector} {{groups = 2 : i64, epsilon = 1.0e-03 : f64}} : ({X}, {V}, {V}) -> {X}""",
         """{y} = bn.inference {x}, {vector}, {vector}, {vector}, {positive} {{epsilon = 1.0e-03 : f64, featureIndex = 1 : i64}}
       : ({X}, {V}, {V}, {V}, {V}) -> {X}""",
         """{y} = bn.scale_shift {x}, {vector}, {vector} {{featureIndex = 1 : i64}} : ({X}, {V}, {V}) -> {X}""",
         """{y} = nn.sigmoid {x} : {X}""", """{y} = nn.softmax {x} axis 1 : {X}""",
         """{y} = nn.add {x}, {x} : ({X}, {X}) -> {X}""",
         """{y} = nn.reduce_mean {x} axes [2, 3] keep_dims : ({X}) -> {P}""",
         """{y} = nn.reduce_max {x} axes [2, 3] keep_dims : ({X}) -> {P}""",
         """{y} = nn.max_pool {x} window [1, 1] : ({X}) -> {X}""",
         """{y} = nn.average_pool {x} window [3, 3] pads [1, 1, 1, 1] : ({X}) -> {X}""",
         """{y} = nn.transpose {x} permutation [0, 1, 2, 3] : ({X}) -> {X}""",
         """{y} = nn.concat {x} axis 1 : ({X}) -> {X}""",
         """{y} = nn.conv {x}, {weights} pads [1, 1, 1, 1] : ({X}, {W}) -> {X}""",
         """{y} = nn.conv_transpose {x}, {weights} pads [1, 1, 1, 1] : ({X}, {W}) -> {X}""",
         """{y} = nn.conv {x}, {computed} pads [1, 1, 1, 1] : ({X}, {W}) -> {X}""",
         """{y} = nn.matmul {x}, {square} : ({X}, {S}) -> {X}""")


def operators(runner):
    """Norms with statistics of their own, what is elementwise, reductions, pools, convolutions, products."""
    count, shape = 0, (2, 4, 9, 11)
    for element in ("f16", "bf16"):
        program = Program(f"operators_{element}")
        for distribution in (*DISTRIBUTIONS[:2], (-20, 1)):
            data = {"x": program.add_input(RANDOM.normal(*distribution, shape), element), "X": program.type(shape, element),
                    "row": program.add_input(RANDOM.normal(size=shape[2:]), "f32"), "R": program.type(shape[2:], "f32"),
                    "vector": program.add_input(RANDOM.normal(size=4), "f32"), "V": program.type((4,), "f32"),
                    "positive": program.add_input(RANDOM.uniform(0.1, 1, size=4), "f32"),
                    "P": program.type((2, 4, 1, 1), element), "S": program.type((11, 11), element),
                    "W": program.type((4, 4, 3, 3), element), "weights": f"%weights{count}", "square": f"%square{count}",
                    "computed": program.add_input(RANDOM.normal(size=(4, 4, 3, 3)), element)}
            for name, size, kind in (("weights", (4, 4, 3, 3), "W"), ("square", (11, 11), "S")):
                program.add(f"{data[name]} = arith.constant dense<{RANDOM.integers(-9, 9, size).astype(float).tolist()}> : {data[kind]}")
            for operator in OPERATORS:
                value = f"%y{count}"
                program.add(operator.format(y=value, **data))
                name = operator.split()[2].replace(".", "_")
                program.add_result(value, f"{name}_{count}", (2, 4, 1, 1) if "reduce" in name else shape, element)
                count += 1
        program.check(runner)
    return f"{count} results within their bounds"


# Sizes that tiles divide, and others.
TRANSPOSITIONS = (((64, 96), (1, 0)), ((40, 33), (1, 0)), ((3, 21, 50), (0, 2, 1)), ((2, 20, 3, 70), (0, 2, 3, 1)),
                  ((2, 37, 5, 9), (3, 2, 0, 1)), ((5, 3), (1, 0)))


def transpositions(runner):
    """Moved elements, for every level of instructions."""
    count = 0
    for element in ("f16", "bf16"):
        program = Program(f"transpositions_{element}")
        for shape, permutation in TRANSPOSITIONS:
            x, result = program.add_input(RANDOM.normal(size=shape), element), tuple(shape[dim] for dim in permutation)
            program.add(f"%y{count} = nn.transpose {x} permutation {list(permutation)}"
                        f" : ({program.type(shape, element)}) -> {program.type(result, element)}")
            program.add_result(f"%y{count}", f"transpose_{count}", result, element)
            count += 1
        program.check(runner, TARGETS)
    return f"{count} results within their bounds"


# Operator, attribute and its value, whether parameters are those of channels, and names of the results.
GRADIENTS = (("layer_norm", "axis", 2, False, ("dx", "dscale", "doffset")), ("rms_norm", "axis", 3, False, ("dx", "dscale")),
             ("group_norm", "groups", 4, True, ("dx", "dscale", "doffset")),
             ("group_norm", "groups", 8, True, ("dx", "dscale", "doffset")))


def norm_gradients(runner):
    """Gradients of the norms of each sample, parameters being of f32."""
    count, shape = 0, (3, 8, 7, 9)
    for element in ("f16", "bf16"):
        program = Program(f"norm_gradients_{element}")
        data = program.type(shape, element)
        for distribution in DISTRIBUTIONS:
            for norm, attribute, value, per_channel, roles in GRADIENTS:
                size = shape[1:2] if per_channel else shape[value:]
                x, dy = (program.add_input(RANDOM.normal(*moments, shape), element) for moments in (distribution, (0, 1)))
                scale, vector = program.add_input(RANDOM.normal(size=size), "f32"), program.type(size, "f32")
                results = [f"%{role}{count}" for role in roles]
                types = [data] + [vector] * (len(roles) - 1)
                program.add(f"{', '.join(results)} = bn.{norm}_gradient {x}, {scale}, {dy} {{{attribute} = {value} : i64, "
                            f"epsilon = 1.0e-03 : f64}} : ({data}, {vector}, {data}) -> ({', '.join(types)})")
                for result, role in zip(results, roles):
                    whole = role == "dx"
                    program.add_result(result, f"{role}_{norm}_{count}", shape if whole else size, element if whole else "f32")
                count += 1
        program.check(runner, threads=(1, 2))
    return f"{count} norms within their bounds"


def casts(runner):
    """Every number of 16 bits, and f32 numbers at and around those between two of them."""
    patterns = np.arange(1 << 16, dtype=np.uint16)
    halves = patterns.view(np.float16)
    halves = halves[np.isfinite(halves)]
    brains = (patterns.astype(np.uint32) << 16).view(np.float32)
    brains = brains[np.isfinite(brains)]
    singles = []
    for numbers in (np.sort(halves.astype(np.float32)), np.sort(brains)):
        with np.errstate(over="ignore"):
            middle = (numbers[1:] / 2 + numbers[:-1] / 2).astype(np.float32)
        singles += [middle, np.nextafter(middle, np.float32(np.inf)), np.nextafter(middle, np.float32(-np.inf))]
    singles.append(RANDOM.normal(size=1000).astype(np.float32))
    singles = np.concatenate(singles)
    # Subnormal numbers may be read as zeros.
    singles = singles[(np.abs(singles) >= np.finfo(np.float32).tiny) | (singles == 0)]
    cases = {"f16_f32": (halves, halves.astype(np.float32)), "bf16_f32": (encode(brains, "bf16"), brains)}
    for element, largest in (("f16", 65504), ("bf16", 3.3e38)):
        inside = singles[np.abs(singles) <= largest]
        cases[f"f32_{element}"] = (inside, encode(inside, element))
    for target in TARGETS:
        for name, (source, expected) in cases.items():
            source_type, result_type = (f"tensor<{source.size}x{element}>" for element in name.split("_"))
            path = runner.folder / f"{name}.mlir"
            path.write_text(f'func.func @f(%x: {source_type} {{bn.name = "x"}}) -> ({result_type} {{bn.name = "y"}}) {{\n'
                            f"  %y = nn.cast %x : ({source_type}) -> {result_type}\n  return %y : {result_type}\n}}\n")
            library = path.with_suffix(f".{target}.so")
            compiled.run([runner.tools.bn_opt, path, "-o", library, f"--target={target}"])
            got = runner.run(library, {"x": source})["y"]
            wrong = decode(got) != decode(expected)
            if wrong.any():
                first = np.flatnonzero(wrong)[0]
                raise SystemExit(f"{name} for {target}: {wrong.sum()} differ, such as {decode(source)[first]!r}, which becomes"
                                 f" {decode(got)[first]!r} instead of {decode(expected)[first]!r}")
    return f"{sum(source.size for source, _ in cases.values())} numbers for {', '.join(TARGETS)}"


def onnx_models(runner):
    """Models whose data, or all of it, is narrow."""
    count = 0
    for element, code in (("f16", TensorProto.FLOAT16), ("bf16", TensorProto.BFLOAT16)):
        for parameters, parameter_code in ((element, code), ("f32", TensorProto.FLOAT)):
            for training_mode in (0, 1):
                feeds = {"x": encode(RANDOM.normal(1, 2, (3, 5, 4, 6)), element)}
                feeds |= {name: encode(RANDOM.uniform(0.5, 2, 5), parameters) for name in ("scale", "offset", "mean", "variance")}
                results = {"y": code} | ({"running_mean": parameter_code, "running_variance": parameter_code} if training_mode else {})
                node = helper.make_node("BatchNormalization", list(feeds), list(results), training_mode=training_mode)
                inputs = [helper.make_tensor_value_info(name, code if name == "x" else parameter_code, value.shape)
                          for name, value in feeds.items()]
                outputs = [helper.make_tensor_value_info(name, result, None) for name, result in results.items()]
                path = runner.folder / f"onnx{count}.onnx"
                onnx.save(helper.make_model(helper.make_graph([node], "g", inputs, outputs),
                                            opset_imports=[helper.make_opsetid("", 15)], ir_version=8), path)
                got = runner.run(runner.compile(path), feeds)
                for name, expected in runner.interpret(path, feeds).items():
                    require_close(f"{name} of {element} with parameters of {parameters}", got[name], expected)
                count += 1
    return f"{count} models within their bounds"


FAMILIES = {f.__name__: f for f in (training, threads, operators, transpositions, norm_gradients, casts, onnx_models)}

if __name__ == "__main__":
    runner = Runner(sys.argv[1], sys.argv[2])
    for family in sys.argv[3:]:
        print(f"{family}: {FAMILIES[family](runner)}", flush=True)
