"""Writes a model that normalizes by the statistics of the batch: convolution, batch norm, relu, pool, gemm."""

import sys

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save

random = np.random.default_rng(0)
shapes = {
    "conv.weight": (4, 3, 3, 3), "bn.scale": (4,), "bn.offset": (4,), "running_mean": (4,), "running_variance": (4,),
    "fc.weight": (5, 4),
}
parameters = [numpy_helper.from_array(np.abs(random.normal(size=shape)).astype(np.float32), name)
              for name, shape in shapes.items()]
nodes = [
    helper.make_node("Conv", ["x", "conv.weight"], ["c"], name="conv", pads=[1, 1, 1, 1]),
    helper.make_node("BatchNormalization", ["c", "bn.scale", "bn.offset", "running_mean", "running_variance"],
                     ["n", "running_mean_out"], name="bn", training_mode=1),
    helper.make_node("Relu", ["n"], ["r"], name="relu"),
    helper.make_node("GlobalAveragePool", ["r"], ["p"], name="pool"),
    helper.make_node("Flatten", ["p"], ["f"], name="flatten"),
    helper.make_node("Gemm", ["f", "fc.weight"], ["y"], name="fc", transB=1),
]
x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [2, 3, 8, 8])
outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in ("y", "running_mean_out")]
graph = helper.make_graph(nodes, "training", [x], outputs, parameters)
save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), sys.argv[1])
