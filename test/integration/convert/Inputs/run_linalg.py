"""run_linalg.py FILE --plugin=BNOptPlugin.so --bn-opt=bn-opt --tools=DIR --to-llvm=PASSES --libraries=FILES

Runs each function of FILE, which are separated by `// -----`, twice on the same seeded data: in the reference
interpreter, or as other passes lower it, and lowered to linalg by the plugin in mlir-opt and run by mlir-runner. Fails
where results differ by more than the tolerance, relative to the largest. Arguments named %variance… are positive; an
unknown size is 4.
"""

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy as np

UNKNOWN_SIZE = 4

class TensorType:
    def __init__(self, text):
        *sizes, self.element = re.fullmatch(r"tensor<(.*)>", text)[1].split("x")
        self.text = text
        self.shape = [UNKNOWN_SIZE if size == "?" else int(size) for size in sizes]

    def static(self, element=None):
        return f"tensor<{'x'.join([*map(str, self.shape), element or self.element])}>"


class Function:
    def __init__(self, text):
        self.text = text
        self.name, arguments, results = re.search(r"func\.func @(\w+)\((.*?)\)\s*->\s*(.*?) \{", text, re.S).groups()
        self.arguments = [
            (name, TensorType(type)) for name, type in re.findall(r"%(\w+): (tensor<[^>]*>)", arguments)
        ]
        self.types = [type for _, type in self.arguments]
        self.results = [TensorType(type) for type in re.findall(r"tensor<[^>]*>", results)]

    def make_inputs(self, seed):
        """Values that the element types hold exactly."""
        random = np.random.default_rng(seed)
        for name, type in self.arguments:
            values = random.normal(size=type.shape)
            if name.startswith("variance"):
                values = np.abs(values) + 0.01
            yield round_to(values, type.element)


def round_to(values, element):
    if element == "bf16":
        bits = np.asarray(values, np.float32).view(np.uint32)
        return (bits & np.uint32(0xFFFF0000)).view(np.float32).astype(np.float64)
    return np.asarray(values, {"f16": np.float16, "f32": np.float32, "f64": np.float64}[element]).astype(np.float64)


def constant(values, element):
    if element == "bf16":
        data = (np.asarray(values, np.float32).view(np.uint32) >> 16).astype(np.uint16)
    else:
        data = np.asarray(values, {"f16": np.float16, "f32": np.float32, "f64": np.float64}[element])
    return f'dense<"0x{data.tobytes().hex().upper()}">' if values.size else "dense<>"


def run(command, text=None):
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stderr}\n{text or ''}")
    return done.stdout


def interpret(function, inputs, options, folder):
    (folder / "model.mlir").write_text(function.text)
    command = [options.bn_opt, folder / "model.mlir", "--interpret", f"--output={folder}"]
    for i, values in enumerate(inputs):
        np.save(folder / f"in{i}.npy", values)
        command.append(f"--input=input{i}={folder}/in{i}.npy")
    run(command)
    return [np.load(folder / f"output{i}.npy").astype(np.float64) for i in range(len(function.results))]


def cast(name, value, source, target):
    return f"  %{name} = tensor.cast %{value} : {source} to {target}\n" if source != target else ""


def call_and_print(function, inputs, prefix):
    """Calls the function and prints the bits of each result, extended to f64."""
    body, operands = "", []
    for i, ((_, type), values) in enumerate(zip(function.arguments, inputs)):
        body += f"  %{prefix}c{i} = arith.constant {constant(values, type.element)} : {type.static()}\n"
        body += cast(f"{prefix}a{i}", f"{prefix}c{i}", type.static(), type.text)
        operands.append(f"%{prefix}{'c' if type.static() == type.text else 'a'}{i}")
    results = ", ".join(f"%{prefix}r{i}" for i in range(len(function.results)))
    taken, given = (", ".join(type.text for type in types) for types in (function.types, function.results))
    body += f"  {results} = call @{function.name}({', '.join(operands)}) : ({taken}) -> ({given})\n"
    for i, type in enumerate(function.results):
        dims = ", ".join(f"d{d}" for d in range(len(type.shape)))
        maps = ", ".join([f"affine_map<({dims}) -> ({dims})>"] * 2)
        loops = ", ".join(['"parallel"'] * len(type.shape))
        bits = type.static("i64")
        extend = "" if type.element == "f64" else f"    %wide = arith.extf %in : {type.element} to f64\n"
        body += cast(f"{prefix}s{i}", f"{prefix}r{i}", type.text, type.static())
        body += f"""  %{prefix}o{i} = tensor.empty() : {bits}
  %{prefix}b{i} = linalg.generic {{indexing_maps = [{maps}], iterator_types = [{loops}]}}
      ins(%{prefix}{'r' if type.static() == type.text else 's'}{i} : {type.static()}) outs(%{prefix}o{i} : {bits}) {{
  ^bb0(%in: {type.element}, %out: i64):
{extend}    %bits = arith.bitcast %{'in' if type.element == 'f64' else 'wide'} : f64 to i64
    linalg.yield %bits : i64
  }} -> {bits}
  %{prefix}u{i} = tensor.cast %{prefix}b{i} : {bits} to tensor<*xi64>
  call @printMemrefI64(%{prefix}u{i}) : (tensor<*xi64>) -> ()
"""
    return body


