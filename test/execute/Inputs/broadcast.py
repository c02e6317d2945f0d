"""broadcast.py BINARIES FOLDER: what is added after a batch norm lies along other dimensions than its features."""

import sys

import numpy as np

from training import Runner, require_close

TOLERANCE = 1e-5
RANDOM = np.random.default_rng(11)
SHAPES = ((8,), (8, 1), (8, 8), (3, 1, 1), (1, 3, 1, 8), (1,))
PROGRAM = """func.func @broadcast(%x: tensor<2x3x8x8xf32> {{bn.name = "x"}}, %scale: tensor<3xf32> {{bn.name = "scale"}},
    %offset: tensor<3xf32> {{bn.name = "offset"}}, %v: tensor<{shape}xf32> {{bn.name = "v"}}) -> (tensor<2x3x8x8xf32> {{bn.name = "y"}}) {{
  %0, %mean, %variance = bn.training %x, %scale, %offset {{epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}}
      : (tensor<2x3x8x8xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<2x3x8x8xf32>, tensor<3xf32>, tensor<3xf32>)
  %1 = nn.add %0, %v : (tensor<2x3x8x8xf32>, tensor<{shape}xf32>) -> tensor<2x3x8x8xf32>
  return %1 : tensor<2x3x8x8xf32>
}}
"""

if __name__ == "__main__":
    runner = Runner(sys.argv[1], sys.argv[2])
    for shape in SHAPES:
        name = "x".join(map(str, shape))
        path = runner.folder / f"broadcast_{name}.mlir"
        path.write_text(PROGRAM.format(shape=name))
        feeds = {"x": RANDOM.normal(size=(2, 3, 8, 8)), "v": RANDOM.normal(size=shape)}
        feeds |= {parameter: RANDOM.normal(size=3) for parameter in ("scale", "offset")}
        feeds = {key: value.astype(np.float32) for key, value in feeds.items()}
        results = runner.run(runner.compile(path), feeds)
        require_close(f"y with {name} added", results["y"], runner.interpret(path, feeds)["y"], TOLERANCE)
    print(f"{len(SHAPES)} shapes within {TOLERANCE:g}")
