"""Compiles models with bn-opt, runs them with bn-run, and compares results."""

import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy as np

from zoo_models import check

# What compiled models are held to: the share of the largest reference value by
# which any value may differ.
TOLERANCE = 2e-5


class ToolError(RuntimeError):
    """A tool failed; the message is what it said."""


@dataclasses.dataclass(frozen=True)
class Process:
    output: str
    seconds: float
    peak_bytes: int


def run(command):
    """Runs a command to its end; measures its time and its largest memory."""
    start = time.monotonic()
    with tempfile.TemporaryFile("w+") as log:
        child = subprocess.Popen(
            [str(part) for part in command], stdout=log, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - start
        log.seek(0)
        output = log.read()
    if child.returncode != 0:
        name = pathlib.Path(command[0]).name
        raise ToolError(f"{name} exited with {child.returncode}: {output.strip()[-2000:]}")
    # Linux counts ru_maxrss in KiB.
    return Process(output, seconds, usage.ru_maxrss * 1024)


@dataclasses.dataclass(frozen=True)
class Compiled:
    library: pathlib.Path
    seconds: float
    peak_bytes: int
    report: dict


class Tools:
    """The tools of one build."""

    def __init__(self, binaries):
        self.bn_opt = pathlib.Path(binaries) / "bn-opt"
        self.bn_run = pathlib.Path(binaries) / "bn-run"
        self.bn_bench = pathlib.Path(binaries) / "bn-bench"

    def compile(self, model, folder, *options):
        """Compiles `model` to a library in `folder`, with its report."""
        library = pathlib.Path(folder) / f"{model.stem}.so"
        report = library.with_suffix(".json")
        process = run([self.bn_opt, model, "-o", library, f"--report={report}", *options])
        return Compiled(library, process.seconds, process.peak_bytes,
                        json.loads(report.read_text()))

    def fuse(self, model, folder):
        """The report of `model`, compiled up to its kernels, without code."""
        report = pathlib.Path(folder) / f"{model.stem}.json"
        run([self.bn_opt, model, "--stop-after=fuse", "-o",
             pathlib.Path(folder) / "fused.mlirbc", f"--report={report}"])
        return json.loads(report.read_text())

    def compare(self, library, model, threads, repeat):
        """What bn-run measures beside ONNX Runtime: latencies and errors."""
        process = run([self.bn_run, library, "--compare", model,
                       f"--threads={threads}", f"--repeat={repeat}", "--json"])
        return json.loads(process.output[process.output.index("{"):])

    def kernels(self):
        """What bn-bench measures of the kernels that are held to a share of the peak."""
        return json.loads(run([self.bn_bench, "kernels", "--json"]).output)["kernels"]

    def outputs(self, library, inputs, threads=1):
        """Runs a library on arrays by name; returns its results by file name."""
        with tempfile.TemporaryDirectory() as folder:
            command = [self.bn_run, library, f"--threads={threads}", "--output", folder,
                       "--repeat=1", "--warmup=0"]
            for index, (name, values) in enumerate(inputs.items()):
                path = pathlib.Path(folder) / f"argument{index}.npy"
                np.save(path, values)
                command += ["--input", f"{name}={path}"]
            run(command)
            return {path.stem: np.load(path)
                    for path in pathlib.Path(folder).glob("*.npy")
                    if not path.stem.startswith("argument")}


def file_name(tensor):
    """The stem of the file that bn-run writes an output of this name to."""
    return "".join(c if c.isalnum() or c in "_.-" else "_" for c in tensor)


def conformance(tools, library, model, seeds=(1, 2), threads=(1, 2)):
    """Largest error of a library against ONNX Runtime; raises where it is too large."""
    reference = check.session(model)
    image, worst = reference.get_inputs()[0], 0.0
    for seed in seeds:
        inputs = {image.name: check.random_image(seed, image.shape)}
        expected = reference.run(None, inputs)
        for count in threads:
            results = tools.outputs(library, inputs, count)
            for tensor, wanted in zip(reference.get_outputs(), expected):
                found = results[file_name(tensor.name)]
                if found.shape != wanted.shape:
                    raise ToolError(
                        f"expected '{tensor.name}' of shape {wanted.shape}, but got {found.shape}")
                error = check.difference(wanted.astype(np.float64), found)
                if not error <= TOLERANCE:
                    raise ToolError(
                        f"'{tensor.name}' differs by {error:.2g} of the largest value,"
                        f" more than {TOLERANCE:.2g}, with {count} threads")
                worst = max(worst, error)
    return worst


def fail(program, message):
    print(f"{program}: error: {message}", file=sys.stderr)
    return 1
