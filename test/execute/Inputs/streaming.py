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
# A kernel that transposes this stores lines of its columns.
MATRIX = (1024, 1040)


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


def run(model, inputs, sizes, offset, threads):
    """Results of so many elements, of which the first lies at `offset`."""
    outputs = [at_offset(size, 0 if index else offset) for index, size in enumerate(sizes)]
    workspace = at_offset(int(model.workspace_size) // 4 + 16, 0)
    pointers = [(ctypes.c_void_p * len(arrays))(*(array.ctypes.data for array in arrays)) for arrays in (inputs, outputs)]
    model.set_threads(threads)
    status = model.execute(pointers[0], pointers[1], workspace.ctypes.data)
    if status != 0:
        raise SystemExit(f"expected status 0, but got {status}")
    return outputs


def load(library, name):
    loaded = ctypes.CDLL(str(library))
    get_model = getattr(loaded, f"{name}_model")
    get_model.restype = ctypes.POINTER(Model)
    return get_model().contents


def compare_places(what, model, inputs, sizes):
    """How many places have been compared, and the results."""
    expected = run(model, inputs, sizes, 0, 1)
    if not expected[0].max() > 1:
        raise SystemExit("expected a result, but got none")
    offsets = (0, 4, 16, 32)
    for offset in offsets:
        for threads in (1, 2):
            for got, same in zip(run(model, inputs, sizes, offset, threads), expected):
                if got.tobytes() != same.tobytes():
                    raise SystemExit(f"results of {what} at {offset} bytes with {threads} threads differ")
    return len(offsets), expected


def compare_norm(bn_opt, folder, sizes, layout):
    library = folder / f"{layout}.so"
    compiled.run([bn_opt, "--kernel=batch_norm_training", f"--shape={sizes}", f"--layout={layout}", "--fuse=relu",
                  "-o", library])
    shape = [int(size) for size in sizes.split("x")]
    inputs = [np.random.default_rng(3).normal(2, 3, int(np.prod(shape))).astype(np.float32), np.ones(shape[1], np.float32),
              np.zeros(shape[1], np.float32)]
    places, _ = compare_places(sizes, load(library, "batch_norm_training_relu"), inputs, [inputs[0].size, shape[1], shape[1]])
    return places


def compare_transposition(bn_opt, folder):
    rows, columns = MATRIX
    source, library = folder / "transpose.mlir", folder / "transpose.so"
    matrix, transposed = f"tensor<{rows}x{columns}xf32>", f"tensor<{columns}x{rows}xf32>"
    source.write_text(f"func.func @transpose(%x: {matrix}) -> {transposed} {{\n"
                      f"  %y = nn.transpose %x permutation [1, 0] : ({matrix}) -> {transposed}\n"
                      f"  return %y : {transposed}\n}}\n")
    compiled.run([bn_opt, source, "-o", library])
    values = np.random.default_rng(3).normal(2, 3, MATRIX).astype(np.float32)
    places, (result,) = compare_places("a transposition", load(library, "transpose"), [values], [values.size])
    if result.tobytes() != values.T.tobytes():
        raise SystemExit("expected the matrix transposed, but got another one")
    return places


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    count = sum(compare_norm(sys.argv[1], folder, *norm) for norm in NORMS) + compare_transposition(sys.argv[1], folder)
    print(f"{count} places, the same bits")
