"""The parts of the zoo that do not need a whole model."""

import collections
import unittest

import numpy as np
import onnx

from zoo_models import classic, light, moments
from zoo_models.builder import GraphBuilder
from zoo_models.moments import Moments
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
    def test_linear_gives_unit_variance(self):
        x = np.random.default_rng(0).normal(0.5, 2.0, (256, 4000)).astype(np.float32)
        w = RandomWeights("m").linear("w", (64, 256), Moments(0.5, 4.0))
        self.assertAlmostEqual(float((w @ x).var()), 1.0, delta=0.1)

    def test_depends_on_name_and_model_only(self):
        first = RandomWeights("m").scale("s", 8)
        self.assertTrue((first == RandomWeights("m").scale("s", 8)).all())
        self.assertFalse((first == RandomWeights("m").scale("t", 8)).any())
        self.assertFalse((first == RandomWeights("n").scale("s", 8)).any())


class MomentsTest(unittest.TestCase):
    def test_relu_of_normal(self):
        x = np.maximum(np.random.default_rng(0).normal(0.3, 1.5, 200000), 0)
        estimate = moments.of_relu(Moments(0.3, 1.5**2))
        self.assertAlmostEqual(estimate.mean, x.mean(), delta=0.01)
        self.assertAlmostEqual(estimate.variance, x.var(), delta=0.02)

    def test_concat_weighs_by_channels(self):
        whole = moments.of_concat([(1, Moments(4.0, 1.0)), (3, Moments(0.0, 1.0))])
        self.assertAlmostEqual(whole.mean, 1.0)
        self.assertAlmostEqual(whole.variance, 4.0)


if __name__ == "__main__":
    unittest.main()
