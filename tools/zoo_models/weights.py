"""Seeded random weights, and the ways in which a model file holds them."""

import zlib

import numpy as np
from onnx import TensorProto, helper, numpy_helper

SEED = 20250
# Larger tensors go to the external file, at multiples of its page size.
EXTERNAL_THRESHOLD = 4096
EXTERNAL_ALIGNMENT = 4096


class RandomWeights:
    """Values that depend on nothing but the seed, the model and the name."""

    def __init__(self, model):
        self.model = model

    def _generator(self, name):
        return np.random.default_rng([SEED, zlib.crc32(f"{self.model}/{name}".encode())])

    def linear(self, name, shape, transposed=False):
        """Weights of a convolution or matrix product, as He et al. initialize them.

        The outputs are along dimension 0, or the last if `transposed`.
        """
        values = self._generator(name).standard_normal(shape, dtype=np.float32)
        fan_in = int(np.prod(shape[:-1] if transposed else shape[1:]))
        values *= np.float32((2 / fan_in) ** 0.5)
        return values

    def bias(self, name, count):
        return self._offset(name, count)

    def normalization(self, prefix, count):
        """scale, offset, mean and variance of a batch normalization."""
        return {
            "scale": self.scale(f"{prefix}.scale", count),
            "offset": self._offset(f"{prefix}.offset", count),
            "mean": self._offset(f"{prefix}.mean", count),
            "variance": self.scale(f"{prefix}.variance", count),
        }

    def scale(self, name, count):
        return self._generator(name).uniform(0.5, 1.5, count).astype(np.float32)

    def _offset(self, name, count):
        return self._generator(name).standard_normal(count, dtype=np.float32) * np.float32(0.1)


class InlineStore:
    """Tensors lie inside the model file."""

    def __init__(self, as_float_data=False):
        self.as_float_data = as_float_data

    def tensor(self, name, values):
        if self.as_float_data and values.dtype == np.float32:
            return helper.make_tensor(
                name, TensorProto.FLOAT, values.shape, values.ravel()
            )
        return numpy_helper.from_array(values, name)

    def close(self):
        pass


class ExternalStore:
    """Large tensors lie in a file beside the model, written as they come."""

    def __init__(self, path):
        self.file = open(path, "wb")
        self.location = path.name.removesuffix(".part")

    def tensor(self, name, values):
        if values.nbytes < EXTERNAL_THRESHOLD:
            return numpy_helper.from_array(values, name)
        offset = -(-self.file.tell() // EXTERNAL_ALIGNMENT) * EXTERNAL_ALIGNMENT
        self.file.seek(offset)
        self.file.write(np.ascontiguousarray(values).data)
        tensor = TensorProto(
            name=name,
            data_type=helper.np_dtype_to_tensor_dtype(values.dtype),
            dims=values.shape,
            data_location=TensorProto.EXTERNAL,
        )
        entries = {"location": self.location, "offset": offset, "length": values.nbytes}
        for key, value in entries.items():
            tensor.external_data.add(key=key, value=str(value))
        return tensor

    def close(self):
        self.file.close()
