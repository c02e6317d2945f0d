"""A compiled library in this process, its inputs and outputs by their names."""

import ctypes

import numpy as np

from loaded import Error, Tensor


class TensorInfo(ctypes.Structure):
    """bnopt_tensor_info."""

    _fields_ = [
        ("name", ctypes.c_char_p), ("shape", ctypes.POINTER(ctypes.c_int64)), ("rank", ctypes.c_int32),
        ("code", ctypes.c_uint8), ("bits", ctypes.c_uint8), ("lanes", ctypes.c_uint16)]

    def describe(self):
        return self.name.decode(), tuple(self.shape[i] for i in range(self.rank))


class Model(ctypes.Structure):
    """bnopt_model, as far as it is used here."""

    _fields_ = [
        ("abi_version", ctypes.c_uint32), ("num_inputs", ctypes.c_int32), ("num_outputs", ctypes.c_int32),
        ("name", ctypes.c_char_p), ("target", ctypes.c_char_p),
        ("inputs", ctypes.POINTER(TensorInfo)), ("outputs", ctypes.POINTER(TensorInfo)),
        ("workspace_size", ctypes.c_uint64), ("workspace_alignment", ctypes.c_uint64),
        ("execute", ctypes.c_void_p), ("set_threads", ctypes.CFUNCTYPE(None, ctypes.c_int32))]


class Library:
    """A library of f32 with the function `name`."""

    def __init__(self, path, name):
        library = ctypes.CDLL(str(path))
        descriptor = library[f"{name}_model"]
        descriptor.restype = ctypes.POINTER(Model)
        self.model = descriptor().contents
        self.function = library[f"{name}_run"]
        self.inputs = [self.model.inputs[i].describe() for i in range(self.model.num_inputs)]
        self.outputs = [self.model.outputs[i].describe() for i in range(self.model.num_outputs)]
        alignment = self.model.workspace_alignment
        self.memory = np.zeros(self.model.workspace_size + alignment, np.uint8)
        self.workspace = self.memory.ctypes.data + -self.memory.ctypes.data % alignment

    def run(self, feeds, threads=1, overwritten=None):
        """The outputs by name; every element of them has been written. The first of them is in the memory of the
        input `overwritten`, where that is given; in a copy of it."""
        self.model.set_threads(threads)
        arrays = []
        for name, shape in self.inputs:
            array = np.ascontiguousarray(feeds[name], np.float32)
            if array.shape != shape:
                raise SystemExit(f"{name} has shape {array.shape}, but the library wants {shape}")
            arrays.append(array)
        results = {name: np.full(shape, np.nan, np.float32) for name, shape in self.outputs}
        if overwritten:
            place = [name for name, _ in self.inputs].index(overwritten)
            arrays[place] = results[self.outputs[0][0]] = arrays[place].copy()
        sources, targets = [[Tensor.of(a) for a in group] for group in (arrays, results.values())]
        error = Error()
        status = self.function(
            *[(ctypes.POINTER(Tensor) * len(views))(*map(ctypes.pointer, views)) for views in (sources, targets)],
            ctypes.c_void_p(self.workspace), ctypes.c_uint64(self.model.workspace_size), ctypes.byref(error))
        if status != 0:
            raise SystemExit(f"the library fails: {error.message.decode()}")
        return results
