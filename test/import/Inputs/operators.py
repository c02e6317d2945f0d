"""Small models, one per case, computed by bn-opt and ONNX Runtime.

operators.py BN_OPT WORK_FOLDER [--run=BN_RUN] [case...] prints each case that differs.
With --run the models are compiled and run, otherwise they are interpreted.
"""

import argparse
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

TOLERANCE = 1e-5  # relative to the largest reference value; ONNX Runtime computes in f32
RANDOM = np.random.default_rng(7)
INT64_MAX = 2**63 - 1

CASES = {}


def random(*shape, low=-1.0, high=1.0):
    return RANDOM.uniform(low, high, shape).astype(np.float32)


def ints(*values):
    return np.array(values, np.int64)


def scalar(value):
    return np.array(value, np.float32)


def case(name, op, data, constants=(), opset=17, outputs=1, **attributes):
    """One operator on inputs `data` followed by `constants`; None is an absent input."""
    inputs, initializers, feeds = [], [], {}
    for i, value in enumerate(list(data) + list(constants)):
        if value is None:
            inputs.append("")
        elif i < len(data):
            inputs.append(f"x{i}")
            feeds[f"x{i}"] = value
        else:
            inputs.append(f"c{i}")
            initializers.append(numpy_helper.from_array(value, f"c{i}"))
    names = [f"y{i}" for i in range(outputs)]
    node = helper.make_node(op, inputs, names, name="node", **attributes)
    graph([node], feeds, initializers, names, name, opset)


def graph(nodes, feeds, initializers, outputs, name, opset):
    declared = [
        helper.make_tensor_value_info(key, TensorProto.FLOAT, value.shape)
        for key, value in feeds.items()
    ]
    results = [helper.make_tensor_value_info(y, TensorProto.FLOAT, None) for y in outputs]
    model = helper.make_model(
        helper.make_graph(nodes, "g", declared, results, initializers),
        opset_imports=[helper.make_opsetid("", opset)],
        ir_version=8,
    )
    assert name not in CASES, name
    CASES[name] = (model, feeds)


def convolutions():
    x, w, b = random(2, 4, 9, 8), random(6, 4, 3, 3), random(6)
    case("conv", "Conv", [x], [w])
    case("conv_bias_pads", "Conv", [x], [w, b], pads=[1, 0, 2, 1], strides=[2, 1])
    case("conv_kernel_shape", "Conv", [x], [w], kernel_shape=[3, 3], dilations=[2, 2])
    case("conv_groups", "Conv", [x], [random(6, 2, 3, 3)], group=2)
    case("conv_depthwise", "Conv", [x], [random(8, 1, 3, 3)], group=4, pads=[1] * 4)
    case("conv_same_upper", "Conv", [x], [random(6, 4, 4, 2)], auto_pad="SAME_UPPER", strides=[2, 2])
    case("conv_same_lower", "Conv", [x], [random(6, 4, 4, 2)], auto_pad="SAME_LOWER", strides=[2, 2])
    case("conv_valid", "Conv", [x], [w], auto_pad="VALID")
    case("conv_1d", "Conv", [random(1, 3, 11)], [random(5, 3, 4)], strides=[2])
    case("conv_3d", "Conv", [random(1, 2, 5, 6, 4)], [random(3, 2, 2, 3, 1)], pads=[1] * 6)
    case("conv_weights_computed", "Conv", [x, w])
    t = random(4, 3, 3, 2)
    case("conv_transpose", "ConvTranspose", [x], [t, random(3)], strides=[2, 3])
    case("conv_transpose_pads", "ConvTranspose", [x], [t], strides=[2, 2], pads=[1, 0, 0, 1],
         output_padding=[1, 0], dilations=[1, 2])
    case("conv_transpose_groups", "ConvTranspose", [x], [t], group=2)
    case("conv_transpose_shape", "ConvTranspose", [x], [t], strides=[2, 2], output_shape=[18, 15])
    case("conv_transpose_larger_shape", "ConvTranspose", [x], [t], strides=[3, 2], output_shape=[28, 17])
    case("conv_transpose_same", "ConvTranspose", [x], [t], strides=[2, 2], auto_pad="SAME_UPPER")
    a = random(3, 5)
    case("gemm", "Gemm", [a], [random(5, 4), random(4)])
    case("gemm_scaled", "Gemm", [random(5, 3)], [random(4, 5), random(3, 1)], alpha=0.5, beta=2.0,
         transA=1, transB=1)
    case("gemm_no_bias", "Gemm", [a], [random(5, 4)], opset=11)
    case("matmul", "MatMul", [a], [random(5, 4)])
    case("matmul_batched", "MatMul", [random(2, 3, 4, 5), random(3, 5, 6)])


