"""in_place.py BN_OPT FOLDER: kernels whose output is in the memory of an input compute the same bits.

For data in and beside the cache, whose features lie side by side or apart, with what is fused, by 1 and 2 threads.
"""

import pathlib
import subprocess
import sys

import numpy as np

from named import Library

SHAPES = ("2x32x4x4", "3x64x12x12", "8x48x40x44", "4x16x3x8x8", "96x80")
FUSIONS = ("", "relu", "add_relu", "add,sigmoid")
OVERWRITTEN = {"batch_norm_training": "input", "batch_norm_gradient": "output_gradient"}


def compile_kernel(bn_opt, folder, name, *options):
    path = folder / f"{name}.so"
    subprocess.run([bn_opt, f"--kernel-name={name}", "-o", path, *options], check=True)
    return Library(path, name)


def check(bn_opt, folder, count, kernel, shape, layout, fuse):
    options = [f"--kernel={kernel}", f"--shape={shape}", f"--layout={layout}", *([f"--fuse={fuse}"] if fuse else [])]
    outside = compile_kernel(bn_opt, folder, f"outside{count}", *options)
    inside = compile_kernel(bn_opt, folder, f"inside{count}", *options, "--in-place")
    random = np.random.default_rng(count)
    feeds = {name: random.normal(0.5, 1, size).astype(np.float32) for name, size in outside.inputs}
    feeds = {name: np.abs(value) if name == "variance" else value for name, value in feeds.items()}
    expected = outside.run(feeds)
    for threads in (1, 2):
        for overwritten in (None, OVERWRITTEN[kernel]):
            results = inside.run(feeds, threads, overwritten)
            for name, value in expected.items():
                if results[name].tobytes() != value.tobytes() or np.isnan(value).any():
                    raise SystemExit(f"{name} of {' '.join(options)} is another one with {threads} threads, in the memory "
                                     f"of {overwritten}")


def main():
    bn_opt, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for kernel in OVERWRITTEN:
        for shape in SHAPES:
            for layout in ("nchw", "nhwc"):
                fuse = FUSIONS[count % len(FUSIONS)]
                check(bn_opt, folder, count, kernel, shape, layout, fuse)
                count += 1
    print(f"{count} kernels compute the same bits in place")


if __name__ == "__main__":
    main()