def run_passes(text, passes, options):
    return run(
        [options.tools / "mlir-opt", f"--load-dialect-plugin={options.plugin}", f"--load-pass-plugin={options.plugin}",
         "--allow-unregistered-dialect", f"--pass-pipeline=builtin.module({passes})", "-"], text)


def execute(functions, inputs, passes, options):
    """The results of each function, after `passes` in mlir-opt, as mlir-runner computes them."""
    text = "func.func private @printMemrefI64(tensor<*xi64>)\n" + "\n".join(function.text for function in functions)
    text += "func.func @main() {\n"
    for i, (function, values) in enumerate(zip(functions, inputs, strict=True)):
        text += call_and_print(function, values, f"f{i}_")
    lowered = run_passes(text + "  return\n}\n", f"{passes},{options.to_llvm}", options)
    printed = run(
        [options.tools / "mlir-runner", "--entry-point-result=void", f"--shared-libs={options.libraries}", "-"],
        lowered)
    blocks = [block.split("Unranked")[0] for block in printed.split("data =")[1:]]
    types = [type for function in functions for type in function.results]
    if len(blocks) != len(types):
        sys.exit(f"expected {len(types)} results, but {len(blocks)} were printed")
    values = iter([
        np.array([int(number) for number in re.findall(r"-?\d+", block)], np.int64).view(np.float64).reshape(type.shape)
        for type, block in zip(types, blocks)
    ])
    return [[next(values) for _ in function.results] for function in functions]


def compare(function, actual, expected, tolerance):
    """The largest error, relative to the largest value; ends the program where it is not tolerable."""
    worst = 0.0
    for values, right in zip(actual, expected, strict=True):
        error = np.abs(values - right).max(initial=0) / max(1.0, np.abs(right).max(initial=0))
        # A NaN is never below the tolerance.
        if not error <= tolerance:
            sys.exit(f"{function.name}: error {error:.3g}, expected at most {tolerance:g}\n{function.text}")
        worst = max(worst, error)
    return worst


def check(text, options):
    function = Function(text)
    inputs = list(function.make_inputs(options.seed))
    if options.reference_passes:
        [expected] = execute([function], [inputs], options.reference_passes, options)
    else:
        with tempfile.TemporaryDirectory() as folder:
            expected = interpret(function, inputs, options, pathlib.Path(folder))
    [actual] = execute([function], [inputs], options.passes, options)
    print(f"{function.name}: error {compare(function, actual, expected, options.tolerance):.3g}")


def make_parser():
    parser = argparse.ArgumentParser()
    for name in ("plugin", "bn-opt", "tools"):
        parser.add_argument(f"--{name}", type=pathlib.Path, required=True)
    for name in ("to-llvm", "libraries"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--tolerance", type=float, default=1e-6)
    parser.add_argument("--seed", type=int, default=0)
    return parser


def main():
    parser = make_parser()
    parser.add_argument("file", type=pathlib.Path)
    parser.add_argument("--passes", default="convert-bn-to-linalg")
    parser.add_argument("--reference-passes", help="compare with what these lower, not with the interpreter")
    options = parser.parse_args()
    for text in options.file.read_text().split("// -----"):
        check(text, options)


if __name__ == "__main__":
    main()
