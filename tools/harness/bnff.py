"""Measures fission and fusion of training batch norms on blocks of networks."""

import argparse
import json
import pathlib
import statistics
import sys

import numpy as np

from harness import training_blocks
from harness.compiled import ToolError, Tools, fail, run
from zoo_models import check

# The share of its largest value by which a result may differ.
TOLERANCE = 1e-5


def compile_block(tools, model, folder, bnff, directions):
    """The library of `model` with `bnff`, in a folder of its own, and its report."""
    folder = folder / bnff.replace(",", "_")
    folder.mkdir(parents=True, exist_ok=True)
    options = ["--differentiate"] if directions == "both" else []
    return tools.compile(model, folder, f"--bnff={bnff}", *options)


def read_outputs(tools, library, folder):
    """What the library computes of the same random inputs, and of what names."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("*.npy"):
        path.unlink()
    run([tools.bn_run, library, "--threads=0", "--repeat=1", "--warmup=0", "--output", folder])
    return {path.stem: path for path in folder.glob("*.npy")}


def compare(tools, compiled, folder):
    """The result that differs most between the libraries, and by how much."""
    (_, first), (_, second) = (
        (name, read_outputs(tools, one.library, folder / f"outputs-{name}")) for name, one in compiled.items())
    if first.keys() != second.keys():
        raise ToolError("the libraries have different results")
    errors = {name: check.difference(np.load(path).astype(np.float64), np.load(second[name]))
              for name, path in first.items()}
    return max(errors.items(), key=lambda item: item[1] if item[1] == item[1] else np.inf)


def measure(tools, compiled, rounds, threads):
    """Times of one run in milliseconds, in turns, as lists."""
    times = {name: [] for name in compiled}
    for _ in range(rounds):
        for name, one in compiled.items():
            result = run([tools.bn_run, one.library, f"--threads={threads}", "--repeat=2", "--warmup=1", "--json"])
            times[name].append(json.loads(result.output[result.output.index("{"):])["min_ms"])
    return times


def traffic(report):
    return report["traffic"]["bytes_read"] + report["traffic"]["bytes_written"]


def row(tools, name, options):
    """Compiles, compares and times one block; prints its line."""
    folder = options.output / name
    folder.mkdir(parents=True, exist_ok=True)
    model = folder / f"{name}.onnx"
    training_blocks.BLOCKS[name](model, options.batch)
    compiled = {bnff: compile_block(tools, model, folder, bnff, options.directions)
                for bnff in ("none", options.bnff)}
    output, error = compare(tools, compiled, folder)
    times = measure(tools, compiled, options.rounds, options.threads)
    cells = [f"{name:16}"]
    for bnff, one in compiled.items():
        cells.append(f"{bnff} {min(times[bnff]):.1f} ({statistics.median(times[bnff]):.1f}) ms"
                     f" {traffic(one.report) / 2**20:.0f} MiB")
    ratio = min(times["none"]) / min(times[options.bnff])
    cells.append(f"{ratio:.2f} x")
    cells.append(f"error {error:.1e} of {output}")
    print("  ".join(cells), flush=True)
    if not error <= TOLERANCE:
        raise ToolError(f"'{output}' of {name} differs by {error:.2g} of its largest value, more than {TOLERANCE:.2g}")


def main():
    parser = argparse.ArgumentParser(
        prog="tools/bnff", description="Times blocks in training mode with --bnff and without, min (median) of one run.")
    parser.add_argument("names", metavar="BLOCK", nargs="*", default=training_blocks.DEFAULT,
                        help=f"of {', '.join(training_blocks.BLOCKS)} (default: {' '.join(training_blocks.DEFAULT)})")
    parser.add_argument("--binaries", type=pathlib.Path, required=True, help="folder of bn-opt and bn-run")
    parser.add_argument("--output", type=pathlib.Path, required=True, help="folder for models and libraries")
    parser.add_argument("--batch", type=int, default=32, help="images (default: 32)")
    parser.add_argument("--bnff", default="all", help="what is compared with 'none' (default: all)")
    parser.add_argument("--directions", choices=("forward", "both"), default="both", help="with gradients or without")
    parser.add_argument("--rounds", type=int, default=5, help="turns (default: 5)")
    parser.add_argument("--threads", type=int, default=0, help="threads, 0 for all processors (default)")
    options = parser.parse_args()
    tools = Tools(options.binaries)
    unknown = [name for name in options.names if name not in training_blocks.BLOCKS]
    if unknown:
        return fail("bnff", f"unknown block '{unknown[0]}'; known blocks are {', '.join(training_blocks.BLOCKS)}")
    try:
        for name in options.names:
            row(tools, name, options)
    except ToolError as error:
        return fail("bnff", str(error))
    return 0


if __name__ == "__main__":
    sys.exit(main())
