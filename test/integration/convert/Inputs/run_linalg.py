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


def main_function(function, inputs):
    """Calls the function and prints the bits of each result, extended to f64."""
    body, operands = "", []
    for i, ((_, type), values) in enumerate(zip(function.arguments, inputs)):
        body += f"  %c{i} = arith.constant {constant(values, type.element)} : {type.static()}\n"
        body += cast(f"a{i}", f"c{i}", type.static(), type.text)
        operands.append(f"%{'c' if type.static() == type.text else 'a'}{i}")
    results = ", ".join(f"%r{i}" for i in range(len(function.results)))
    taken, given = (", ".join(type.text for type in types) for types in (function.types, function.results))
    body += f"  {results} = call @{function.name}({', '.join(operands)}) : ({taken}) -> ({given})\n"
    for i, type in enumerate(function.results):
        dims = ", ".join(f"d{d}" for d in range(len(type.shape)))
        maps = ", ".join([f"affine_map<({dims}) -> ({dims})>"] * 2)
        loops = ", ".join(['"parallel"'] * len(type.shape))
        bits = type.static("i64")
        extend = "" if type.element == "f64" else f"    %wide = arith.extf %in : {type.element} to f64\n"
        body += cast(f"s{i}", f"r{i}", type.text, type.static())
        body += f"""  %o{i} = tensor.empty() : {bits}
  %b{i} = linalg.generic {{indexing_maps = [{maps}], iterator_types = [{loops}]}}
      ins(%{'r' if type.static() == type.text else 's'}{i} : {type.static()}) outs(%o{i} : {bits}) {{
  ^bb0(%in: {type.element}, %out: i64):
{extend}    %bits = arith.bitcast %{'in' if type.element == 'f64' else 'wide'} : f64 to i64
    linalg.yield %bits : i64
  }} -> {bits}
  %u{i} = tensor.cast %b{i} : {bits} to tensor<*xi64>
  call @printMemrefI64(%u{i}) : (tensor<*xi64>) -> ()
"""
    return f"func.func private @printMemrefI64(tensor<*xi64>)\nfunc.func @main() {{\n{body}  return\n}}\n"


def execute(function, inputs, passes, options):
    """The results of the function, after `passes` in mlir-opt, as mlir-runner computes them."""
    lowered = run(
        [options.tools / "mlir-opt", f"--load-dialect-plugin={options.plugin}", f"--load-pass-plugin={options.plugin}",
         "--allow-unregistered-dialect", f"--pass-pipeline=builtin.module({passes},{options.to_llvm})", "-"],
        function.text + main_function(function, inputs))
    printed = run(
        [options.tools / "mlir-runner", "--entry-point-result=void", f"--shared-libs={options.libraries}", "-"],
        lowered)
    blocks = [block.split("Unranked")[0] for block in printed.split("data =")[1:]]
    if len(blocks) != len(function.results):
        sys.exit(f"{function.name}: expected {len(function.results)} results, but {len(blocks)} were printed")
    for type, block in zip(function.results, blocks):
        bits = np.array([int(number) for number in re.findall(r"-?\d+", block)], np.int64)
        yield bits.view(np.float64).reshape(type.shape)


def check(text, options):
    function = Function(text)
    inputs = list(function.make_inputs(options.seed))
    if options.reference_passes:
        expected = execute(function, inputs, options.reference_passes, options)
    else:
        with tempfile.TemporaryDirectory() as folder:
            expected = interpret(function, inputs, options, pathlib.Path(folder))
    worst = 0.0
    for actual, values in zip(execute(function, inputs, options.passes, options), expected, strict=True):
        error = np.abs(actual - values).max(initial=0) / max(1.0, np.abs(values).max(initial=0))
        # A NaN is never below the tolerance.
        if not error <= options.tolerance:
            sys.exit(f"{function.name}: error {error:.3g}, expected at most {options.tolerance:g}")
        worst = max(worst, error)
    print(f"{function.name}: error {worst:.3g}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=pathlib.Path)
    for name in ("plugin", "bn-opt", "tools"):
        parser.add_argument(f"--{name}", type=pathlib.Path, required=True)
    for name in ("to-llvm", "libraries"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--passes", default="convert-bn-to-linalg")
    parser.add_argument("--reference-passes", help="compare with what these lower, not with the interpreter")
    parser.add_argument("--tolerance", type=float, default=1e-6)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    for text in options.file.read_text().split("// -----"):
        check(text, options)


main()
