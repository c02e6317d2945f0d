"""training_gradients.py BINARIES FOLDER: batch norm and its gradients, compiled, against the interpreter in f64.

Whole, and split into sweeps. Prints a line for each, or fails with what differs.
"""

import sys

import numpy as np

from harness import compiled
from training import DISTRIBUTIONS, RANDOM, TOLERANCE, Runner, require_close

TRAINING = """func.func @f(%x: {T} {{bn.name = "x"}}, %scale: {V} {{bn.name = "scale"}}, %offset: {V} {{bn.name = "offset"}},
    %dy: {T} {{bn.name = "dy"}})
    -> ({T} {{bn.name = "y"}}, {V} {{bn.name = "mean"}}, {V} {{bn.name = "variance"}},
        {T} {{bn.name = "dx"}}, {V} {{bn.name = "dscale"}}, {V} {{bn.name = "doffset"}}, {V} {{bn.name = "running"}}) {{
  %y, %mean, %variance = bn.training %x, %scale, %offset {{epsilon = 1.0e-03 : f64, featureIndex = {F} : i64}}
     : ({T}, {V}, {V}) -> ({T}, {V}, {V})
  %dx, %dscale, %doffset = bn.gradient %x, %scale, %mean, %variance, %dy {{epsilon = 1.0e-03 : f64, featureIndex = {F} : i64}}
     : ({T}, {V}, {V}, {V}, {T}) -> ({T}, {V}, {V})
  %running = bn.update_running %scale, %variance update sample {{momentum = 0.1 : f64, count = {N} : i64}} : {V}
  return %y, %mean, %variance, %dx, %dscale, %doffset, %running : {T}, {V}, {V}, {T}, {V}, {V}, {V}
}}
"""


def gradients(runner):
    """Forward and backward with any feature dimension, against the interpreter in f64."""
    count = 0
    for shape in ((16, 65), (3, 5, 7), (2, 3, 5, 7), (4, 64, 7, 7), (1, 3, 4, 5, 2)):
        for feature, features in enumerate(shape):
            tensor, vector = "x".join(map(str, shape)), f"tensor<{features}xf32>"
            path = runner.folder / f"gradient{count}.mlir"
            path.write_text(TRAINING.format(T=f"tensor<{tensor}xf32>", V=vector, F=feature,
                                            N=int(np.prod(shape)) // features))
            feeds = {"x": RANDOM.normal(1, 2, shape), "dy": RANDOM.normal(size=shape)}
            feeds |= {name: RANDOM.normal(size=features) for name in ("scale", "offset")}
            feeds = {name: value.astype(np.float32) for name, value in feeds.items()}
            results = runner.run(runner.compile(path), feeds)
            for name, expected in runner.interpret(path, feeds).items():
                require_close(f"{name} of {tensor}, features along {feature}", results[name], expected)
            count += 1
    return f"{count} cases within {TOLERANCE:g}"


def parts(runner):
    """Split into sweeps, forward and backward, where the mean is up to a million deviations."""
    count = 0
    for shape in ((16, 65), (4, 64, 7, 7), (2, 3, 33, 31)):
        for feature in (1, len(shape) - 1):
            tensor, vector = f"tensor<{'x'.join(map(str, shape))}xf32>", f"tensor<{shape[feature]}xf32>"
            whole, path = (runner.folder / f"{name}{count}.mlir" for name in ("whole", "parts"))
            whole.write_text(TRAINING.format(T=tensor, V=vector, F=feature, N=int(np.prod(shape)) // shape[feature]))
            compiled.run([runner.tools.bn_opt, whole, "--bn-split-training", "--bn-complete-means", "-o", path])
            library, count = runner.compile(path), count + 1
            for distribution in DISTRIBUTIONS:
                feeds = {"x": RANDOM.normal(*distribution, shape), "dy": RANDOM.normal(0.5, 1, shape)}
                feeds |= {name: RANDOM.normal(size=shape[feature]) for name in ("scale", "offset")}
                feeds = {name: value.astype(np.float32) for name, value in feeds.items()}
                results = runner.run(library, feeds)
                for name, expected in runner.interpret(whole, feeds).items():
                    require_close(f"{name} of {tensor} with {distribution}", results[name], expected)
    return f"{count * len(DISTRIBUTIONS)} cases within {TOLERANCE:g}"


if __name__ == "__main__":
    runner = Runner(sys.argv[1], sys.argv[2])
    for family in (gradients, parts):
        print(f"{family.__name__}: {family(runner)}", flush=True)
