"""Compares the tensor files of two folders: equal within a tolerance, NaN where the other is NaN."""

import pathlib
import sys

import numpy as np

expected, actual, tolerance = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), float(sys.argv[3])
files = sorted(expected.glob("*.npy"))
assert files, f"no outputs in {expected}"
for file in files:
    want, got = np.load(file), np.load(actual / file.name)
    np.testing.assert_array_equal(np.isnan(got), np.isnan(want))
    scale = np.nanmax(np.abs(want)) if not np.isnan(want).all() else 1
    np.testing.assert_allclose(got, want, rtol=0, atol=tolerance * scale)
    print(f"{file.name}: {np.isnan(want).sum()} of {want.size} are NaN, as expected")
