"""A compiled library in this process, by way of its C interface."""

import ctypes

import numpy as np


class Tensor(ctypes.Structure):
    """DLTensor."""

    _fields_ = [
        ("data", ctypes.c_void_p), ("device", ctypes.c_int32 * 2), ("ndim", ctypes.c_int32),
        ("code", ctypes.c_uint8), ("bits", ctypes.c_uint8), ("lanes", ctypes.c_uint16),
        ("shape", ctypes.POINTER(ctypes.c_int64)), ("strides", ctypes.c_void_p),
        ("byte_offset", ctypes.c_uint64)]

    @classmethod
    def of(cls, array):
        """A view; keeps what it points to."""
        shape = (ctypes.c_int64 * max(1, array.ndim))(*array.shape)
        view = cls(array.ctypes.data, (1, 0), array.ndim, 2, array.itemsize * 8, 1, shape)
        view.kept = (array, shape)
        return view


class Parameter(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("tensor", ctypes.POINTER(Tensor))]


class Error(ctypes.Structure):
    _fields_ = [("message", ctypes.c_char * 256)]


class Library:
    """A model of one input and one output."""

    def __init__(self, path, output_shape, workspace_bytes):
        self.library = ctypes.CDLL(str(path))
        self.name = path.stem
        self.output_shape = output_shape
        self.workspace = np.zeros(workspace_bytes + 64, np.uint8)

    def run(self, values):
        result = np.full(self.output_shape, np.nan, np.float32)
        source, target, error = Tensor.of(values), Tensor.of(result), Error()
        workspace = self.workspace.ctypes.data + -self.workspace.ctypes.data % 64
        status = self.library[f"{self.name}_run"](
            (ctypes.POINTER(Tensor) * 1)(ctypes.pointer(source)),
            (ctypes.POINTER(Tensor) * 1)(ctypes.pointer(target)),
            ctypes.c_void_p(workspace), ctypes.c_uint64(self.workspace.nbytes - 64),
            ctypes.byref(error))
        if status != 0:
            raise RuntimeError(error.message.decode())
        return result

    def refresh(self, parameters):
        """Takes pairs of name and array; returns what the library says, or ''."""
        views = [(name.encode(), Tensor.of(array)) for name, array in parameters]
        table = (Parameter * len(views))(
            *[Parameter(name, ctypes.pointer(view)) for name, view in views])
        error = Error()
        status = self.library[f"{self.name}_refresh"](
            table, ctypes.c_size_t(len(views)), ctypes.byref(error))
        return error.message.decode() if status != 0 else ""
