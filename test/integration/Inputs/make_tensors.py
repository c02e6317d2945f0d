"""Writes the tensor files of bn-run.test into the given folder."""

import pathlib
import sys

import numpy
import onnx
from onnx import numpy_helper


def main():
    folder = pathlib.Path(sys.argv[1])
    image = numpy.random.default_rng(7).normal(size=(1, 3, 32, 32)).astype("f4")
    numpy.save(folder / "image.npy", image)
    onnx.save_tensor(numpy_helper.from_array(image), str(folder / "image.pb"))
    numpy.save(folder / "double.npy", image.astype("f8"))
    numpy.save(folder / "small.npy", image[:, :, 1:])


main()
