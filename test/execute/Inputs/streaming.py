"""streaming.py BN_OPT FOLDER: a large result has the same bits wherever its first element lies.

Where it lies at a multiple of a cache line, it is stored past the cache.
"""

import ctypes
import pathlib
import sys

import numpy as np

from harness import compiled

# Sizes and order. Features of 49 elements are stored by the sixteen: 49 cache lines.
NORMS = (("8x64x56x56", "nhwc"), ("32x1024x7x7", "nchw"))


class Model(ctypes.Structure):
    """The head of bnopt_model, up to what runs it."""

    _fields_ = [("abi_version", ctypes.c_uint32), ("num_inputs", ctypes.c_int32), ("num_outputs", ctypes.c_int32),
                ("name", ctypes.c_char_p), ("target", ctypes.c_char_p), ("inputs", ctypes.c_void_p),
                ("outputs", ctypes.c_void_p), ("workspace_size", ctypes.c_uint64),
                ("workspace_alignment", ctypes.c_uint64),
                ("execute", ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)),
                ("set_threads", ctypes.CFUNCTYPE(None, ctypes.c_int32))]


def at_offset(size, offset):
    """An array of zeros whose first element lies `offset` bytes behind a multiple of 64."""
    memory = np.zeros(size + 32, np.float32)
    start = (-memory.ctypes.data % 64 + offset) // 4
    return memory[start:start + size]


def run(model, inputs, offset, threads):
    outputs = [at_offset(inputs[0].size, offset), at_offset(inputs[1].size, 0), at_offset(inputs[1].size, 0)]
    workspace = at_offset(int(model.workspace_size) // 4 + 16, 0)
    pointers = [(ctypes.c_void_p * len(arrays))(*(array.ctypes.data for array in arrays)) for arrays in (inputs, outputs)]
    model.set_threads(threads)
    status = model.execute(pointers[0], pointers[1], workspace.ctypes.data)
    if status != 0:
        raise SystemExit(f"expected status 0, but got {status}")
    return outputs


def compare_places(bn_opt, folder, sizes, layout):
    """How many places have been compared."""
    library = folder / f"{layout}.so"
    compiled.run([bn_opt, "--kernel=batch_norm_training", f"--shape={sizes}", f"--layout={layout}", "--fuse=relu",
                  "-o", library])
    loaded = ctypes.CDLL(str(library))
    loaded.batch_norm_training_relu_model.restype = ctypes.POINTER(Model)
    model = loaded.batch_norm_training_relu_model().contents
    random = np.random.default_rng(3)
    shape = [int(size) for size in sizes.split("x")]
    inputs = [random.normal(2, 3, int(np.prod(shape))).astype(np.float32), np.ones(shape[1], np.float32),
              np.zeros(shape[1], np.float32)]
    expected = run(model, inputs, 0, 1)
    if not expected[0].max() > 1:
        raise SystemExit("expected a result, but got none")
    offsets = (0, 4, 16, 32)
    for offset in offsets:
        for threads in (1, 2):
            for got, same in zip(run(model, inputs, offset, threads), expected):
                if got.tobytes() != same.tobytes():
                    raise SystemExit(f"results of {sizes} at {offset} bytes with {threads} threads differ")
    return len(offsets)


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    count = sum(compare_places(sys.argv[1], folder, *norm) for norm in NORMS)
    print(f"{count} places, the same bits")
