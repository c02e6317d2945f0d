"""Compiles and runs models, and prints one table about them."""

import argparse
import pathlib
import sys

from harness.compiled import ToolError, Tools
from zoo_models import __main__ as zoo

DEFAULT = ["light_resnet50", "resnet50", "mobilenet_v2", "densenet121", "efficientnet_b0"]
THREADS = (1, 2)
# Rounds per measurement: as many as fit in about two seconds, within these.
LEAST_ROUNDS, MOST_ROUNDS = 10, 200
ROUND_BUDGET_MS = 2000

HEADINGS = [("model", "", "<20"), ("BN", "before → after", ">14"), ("kernels", "", ">7"),
            ("library", "MiB", ">7"), ("compile", "s", ">7"), ("max error", "", ">9")]
for _count in THREADS:
    _unit = f"{_count} thread" + ("s" if _count > 1 else "")
    HEADINGS += [(f"bn-opt {_unit}", "min (median) ms", ">16"),
                 (f"ORT {_unit}", "min (median) ms", ">15")]


def line(cells):
    return "  ".join(f"{cell:{width}}" for cell, (_, _, width) in zip(cells, HEADINGS))


def latency(result, prefix=""):
    return f"{result[prefix + 'min_ms']:.2f} ({result[prefix + 'median_ms']:.2f})"


def measure(tools, library, model, threads):
    probe = tools.compare(library, model, threads, 3)
    slowest = max(probe["median_ms"], probe["peer_median_ms"])
    rounds = int(ROUND_BUDGET_MS / max(slowest, 1e-3))
    return tools.compare(library, model, threads, min(max(rounds, LEAST_ROUNDS), MOST_ROUNDS))


def row(tools, model, folder):
    """The cells of one model's line."""
    compiled = tools.compile(model, folder)
    report = compiled.report
    results = [measure(tools, compiled.library, model, count) for count in THREADS]
    size = compiled.library.stat().st_size / 2**20
    error = max(result["max_rel_error"] for result in results)
    cells = [model.stem, f"{report['bn_before']} → {report['bn_after']}", report["kernels"],
             f"{size:.1f}", f"{compiled.seconds:.1f}", f"{error:.1e}"]
    for result in results:
        cells += [latency(result), latency(result, "peer_")]
    return cells


def main():
    parser = argparse.ArgumentParser(
        prog="tools/demo", description="Compiles models, runs them beside ONNX Runtime, and prints a table.")
    parser.add_argument("names", metavar="NAME", nargs="*", help=f"models of tools/zoo, or 'all' (default: {' '.join(DEFAULT)})")
    parser.add_argument("--binaries", type=pathlib.Path, required=True, help="folder of bn-opt and bn-run")
    parser.add_argument("--output", type=pathlib.Path, required=True, help="folder for the compiled libraries")
    parser.add_argument("--models", type=pathlib.Path, required=True, help="folder of the models")
    options = parser.parse_args()
    names = zoo.names() if options.names == ["all"] else options.names or DEFAULT
    options.output.mkdir(parents=True, exist_ok=True)
    tools, rows, failed = Tools(options.binaries), [], 0
    for name in names:
        print(f"demo: compiling and running {name}", flush=True)
        try:
            rows.append(line(row(tools, options.models / f"{name}.onnx", options.output)))
        except ToolError as error:
            rows.append(f"{name}: {error}")
            failed += 1
    print()
    print(line([title for title, _, _ in HEADINGS]))
    print(line([unit for _, unit, _ in HEADINGS]))
    print("\n".join(rows))
    print("\nORT: ONNX Runtime, timed in turns with bn-opt."
          " max error: largest difference from its result, as a share of its largest value.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
