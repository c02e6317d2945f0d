"""training_parts.py BINARIES FOLDER: batch norm split into its sweeps, compiled, against f64.

Forward and backward, where the mean is up to a million deviations.
"""

import sys

import numpy as np

import training
from harness import compiled


def main():
    runner, count = training.Runner(sys.argv[1], sys.argv[2]), 0
    for shape in ((16, 65), (4, 64, 7, 7), (2, 3, 33, 31)):
        for feature in (1, len(shape) - 1):
            tensor, vector = f"tensor<{'x'.join(map(str, shape))}xf32>", f"tensor<{shape[feature]}xf32>"
            whole, path = (runner.folder / f"{name}{count}.mlir" for name in ("whole", "parts"))
            number = int(np.prod(shape)) // shape[feature]
            whole.write_text(training.TRAINING.format(T=tensor, V=vector, F=feature, N=number))
            compiled.run([runner.tools.bn_opt, whole, "--bn-split-training", "--bn-complete-means", "-o", path])
            library, count = runner.compile(path), count + 1
            for distribution in training.DISTRIBUTIONS:
                feeds = {"x": training.RANDOM.normal(*distribution, shape), "dy": training.RANDOM.normal(0.5, 1, shape)}
                feeds |= {name: training.RANDOM.normal(size=shape[feature]) for name in ("scale", "offset")}
                feeds = {name: value.astype(np.float32) for name, value in feeds.items()}
                results = runner.run(library, feeds)
                for name, expected in runner.interpret(whole, feeds).items():
                    training.require_close(f"{name} of {tensor} with {distribution}", results[name], expected)
    print(f"parts: {count * len(training.DISTRIBUTIONS)} cases within {training.TOLERANCE:g}")


if __name__ == "__main__":
    main()
