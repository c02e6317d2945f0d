"""network_gradients.py BINARIES FOLDER TORCH_PYTHON WAY...: gradients of networks in training mode, against PyTorch's in f64.

A way is `interpreted`, which computes in f64 too; `compiled`, in f32; or `recomputing`, with a budget for activations.
"""

import pathlib
import sys

import gradient_models
import numpy as np

from harness import compiled

# Relative to the largest value of each gradient.
INTERPRETER_TOLERANCE = 1e-6  # The interpreter writes f32.
COMPILED_TOLERANCE = 2e-5
HERE = pathlib.Path(__file__).parent


def error_of(value, expected):
    if value.shape != expected.shape:
        raise SystemExit(f"expected shape {expected.shape}, but got {value.shape}")
    return np.abs(value - expected).max() / np.abs(expected).max()


class Comparison:
    def __init__(self, binaries, folder, torch_python):
        self.tools, self.folder, self.torch_python = compiled.Tools(binaries), pathlib.Path(folder), torch_python
        self.folder.mkdir(parents=True, exist_ok=True)

    def ask_torch(self, network, tensors):
        place = self.folder / f"{network.name}.torch.npz"
        np.savez(self.folder / f"{network.name}.npz", **tensors)
        compiled.run([self.torch_python, HERE / "gradients_torch.py", self.folder / f"{network.name}.json",
                      self.folder / f"{network.name}.npz", place])
        with np.load(place) as file:
            return dict(file)

    def interpret(self, model, inputs):
        program = model.with_suffix(".mlirbc")
        compiled.run([self.tools.bn_opt, model, "--differentiate", "--stop-after=differentiate", "-o", program])
        place, options = self.folder / f"{model.stem}_interpreted", []
        for name, value in inputs.items():
            np.save(self.folder / f"{name}.npy", value)
            options.append(f"--input={name}={self.folder / name}.npy")
        compiled.run([self.tools.bn_opt, program, "--interpret", f"--output={place}", *options])
        return {path.stem: np.load(path) for path in place.glob("*.npy")}

    def compile(self, model, inputs, *options):
        library = self.folder / f"{model.stem}{len(options)}.so"
        compiled.run([self.tools.bn_opt, model, "--differentiate", *options, "-o", library])
        return self.tools.outputs(library, inputs, threads=2)

    def check(self, network, ways):
        model = network.save(self.folder)
        random = np.random.default_rng(1)
        x = random.normal(size=network.shape).astype(np.float32)
        gradient = random.normal(size=(network.shape[0], 10)).astype(np.float32)
        reference = self.ask_torch(network, {**network.parameters, "x": x, "gradient": gradient})
        inputs = {"x": x, f"{network.output}.gradient": gradient}
        names = sorted(name[:-4] for name in reference if name.endswith(".f64"))
        tensors = {name: network.output if name == "output" else f"{name}.gradient" for name in names}
        own = max(error_of(reference[f"{n}.f32"], reference[f"{n}.f64"]) for n in names)
        for way in ways:
            run, tolerance = WAYS[way]
            results = run(self, model, inputs)
            if set(results) != set(tensors.values()):
                raise SystemExit(f"{network.name}: expected {sorted(tensors.values())}, but got {sorted(results)}")
            errors = {n: error_of(results[tensors[n]], reference[f"{n}.f64"]) for n in names}
            worst = max(errors, key=errors.get)
            if not errors[worst] <= tolerance:
                raise SystemExit(f"{network.name}, {way}: {worst} differs by {errors[worst]:.2g} of its largest value,"
                                 f" PyTorch in f32 by {own:.2g}")
            print(f"{network.name}: {len(names) - 1} gradients, {way}: within {tolerance:g}: {errors[worst]:.2g};"
                  f" PyTorch in f32: {own:.2g}", flush=True)


WAYS = {
    "interpreted": (Comparison.interpret, INTERPRETER_TOLERANCE),
    "compiled": (Comparison.compile, COMPILED_TOLERANCE),
    "recomputing": (lambda *arguments: Comparison.compile(*arguments, "--recompute-budget=1000000"),
                    COMPILED_TOLERANCE),
}

if __name__ == "__main__":
    comparison = Comparison(*sys.argv[1:4])
    for network in gradient_models.NETWORKS.values():
        comparison.check(network(), sys.argv[4:])
