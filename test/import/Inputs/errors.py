"""Broken models, one per case: each gives one line that names file and node.

errors.py BN_OPT WORK_FOLDER [case...] prints each case that does not.
"""

import os
import re
import subprocess
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

CASES = {}


def fails(message):
    """The decorated function writes a model to the path it is given."""

    def register(write):
        CASES[write.__name__] = (write, message)
        return write

    return register


def tensor(name, *shape):
    return numpy_helper.from_array(np.ones(shape, np.float32), name)


def save(path, nodes, initializers=(), inputs=None, outputs=("y",), opset=17):
    inputs = {"x": [1, 3, 8, 8]} if inputs is None else inputs
    declared = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name, shape in inputs.items()
    ]
    results = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs]
    graph = helper.make_graph(nodes, "g", declared, results, list(initializers))
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8
    )
    with open(path, "wb") as file:
        file.write(model.SerializeToString())
    return model


def conv(path, **attributes):
    node = helper.make_node("Conv", ["x", "w"], ["y"], name="conv1", **attributes)
    save(path, [node], [tensor("w", 4, 3, 3, 3)])


def relu(name="relu1", source="x", result="y"):
    return helper.make_node("Relu", [source], [result], name=name)


#--- Files ---------------------------------------------------------------------


@fails(r"cannot read the model: No such file or directory")
def missing(path):
    pass


@fails(r"not a valid ONNX model: the file of 0 bytes is truncated or in another format")
def empty(path):
    open(path, "wb").close()


@fails(r"not a valid ONNX model: the file of \d+ bytes is truncated or in another format")
def truncated(path):
    conv(path)
    with open(path, "rb+") as file:
        file.truncate(os.path.getsize(path) * 2 // 3)


@fails(r"not a valid ONNX model: .*")
def other_format(path):
    with open(path, "w") as file:
        file.write("module {}\n" * 100)


@fails(r"not a valid ONNX model: it has no graph")
def no_graph(path):
    with open(path, "wb") as file:
        file.write(helper.make_model(helper.make_graph([], "g", [], [])).SerializeToString()[:2])


def external(path, **fields):
    model = onnx.ModelProto()
    conv(path)
    model.ParseFromString(open(path, "rb").read())
    weights = model.graph.initializer[0]
    weights.ClearField("raw_data")
    weights.data_location = TensorProto.EXTERNAL
    for key, value in fields.items():
        entry = weights.external_data.add()
        entry.key, entry.value = key, str(value)
    with open(path, "wb") as file:
        file.write(model.SerializeToString())


@fails(r"cannot read the external data of 'w' from '.*weights.bin': No such file or directory")
def external_missing(path):
    external(path, location="weights.bin")


@fails(r"external data of 'w' lies at bytes 100 to 532 of '.*short.bin', which has only 256")
def external_short(path):
    with open(os.path.join(os.path.dirname(path), "short.bin"), "wb") as file:
        file.write(bytes(256))
    external(path, location="short.bin", offset=100, length=432)


@fails(r"external data of 'w' must lie in the folder of the model, but its location is '../w.bin'")
def external_outside(path):
    external(path, location="../w.bin")


@fails(r"external data of 'w' must lie in the folder of the model, .* '/etc/hostname'")
def external_absolute(path):
    external(path, location="/etc/hostname")


@fails(r"external data of 'w' expects 'offset' to be a number of bytes, but got '-1'")
def external_offset(path):
    external(path, location="w.bin", offset=-1)


#--- Tensors -------------------------------------------------------------------


@fails(r"initializer 'w' expects 108 elements of 'float', the size of its shape \[4x3x3x3\], "
       r"but got 400 bytes, which hold 100")
def mismatched_initializer(path):
    weights = tensor("w", 4, 3, 3, 3)
    weights.raw_data = weights.raw_data[:400]
    save(path, [helper.make_node("Conv", ["x", "w"], ["y"])], [weights])


@fails(r"initializer 'w' expects 108 elements of 'float', .*, but got 12 bytes, which hold 3")
def mismatched_typed_field(path):
    weights = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[4, 3, 3, 3])
    weights.float_data.extend([1, 2, 3])
    save(path, [helper.make_node("Conv", ["x", "w"], ["y"])], [weights])


@fails(r"initializer 'w' has the impossible shape .*")
def impossible_shape(path):
    weights = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[2**40, 2**40])
    save(path, [helper.make_node("Add", ["x", "w"], ["y"])], [weights])


@fails(r"initializer 'w' has the element type 'string', which is not supported")
def string_initializer(path):
    weights = helper.make_tensor("w", TensorProto.STRING, [1], [b"a"])
    save(path, [helper.make_node("Add", ["x", "w"], ["y"])], [weights])


@fails(r"node 'bn1': 'bn.inference' op expects 'scale' to have 3 elements.*but got 4")
def mismatched_scale(path):
    names = ["scale", "offset", "mean", "variance"]
    node = helper.make_node("BatchNormalization", ["x", *names], ["y"], name="bn1")
    save(path, [node], [tensor("scale", 4)] + [tensor(name, 3) for name in names[1:]])


@fails(r"node 'conv1': 'nn.conv' op expects .*")
def mismatched_channels(path):
    node = helper.make_node("Conv", ["x", "w"], ["y"], name="conv1")
    save(path, [node], [tensor("w", 4, 5, 3, 3)])


@fails(r"node 'Conv#1': 'nn.conv' op expects .*")
def unnamed_node(path):
    nodes = [relu(result="a"), helper.make_node("Conv", ["a", "w"], ["y"])]
    save(path, nodes, [tensor("w", 4, 5, 3, 3)])