def pools():
    x = random(2, 3, 8, 7)
    for op in ("MaxPool", "AveragePool"):
        case(op, op, [x], kernel_shape=[3, 2])
        case(op + "_pads", op, [x], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
        case(op + "_ceil", op, [x], kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)
        case(op + "_same", op, [x], kernel_shape=[3, 2], strides=[2, 2], auto_pad="SAME_UPPER")
    case("MaxPool_dilations", "MaxPool", [x], kernel_shape=[2, 2], dilations=[3, 2])
    case("AveragePool_include", "AveragePool", [x], kernel_shape=[3, 3], pads=[1] * 4,
         count_include_pad=1)
    case("MaxPool_1d", "MaxPool", [random(1, 2, 9)], kernel_shape=[3], strides=[2])
    case("global_average", "GlobalAveragePool", [x])
    case("global_max", "GlobalMaxPool", [x])


def elementwise():
    x, y = random(2, 3, 4), random(3, 1, low=0.5, high=1.5)
    positive = random(2, 3, low=0.1, high=2.0)
    for op in ("Abs", "Erf", "Exp", "HardSwish", "Neg", "Relu", "Sigmoid", "Softplus", "Tanh", "Identity"):
        case(op.lower(), op, [4 * x])
    for op in ("Log", "Reciprocal", "Sqrt"):
        case(op.lower(), op, [positive])
    for op in ("Elu", "LeakyRelu", "HardSigmoid"):
        case(op.lower(), op, [4 * x])
        case(op.lower() + "_alpha", op, [4 * x], alpha=0.3)
    case("hardsigmoid_beta", "HardSigmoid", [x], alpha=0.25, beta=0.6)
    case("prelu", "PRelu", [random(1, 3, 4, 5)], [random(3, 1, 1)])
    for op in ("Add", "Sub", "Mul", "Div"):
        case(op.lower(), op, [x, y])
        case(op.lower() + "_7", op, [x], [y], opset=7)
    case("pow", "Pow", [positive], [scalar(1.7)])
    case("pow_integer", "Pow", [x], [ints(2)])
    for op in ("Sum", "Max", "Min", "Mean"):
        case(op.lower(), op, [x, y, random(4)])
    case("sum_one", "Sum", [x])
    case("clip_6", "Clip", [4 * x], opset=6, min=0.0, max=1.5)
    case("clip", "Clip", [4 * x], [scalar(-1), scalar(2)])
    case("clip_max", "Clip", [4 * x], [None, scalar(2)])
    case("clip_min", "Clip", [4 * x], [scalar(0)], opset=11)


def normalizations():
    x = random(2, 4, 5, 3)
    parameters = [random(4), random(4), random(4), random(4, low=0.5, high=1.5)]
    for opset in (7, 9, 14, 15):
        case(f"batch_norm_{opset}", "BatchNormalization", [x], parameters, opset=opset, epsilon=1e-3)
    case("batch_norm_rank_2", "BatchNormalization", [random(3, 4)], parameters)
    case("batch_norm_rank_5", "BatchNormalization", [random(1, 4, 2, 3, 2)], parameters)
    for opset in (14, 15):
        case(f"training_{opset}", "BatchNormalization", [x], parameters, opset=opset, outputs=3,
             training_mode=1, momentum=0.75)
    case("instance_norm", "InstanceNormalization", [x], parameters[:2])
    case("layer_norm", "LayerNormalization", [x], [random(3), random(3)])
    case("layer_norm_axis", "LayerNormalization", [x], [random(5, 3)], axis=2, epsilon=1e-2)
    case("group_norm_18", "GroupNormalization", [x], [random(2), random(2)], opset=18, num_groups=2)
    case("group_norm", "GroupNormalization", [x], [random(4), random(4)], opset=21, num_groups=2)
    case("lrn", "LRN", [random(1, 7, 3, 2)], size=5)
    case("lrn_scaled", "LRN", [random(1, 7, 3, 2)], size=3, alpha=0.5, beta=0.6, bias=2.0)


def reductions():
    x = random(2, 3, 4)
    for op in ("ReduceMax", "ReduceMean", "ReduceSum"):
        case(op.lower(), op, [x], opset=11, axes=[-1, 0])
        case(op.lower() + "_all", op, [x], opset=11, keepdims=0)
        case(op.lower() + "_input", op, [x], [ints(1)], opset=18)
    case("softmax", "Softmax", [x])
    case("softmax_axis", "Softmax", [x], axis=1)
    case("softmax_flattened", "Softmax", [x], opset=11)
    case("softmax_flattened_axis", "Softmax", [x], opset=11, axis=0)
    case("softmax_pixels", "Softmax", [random(1, 5, 1, 1)], opset=9)
    case("log_softmax", "LogSoftmax", [x])


def movement():
    x = random(2, 3, 4, 6)
    case("concat", "Concat", [x, random(2, 2, 4, 6)], axis=1)
    case("concat_negative", "Concat", [x, random(2, 3, 4, 1)], axis=-1)
    case("transpose", "Transpose", [x], perm=[0, 2, 3, 1])
    case("transpose_reversed", "Transpose", [x])
    case("slice_9", "Slice", [x], opset=9, starts=[1, -3], ends=[INT64_MAX, -1], axes=[1, 3])
    case("slice", "Slice", [x], [ints(0, 1), ints(4, 100), ints(2, 3), ints(2, 3)])
    case("slice_backwards", "Slice", [x], [ints(-1), ints(-INT64_MAX), ints(3), ints(-2)])
    case("split_equal", "Split", [x], outputs=3, axis=-1)
    case("split_11", "Split", [x], opset=11, outputs=2, axis=1, split=[1, 2])
    case("split_13", "Split", [x], [ints(1, 3)], outputs=2, axis=2)
    case("split_18", "Split", [random(2, 7)], opset=18, outputs=4, axis=1, num_outputs=4)
    case("pad_2", "Pad", [x], opset=10, pads=[0, 0, 1, 2, 0, 0, 0, 1], value=1.5)
    case("pad", "Pad", [x], [ints(0, 1, 0, 0, 0, 0, 2, 0), scalar(-2)])
    case("pad_reflect", "Pad", [x], [ints(0, 0, 2, 1, 0, 0, 1, 3)], mode="reflect")
    case("pad_edge", "Pad", [x], [ints(0, 0, 2, 1, 0, 0, 1, 3)], mode="edge")
    case("pad_axes", "Pad", [x], [ints(1, 2), None, ints(-2)], opset=18)
    case("depth_to_space", "DepthToSpace", [random(1, 8, 2, 3)], blocksize=2)
    case("depth_to_space_crd", "DepthToSpace", [random(1, 8, 2, 3)], blocksize=2, mode="CRD")
    case("reshape", "Reshape", [x], [ints(0, -1, 2)])
    case("flatten", "Flatten", [x])
    case("flatten_axis", "Flatten", [x], axis=-1)
    case("squeeze_11", "Squeeze", [random(1, 3, 1)], opset=11, axes=[0])
    case("squeeze", "Squeeze", [random(1, 3, 1)], [ints(-1)])
    case("squeeze_all", "Squeeze", [random(1, 3, 1)])
    case("unsqueeze_11", "Unsqueeze", [x], opset=11, axes=[0, 5])
    case("unsqueeze", "Unsqueeze", [x], [ints(-1)])
    case("dropout", "Dropout", [x])
    case("dropout_7", "Dropout", [x], opset=7, ratio=0.3)


def resampling():
    x = random(1, 2, 3, 4)
    double = np.array([1, 1, 2, 2], np.float32)
    case("upsample_7", "Upsample", [x], opset=7, scales=[1.0, 1.0, 2.0, 3.0], mode="nearest")
    case("upsample_9", "Upsample", [x], [double], opset=9, mode="linear")
    case("resize_10", "Resize", [x], [double], opset=10, mode="nearest")
    case("resize_nearest", "Resize", [x], [None, double])
    case("resize_asymmetric", "Resize", [x], [None, double], nearest_mode="floor",
         coordinate_transformation_mode="asymmetric")
    case("resize_linear", "Resize", [x], [None, double], mode="linear")
    case("resize_sizes", "Resize", [x], [None, None, ints(1, 2, 7, 5)], mode="linear")
    case("resize_smaller", "Resize", [random(1, 1, 8, 8)], [None, None, ints(1, 1, 4, 2)],
         mode="linear", coordinate_transformation_mode="pytorch_half_pixel")
    case("resize_nearest_sizes", "Resize", [x], [None, None, ints(1, 2, 5, 6)])


def exported_shapes():
    """What exporters write for x.view(x.size(0), -1) and interpolation."""
    x = random(2, 3, 4, 6)
    node = helper.make_node
    nodes = [
        node("Shape", ["x"], ["shape"]),
        node("Constant", [], ["zero"], value_int=0),
        node("Gather", ["shape", "zero"], ["batch"], axis=0),
        node("Constant", [], ["front"], value_ints=[0]),
        node("Unsqueeze", ["batch", "front"], ["batches"]),
        node("Constant", [], ["rest"], value_ints=[-1]),
        node("Concat", ["batches", "rest"], ["target"], axis=0),
        node("Reshape", ["x", "target"], ["y"]),
    ]
    graph(nodes, {"x": x}, [], ["y"], "exported_view", 13)
    nodes = [
        node("Shape", ["x"], ["shape"]),
        node("Slice", ["shape", "two", "four"], ["pixels"]),
        node("Cast", ["pixels"], ["pixels_f"], to=TensorProto.FLOAT),
        node("Mul", ["pixels_f", "scale"], ["scaled"]),
        node("Floor", ["scaled"], ["floored"]),
        node("Cast", ["floored"], ["wanted"], to=TensorProto.INT64),
        node("Slice", ["shape", "nil", "two"], ["outer"]),
        node("Concat", ["outer", "wanted"], ["sizes"], axis=0),
        node("Resize", ["x", "", "", "sizes"], ["y"], mode="linear"),
    ]
    constants = {"nil": ints(0), "two": ints(2), "four": ints(4), "scale": scalar([2.0])}
    graph(nodes, {"x": x}, [numpy_helper.from_array(v, k) for k, v in constants.items()],
          ["y"], "exported_interpolate", 13)
    nodes = [
        node("Shape", ["x"], ["shape"], start=1, end=2),
        node("Constant", [], ["two"], value_ints=[2]),
        node("Div", ["shape", "two"], ["half"]),
        node("Sub", ["shape", "half"], ["other"]),
        node("Concat", ["half", "other"], ["parts"], axis=0),
        node("Split", ["x", "parts"], ["a", "b"], axis=1),
        node("Concat", ["b", "a"], ["y"], axis=1),
    ]
    graph(nodes, {"x": x}, [], ["y"], "exported_split", 15)


def evaluate(name, path, feeds):
    """The outputs by name."""
    if name.startswith("training"):  # ONNX Runtime's package for inference lacks it.
        evaluator = ReferenceEvaluator(path)
        return dict(zip(evaluator.output_names, evaluator.run(None, feeds)))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, feeds)))


