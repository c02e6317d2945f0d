"""Compares raw output floats with ONNX Runtime's.

    compare.py MODEL.onnx INPUT.f32 OUTPUT.f32
"""

import sys

import numpy
import onnxruntime

TOLERANCE = 2e-5  # of the largest reference


def main():
    model, input_file, output_file = sys.argv[1:]
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    (value,) = session.get_inputs()
    data = numpy.fromfile(input_file, "f4").reshape(value.shape)
    (expected,) = session.run(None, {value.name: data})
    got = numpy.fromfile(output_file, "f4").reshape(expected.shape)
    error = numpy.abs(got - expected).max() / numpy.abs(expected).max()
    print(f"relative error {error:.3g}")
    sys.exit(not error <= TOLERANCE)


main()
