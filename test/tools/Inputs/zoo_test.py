"""The parts of the zoo that do not need a whole model."""

import collections
import unittest

import numpy as np
import onnx

from zoo_models import classic, eager, light
from zoo_models.builder import GraphBuilder
from zoo_models.weights import InlineStore, RandomWeights


def kinds(graph):
    return collections.Counter(node.op_type for node in graph.node)


class LightTest(unittest.TestCase):
    def test_keeps_structure(self):
        path = light.source_files()["light_shufflenet"]
        before = kinds(onnx.load(path).graph)
        after = kinds(light.rebuild("light_shufflenet", path, InlineStore()).graph)
        del before["ConstantOfShape"]
        self.assertEqual(before, after)


class BuilderTest(unittest.TestCase):
    def test_resnet18_has_its_normalizations(self):
        graph = classic.resnet18(GraphBuilder("resnet18", InlineStore())).graph
        self.assertEqual(kinds(graph)["BatchNormalization"], 20)
        self.assertEqual(kinds(graph)["Conv"], 20)


class WeightsTest(unittest.TestCase):
    def test_depends_on_name_and_model_only(self):
        first = RandomWeights("m").scale("s", 8)
        self.assertTrue((first == RandomWeights("m").scale("s", 8)).all())
        self.assertFalse((first == RandomWeights("m").scale("t", 8)).any())
        self.assertFalse((first == RandomWeights("n").scale("s", 8)).any())


class CalibrationTest(unittest.TestCase):
    def setUp(self):
        random = np.random.default_rng(0)
        self.image = random.standard_normal((1, 16, 12, 12), dtype=np.float32) * 7
        self.weight = random.standard_normal((8, 16, 3, 3), dtype=np.float32)
        self.node = onnx.helper.make_node("Conv", ["x", "w"], ["y"])

    def test_result_has_unit_mean_square(self):
        _, result = eager.calibrated(self.node, self.image, self.weight, None)
        self.assertAlmostEqual(float(np.mean(result**2)), 1.0, delta=0.05)

    def test_result_is_that_of_the_scaled_weight(self):
        bias = np.arange(8, dtype=np.float32)
        weight, result = eager.calibrated(self.node, self.image, self.weight, bias)
        expected = eager.run_node(self.node, [self.image, weight, bias], 18)
        np.testing.assert_allclose(result, expected, rtol=1e-4, atol=1e-4)


if __name__ == "__main__":
    unittest.main()