def commands(tools, path, place, inputs):
    """What computes the outputs of the model at `path` into the folder `place`."""
    if not tools.run:
        return [[tools.bn_opt, path, "--interpret", f"--output={place}", *inputs]]
    library = os.path.join(place, "model.so")
    return [[tools.bn_opt, path, "-o", library, f"--cache-dir={tools.folder}/cache", "--compile-threads=1"],
            [tools.run, library, "--repeat=1", "--warmup=0", "--output", place, *inputs]]


def run_case(tools, name):
    model, feeds = CASES[name]
    place = os.path.join(tools.folder, name)
    os.makedirs(place, exist_ok=True)
    path = os.path.join(place, "model.onnx")
    onnx.save(model, path)
    inputs = []
    for key, value in feeds.items():
        np.save(os.path.join(place, key), value)
        inputs.append(f"--input={key}={os.path.join(place, key)}.npy")
    for command in commands(tools, path, place, inputs):
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            return f"{name}: {done.stderr.strip()}"
    for output, expected in evaluate(name, path, feeds).items():
        got = np.load(os.path.join(place, output + ".npy"))
        if got.shape != expected.shape:
            return f"{name}: expected shape {expected.shape}, but got {got.shape}"
        if expected.size == 0:
            return f"{name}: the case is empty"
        error = np.abs(got - expected).max() / max(np.abs(expected).max(), 1e-30)
        if not error <= TOLERANCE:
            return f"{name}: output '{output}' differs by {error:.2g} of its largest value"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bn_opt")
    parser.add_argument("folder")
    parser.add_argument("cases", nargs="*")
    parser.add_argument("--run", metavar="BN_RUN")
    tools = parser.parse_intermixed_args()
    for family in (convolutions, pools, elementwise, normalizations, reductions, movement,
                   resampling, exported_shapes):
        family()
    names = tools.cases or list(CASES)
    with ThreadPoolExecutor(2) as pool:
        failures = [line for line in pool.map(lambda name: run_case(tools, name), names) if line]
    print(f"{len(names) - len(failures)} of {len(names)} operators agree")
    print("\n".join(failures))
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
