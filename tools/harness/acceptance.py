"""Measures a build against the limits that the project holds itself to."""

import argparse
import dataclasses
import itertools
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

from harness.compiled import TOLERANCE, ToolError, Tools, conformance

ROUNDS = 60
FOLD_ROUNDS = 5

LATENCY_RATIO = 1.10
COLD_SECONDS, WARM_SECONDS = 20.0, 3.0
FOLD_SECONDS = 1.0
PEAK_GIB = 1.5
ARENA_RATIO = 1.25
LEAST_SHARE_OF_PEAK = 0.8
# What a compiled library may ask of the machine that loads it.
SYSTEM_LIBRARIES = {"linux-vdso", "libc", "libm", "libpthread", "libdl", "ld-linux-x86-64"}


@dataclasses.dataclass(frozen=True)
class Finding:
    what: str
    measured: str
    limit: str
    good: bool


def at_most(what, value, limit, unit=""):
    return Finding(what, f"{value:.3g}{unit}", f"≤ {limit:g}{unit}", value <= limit)


def compilation(tools, model, folder):
    """Cold and warm compile times and memory; returns the findings and the warm result."""
    cache = f"--cache-dir={folder / 'cache'}"
    cold = tools.compile(model, folder, cache)
    warm = tools.compile(model, folder, cache)
    arena = warm.report["arena_bytes"] / warm.report["max_live_bytes"]
    left = warm.report["bn_after"]
    return warm, [
        at_most("compile, cold cache", cold.seconds, COLD_SECONDS, " s"),
        at_most("compile, warm cache", warm.seconds, WARM_SECONDS, " s"),
        at_most("largest memory of the compiler", cold.peak_bytes / 2**30, PEAK_GIB, " GiB"),
        at_most("arena / largest live set", arena, ARENA_RATIO),
        Finding(f"normalizations left of {warm.report['bn_before']}", str(left), "0", left == 0),
    ]


def needed_libraries(library):
    output = subprocess.run(["ldd", library], capture_output=True, text=True, check=True).stdout
    names = [line.split()[0].rsplit("/")[-1] for line in output.splitlines() if line.strip()]
    return sorted({re.sub(r"\.so.*", "", name) for name in names})


def independence(library):
    needed = needed_libraries(library)
    return Finding("libraries needed", " ".join(needed), "only the system's",
                   set(needed) <= SYSTEM_LIBRARIES)


def latency(tools, library, model):
    result = tools.compare(library, model, threads=1, repeat=ROUNDS)
    for name in ("min_ms", "median_ms"):
        ratio = result[name] / result[f"peer_{name}"]
        what = f"latency / ONNX Runtime's, 1 thread, {name.removesuffix('_ms')}"
        limit = f"≤ {LATENCY_RATIO:g}"
        measured = f"{ratio:.3f} ({result[name]:.2f} ms / {result[f'peer_{name}']:.2f} ms)"
        yield Finding(what, measured, limit, ratio <= LATENCY_RATIO)


def kernels(tools):
    """How close the generated convolutions come to the multiply-add peak."""
    for kernel in tools.kernels():
        measured = f"{kernel['share']:.3f} ({kernel['gflops']:.0f} of {kernel['peak_gflops']:.0f} GFLOP/s)"
        yield Finding(f"share of peak, {kernel['kernel']}", measured,
                      f"≥ {LEAST_SHARE_OF_PEAK:g}", kernel["share"] >= LEAST_SHARE_OF_PEAK)


def folding(tools, models, folder, timed):
    """What is left of the normalizations of all models, and how long folding takes."""
    for model in sorted(models):
        rounds = FOLD_ROUNDS if model.stem in timed else 1
        reports = [tools.fuse(model, folder) for _ in range(rounds)]
        total, alone = reports[0]["bn_before"], reports[0]["standalone"] + reports[0]["kept"]
        yield Finding(f"{model.stem}: of {total} normalizations alone or kept", str(alone), "0",
                      alone == 0)
        if rounds > 1:
            seconds = [report["phase_seconds"]["fold"] for report in reports]
            what = f"{model.stem}: fold, best of {rounds}, median {statistics.median(seconds):.2f} s"
            yield at_most(what, min(seconds), FOLD_SECONDS, " s")


def findings(tools, model, folder):
    warm, found = compilation(tools, model, folder)
    yield from found
    yield independence(warm.library)
    yield at_most("error / largest value", conformance(tools, warm.library, model), TOLERANCE)
    yield from latency(tools, warm.library, model)
    yield from kernels(tools)


def main():
    parser = argparse.ArgumentParser(
        prog="tools/acceptance", description="Measures compile time, memory, latency and independence.")
    parser.add_argument("--binaries", type=pathlib.Path, required=True, help="folder of bn-opt and bn-run")
    parser.add_argument("--model", type=pathlib.Path, required=True, help="the ONNX file to measure with")
    parser.add_argument("--fold", type=pathlib.Path, nargs="*", default=[],
                        help="ONNX files whose folding is looked at")
    parser.add_argument("--time-fold", nargs="*", default=[], help="those of them to time, by name")
    options = parser.parse_args()
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        try:
            tools, folder = Tools(options.binaries), pathlib.Path(folder)
            for found in itertools.chain(folding(tools, options.fold, folder, options.time_fold),
                                         findings(tools, options.model, folder)):
                verdict = "ok" if found.good else "FAILED"
                print(f"{verdict:6}  {found.what:45}  {found.measured}  (limit: {found.limit})", flush=True)
                failed |= not found.good
        except ToolError as error:
            print(f"acceptance: error: {error}", file=sys.stderr)
            failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
