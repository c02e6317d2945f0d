"""refreshable.py BINARIES FOLDER MODEL: new parameters for a compiled model.

MODEL is 'generated' or one of the zoo. A refresh has to give, bit for bit, what
a compilation with these parameters gives, and what ONNX Runtime computes.
"""

import json
import pathlib
import subprocess
import sys

import numpy as np
import onnx
from onnx import numpy_helper

import loaded
from harness import compiled
from zoo_models import check

ROOT = pathlib.Path(__file__).resolve().parents[3]
MODELS = ROOT / "build" / "zoo"


def parameters_of(model):
    """Name and array of each initializer of floats."""
    tensors = onnx.load(model).graph.initializer
    arrays = [(tensor.name, numpy_helper.to_array(tensor)) for tensor in tensors]
    return [(name, np.array(array)) for name, array in arrays if array.dtype == np.float32]


def generate(folder):
    script = pathlib.Path(__file__).with_name("refreshable_model.py")
    for seed, name in enumerate("ab"):
        subprocess.run([sys.executable, script, folder / f"{name}.onnx", str(seed)], check=True)


def take_from_zoo(name, folder):
    """The model, and the same with other parameters of about the same size."""
    subprocess.run([ROOT / "tools" / "zoo", name, "-o", MODELS], check=True)
    model = onnx.load(MODELS / f"{name}.onnx")
    onnx.save(model, folder / "a.onnx")
    random = np.random.default_rng(7)
    for tensor in model.graph.initializer:
        array = numpy_helper.to_array(tensor)
        if array.dtype == np.float32 and array.ndim > 0:
            changed = (array * random.uniform(0.9, 1.1, array.shape)).astype(np.float32)
            tensor.CopyFrom(numpy_helper.from_array(changed, tensor.name))
    onnx.save(model, folder / "b.onnx")


def expect(condition, message):
    if not condition:
        raise compiled.ToolError(message)


def bad_parameters(good):
    """Lists of parameters, each with what the library says of it."""
    names = [name for name, _ in good]

    def replace(name, array):
        return [(n, array if n == name else a) for n, a in good]

    negative = np.ones(18, np.float32)
    negative[3] = -1
    infinite = np.full(24, np.inf, np.float32)
    huge = np.full((18, 3, 3, 3), 3e38, np.float32)
    return [
        (good[1:], f"'{names[0]}' is missing"),
        (good + good[:1], f"parameter '{names[0]}' is given twice"),
        (good + [("stranger", negative)], "model 'a' has no parameter 'stranger'"),
        (replace("class", np.ones((18, 3, 3), np.float32)),
         "parameter 'class' expects rank 4, but got 3"),
        (replace("a.b", np.ones(17, np.float32)), "parameter 'a.b' expects shape 18, but got 17"),
        (replace("a.b", np.ones(18)), "parameter 'a.b' expects type f32, but got f64"),
        (replace("low", np.array(-1, np.float32)), "parameter 'low' is fixed"),
        (replace("stem.bn.var", negative),
         "node 'stem.bn' expects parameter 'stem.bn.var' plus epsilon 0.001 to be positive and"
         " finite, but feature 3 has -1"),
        (replace("join.bn.mean", infinite),
         "node 'join.bn' expects parameter 'join.bn.mean' to be finite, but feature 0 has inf"),
        (replace("stem/w", huge),
         "node 'stem' expects parameter 'stem/w' to give weights that are finite in f32"),
    ]


def check_errors(library, image, good):
    before = library.run(image)
    for parameters, message in bad_parameters(good):
        said = library.refresh(parameters)
        expect(message in said, f"expected '{message}', but the library said '{said}'")
        expect(np.array_equal(before, library.run(image)), f"changed in spite of '{said}'")


def check_in_process(tools, folder, results):
    image_info = check.session(folder / "a.onnx").get_inputs()[0]
    image = check.random_image(3, image_info.shape)
    expected = [check.session(folder / f"{name}.onnx").run(None, {image_info.name: image})[0]
                for name in "ab"]
    a, b = (loaded.Library(result.library, wanted.shape, result.report["arena_bytes"])
            for result, wanted in zip(results, expected))
    fresh_a, fresh_b = a.run(image), b.run(image)
    expect(not np.array_equal(fresh_a, fresh_b), "the parameters make no difference")
    parameters_a, parameters_b = (parameters_of(folder / f"{name}.onnx") for name in "ab")

    expect(a.refresh(parameters_b) == "", "the parameters of b are refused")
    refreshed = a.run(image)
    error = check.difference(expected[1].astype(np.float64), refreshed)
    expect(error <= compiled.TOLERANCE, f"refreshed, the result differs by {error:.2g}")
    expect(np.array_equal(refreshed, fresh_b), "a refresh differs from a compilation")
    if any(name == "stem.bn.var" for name, _ in parameters_a):
        check_errors(a, image, parameters_b)
    # In another order, and back to where it began.
    expect(a.refresh(parameters_a[::-1]) == "", "the parameters of a are refused")
    expect(np.array_equal(a.run(image), fresh_a), "a refresh does not restore the weights")
    return error


def check_files(tools, folder, results):
    """bn-run takes the parameters from files, and finds what ONNX Runtime finds."""
    arrays = dict(parameters_of(folder / "b.onnx"))
    np.savez(folder / "stored.npz", **arrays)
    np.savez_compressed(folder / "deflated.npz", **arrays)
    for name in ["b.onnx", "stored.npz", "deflated.npz"]:
        output = compiled.run([
            tools.bn_run, results[0].library, "--refresh", folder / name, "--compare",
            folder / "b.onnx", "--repeat=1", "--json"]).output
        expect(json.loads(output[output.index("{"):])["refresh_ms"] > 0, f"{name}: no refresh")


def main():
    binaries, folder, name = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]
    folder.mkdir(parents=True, exist_ok=True)
    tools = compiled.Tools(binaries)
    try:
        if name == "generated":
            generate(folder)
        else:
            take_from_zoo(name, folder)
        results = [tools.compile(folder / f"{model}.onnx", folder, "--refreshable")
                   for model in "ab"]
        error = check_in_process(tools, folder, results)
        check_files(tools, folder, results)
    except compiled.ToolError as problem:
        return compiled.fail("refreshable", f"{name}: {problem}")
    print(f"{name}: refreshed, {error:.2g} of the largest value from ONNX Runtime")
    return 0


if __name__ == "__main__":
    sys.exit(main())
