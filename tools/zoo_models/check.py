"""Runs a model in ONNX Runtime and asks whether its result can tell right from wrong."""

import numpy as np
import onnxruntime

# Two random images must differ in the result by this share of the largest
# value: hundreds of times the tolerance that compiled models are held to.
LEAST_DIFFERENCE = 0.01
LARGEST_VALUE = 100.0
LARGEST_PROBABILITY = 0.9


def random_image(seed, shape=(1, 3, 224, 224)):
    return np.random.default_rng(seed).standard_normal(shape, dtype=np.float32)


def session(path, threads=1):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        str(path), options, providers=["CPUExecutionProvider"])


def difference(a, b):
    """Largest difference, as a share of the largest value."""
    return float(np.abs(a - b).max() / np.abs(a).max())


def check(path):
    """Raises ValueError where the model's result says little; else describes it."""
    runner = session(path)
    image = runner.get_inputs()[0].name
    first, second = (
        runner.run(None, {image: random_image(seed)})[0].astype(np.float64)
        for seed in (1, 2))
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        raise ValueError("the result has values that are not finite")
    largest, change = np.abs(first).max(), difference(first, second)
    probabilities = abs(first.sum() - 1) < 1e-3 and first.min() >= 0
    if largest > (LARGEST_PROBABILITY if probabilities else LARGEST_VALUE):
        raise ValueError(f"the largest value is {largest:.3g}")
    if change < LEAST_DIFFERENCE:
        raise ValueError(f"two random images differ by only {change:.2g} of the largest value")
    return f"largest value {largest:.3g}, two images differ by {change:.2g} of it"