@fails(r"node 'add1': 'nn.add' op expects .*broadcast.*")
def mismatched_add(path):
    save(path, [helper.make_node("Add", ["x", "w"], ["y"], name="add1")], [tensor("w", 5)])


#--- Graphs --------------------------------------------------------------------


@fails(r"2 operators are not supported: 'Einsum' \(2 nodes, first 'e1'\), "
       r"'com.example.Foo' \(1 node, 'foo'\)")
def unknown_operators(path):
    make = helper.make_node
    nodes = [
        make("Einsum", ["x"], ["a"], name="e1", equation="nchw->nchw"),
        make("Foo", ["a"], ["b"], name="foo", domain="com.example"),
        make("Einsum", ["b"], ["y"], name="e2", equation="nchw->nchw"),
        make("NonZero", ["x"], ["unused"], name="dead"),
    ]
    save(path, nodes)


@fails(r"node 'relu1': input 'nowhere' is not defined by any node, input or initializer")
def undefined_value(path):
    save(path, [relu(source="nowhere")])


@fails(r"graph output 'y' is not defined")
def undefined_output(path):
    save(path, [relu(result="z")])


@fails(r"node 'relu1': input 'a' is used before node 'relu2' defines it: "
       r"the graph is not sorted or has a cycle")
def unsorted(path):
    save(path, [relu(source="a"), relu("relu2", "x", "a")])


@fails(r"node 'relu2': input 'b' is used before node 'relu3' defines it.*")
def cyclic(path):
    save(path, [relu("relu2", "b", "a"), relu("relu3", "a", "b"), relu(source="b")])


@fails(r"node 'relu2': value 'y' is defined twice, first by node 'relu1'")
def defined_twice(path):
    save(path, [relu(), relu("relu2")])


@fails(r"the graph has no outputs")
def no_outputs(path):
    save(path, [relu()], outputs=())


@fails(r"the model names no version of the default operator set")
def no_opset(path):
    model = save(path, [relu()])
    model.opset_import[0].domain = "com.example"
    with open(path, "wb") as file:
        file.write(model.SerializeToString())


@fails(r"node 'add1': 'Add' of operator set 6 is not supported; "
       r"convert the model to operator set 7 or newer")
def old_opset(path):
    save(path, [helper.make_node("Add", ["x", "x"], ["y"], name="add1")], opset=6)


@fails(r"graph input 'x' has the element type 'int64'; only floating-point inputs are supported")
def integer_input(path):
    model = save(path, [relu()])
    model.graph.input[0].type.tensor_type.elem_type = TensorProto.INT64
    with open(path, "wb") as file:
        file.write(model.SerializeToString())


@fails(r"graph input 'x' has no shape; give it with --input-shape")
def input_without_shape(path):
    save(path, [relu()], inputs={"x": None})


#--- Attributes ----------------------------------------------------------------


@fails(r"node 'conv1': 'Conv' with auto_pad 'SOMEHOW' is not supported; supported is .*")
def unsupported_attribute(path):
    conv(path, auto_pad="SOMEHOW")


@fails(r"node 'conv1': 'Conv' expects 'strides' to have 2 values, but got 3")
def wrong_strides(path):
    conv(path, strides=[1, 1, 1])


@fails(r"node 'pool': 'MaxPool' expects the attribute 'kernel_shape'")
def missing_attribute(path):
    save(path, [helper.make_node("MaxPool", ["x"], ["y"], name="pool")])


@fails(r"node 'bn1': 'BatchNormalization' expects 5 inputs, but got 2")
def missing_inputs(path):
    save(path, [helper.make_node("BatchNormalization", ["x", "s"], ["y"], name="bn1")], [tensor("s", 3)])


@fails(r"node 'reshape': input 'shape' of 'Reshape' must be a tensor of integers known at import")
def computed_shape(path):
    node = helper.make_node("Reshape", ["x", "shape"], ["y"], name="reshape")
    save(path, [node], inputs={"x": [1, 3, 8, 8], "shape": [2]})


@fails(r"node 'reshape': 'nn.reshape' op expects .*|node 'reshape': 'Reshape' .*")
def wrong_reshape(path):
    node = helper.make_node("Reshape", ["x", "s"], ["y"], name="reshape")
    save(path, [node], [numpy_helper.from_array(np.array([1, 5]), "s")])


def check(bn_opt, folder, name):
    write, message = CASES[name]
    path = os.path.join(folder, name + ".onnx")
    output = os.path.join(folder, name + ".mlir")
    write(path)
    done = subprocess.run(
        [bn_opt, path, "--stop-after=import", "-o", output], capture_output=True, text=True
    )
    lines = done.stderr.splitlines()
    expected = f"error: {re.escape(path)}: {message}"
    if done.returncode != 1:
        return f"expected exit status 1, but got {done.returncode}: {done.stderr}"
    if len(lines) != 1:
        return f"expected one line, but got {len(lines)}: {done.stderr}"
    if not re.fullmatch(expected, lines[0]):
        return f"expected\n  {expected}\nbut got\n  {lines[0]}"
    if os.path.exists(output) or done.stdout:
        return "left output behind"
    return None


def main():
    bn_opt, folder, *chosen = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)
    names = chosen or list(CASES)
    failures = {name: problem for name in names if (problem := check(bn_opt, folder, name))}
    print(f"{len(names) - len(failures)} of {len(names)} errors are clear")
    for name, problem in failures.items():
        print(f"{name}: {problem}")
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
