"""Runs single ONNX nodes on arrays, and sizes weights by what comes out.

Each layer's weights are scaled so that its result has unit mean square on a
probe image. Values then keep their order of magnitude through any depth, and
logits are of order one, whatever the layers between do.
"""

import numpy as np
import onnxruntime
from onnx import helper

# Of the single-node models; any that ONNX Runtime reads.
IR_VERSION = 8
# The first in which a matrix product needs no bias.
BIAS_OPTIONAL_OPSET = 11


def probe_image():
    return np.random.default_rng(0).standard_normal((1, 3, 224, 224), dtype=np.float32)


def run_node(node, arrays, opset):
    """The first result of a node, given its operands in order."""
    names = [f"operand{index}" for index in range(len(arrays))]
    single = helper.make_node(node.op_type, names, ["result"], domain=node.domain)
    single.attribute.extend(node.attribute)
    inputs = [
        helper.make_tensor_value_info(
            name, helper.np_dtype_to_tensor_dtype(array.dtype), array.shape)
        for name, array in zip(names, arrays)
    ]
    result = helper.make_empty_tensor_value_info("result")
    model = helper.make_model(
        helper.make_graph([single], "node", inputs, [result]),
        ir_version=IR_VERSION, opset_imports=[helper.make_opsetid("", opset)])
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session.run(["result"], dict(zip(names, arrays)))[0]


def calibrated(node, image, weight, bias):
    """`weight` scaled, and the result of a linear node with it.

    The scale is rounded to five bits, so that it does not depend on how a
    machine rounds its sums.
    """
    result = run_node(node, [image, weight], BIAS_OPTIONAL_OPSET)
    power = float(np.mean(np.square(result, dtype=np.float64)))
    fraction, exponent = np.frexp(power**-0.5)
    scale = np.float32(np.ldexp(np.round(fraction * 32) / 32, exponent))
    result *= scale
    if bias is not None:
        result += bias.reshape((1, -1) + (1,) * (result.ndim - 2))
    return weight * scale, result
