"""The measurements and comparisons that demo, acceptance and execution tests share."""

import pathlib
import tempfile
import unittest

import numpy as np
import onnx
from onnx import TensorProto, helper

from harness import acceptance, compiled, demo


def write_relu(folder):
    shape = [1, 3, 8, 8]
    value = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    node = helper.make_node("Relu", ["x"], ["a/y:0"])
    graph = helper.make_graph([node], "relu", [value("x")], [value("a/y:0")])
    path = pathlib.Path(folder) / "relu.onnx"
    onnx.save(helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 17)]), path)
    return path


class FakeTools:
    """Computes a Relu with a given error."""

    def __init__(self, error):
        self.error = error

    def outputs(self, library, inputs, threads=1):
        result = np.maximum(inputs["x"], 0)
        return {"a_y_0": result + np.float32(self.error * result.max())}


class ConformanceTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.model = write_relu(self.folder.name)

    def tearDown(self):
        self.folder.cleanup()

    def test_accepts_rounding(self):
        self.assertLess(compiled.conformance(FakeTools(1e-6), None, self.model), 2e-6)

    def test_rejects_error(self):
        with self.assertRaisesRegex(compiled.ToolError, "'a/y:0' differs by 5e-05"):
            compiled.conformance(FakeTools(5e-5), None, self.model)

    def test_rejects_nan(self):
        with self.assertRaises(compiled.ToolError):
            compiled.conformance(FakeTools(float("nan")), None, self.model)


class RunTest(unittest.TestCase):
    def test_measures(self):
        process = compiled.run(["sh", "-c", "echo one; echo two >&2"])
        self.assertEqual(process.output, "one\ntwo\n")
        self.assertGreater(process.peak_bytes, 0)

    def test_reports_what_a_tool_said(self):
        with self.assertRaisesRegex(compiled.ToolError, "sh exited with 3: why"):
            compiled.run(["sh", "-c", "echo why; exit 3"])


class TableTest(unittest.TestCase):
    def test_cells_match_headings(self):
        result = {"min_ms": 1.0, "median_ms": 2.0, "peer_min_ms": 3.0, "peer_median_ms": 4.0}
        self.assertEqual(demo.latency(result), "1.00 (2.00)")
        self.assertEqual(demo.latency(result, "peer_"), "3.00 (4.00)")

    def test_limit_is_inclusive(self):
        self.assertTrue(acceptance.at_most("x", 1.1, 1.1).good)
        self.assertFalse(acceptance.at_most("x", 1.11, 1.1).good)


if __name__ == "__main__":
    unittest.main()
