"""Checks the form of a JSON report; prints OUTCOME NAME CAUSE of each normalization."""

import json
import pathlib
import sys

OUTCOMES = ("folded", "merged", "fused", "standalone", "kept")
CAUSES = (
    "asked-to-keep", "invalid-parameter", "training-statistics", "computed-statistics",
    "non-constant-parameter", "numeric", "axis-mismatch", "multi-use", "size-limit",
    "branch-mismatch", "operator", "function-boundary", "search-limit",
)
FIGURES = (
    "bn_before", "bn_after", "kernels", "kernels_from_cache", "launches", "weight_bytes",
    "arena_bytes", "max_live_bytes", "library_bytes",
)

report = json.loads(pathlib.Path(sys.argv[1]).read_text())
assert isinstance(report["model"], str) and isinstance(report["target"], str)
for figure in FIGURES:
    assert isinstance(report[figure], int) and report[figure] >= 0, figure
assert report["compile_seconds"] > 0
assert abs(sum(report["phase_seconds"].values()) - report["compile_seconds"]) < 1e-6

kernels = {kernel["name"]: kernel for kernel in report["kernel_list"]}
assert len(kernels) == report["kernels"]
assert sum(kernel["launches"] for kernel in kernels.values()) == report["launches"]
for figure in ("bytes_read", "bytes_written", "constant_bytes"):
    assert sum(kernel["traffic"][figure] for kernel in kernels.values()) == report["traffic"][figure], figure
    assert not kernels or report["traffic"][figure] > 0, figure

records = report["normalizations"]
for outcome in OUTCOMES:
    assert report[outcome] == sum(record["outcome"] == outcome for record in records), outcome
assert len({record["name"] for record in records}) == len(records), "each is there once"
for record in records:
    assert record["op"].startswith("bn.") and record["outcome"] in OUTCOMES, record
    if record["outcome"] in ("folded", "merged"):
        assert record["rule"] and 0 <= record["bound"] < 1 and "cause" not in record, record
    else:
        assert record["cause"] in CAUSES and record["reason"], record
    if record["outcome"] in ("fused", "standalone"):
        assert record["place"] in ("load", "epilogue", "standalone"), record
    if "kernel" in record:
        kernel = kernels[record["kernel"]]
        assert "bn." in kernel["operators"] and kernel["launches"] > 0, record
    print(record["outcome"], record["name"], record.get("cause", ""))
