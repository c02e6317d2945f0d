"""rename_parameters.py FROM.onnx TO.onnx NAME...: calls the first initializers NAME, in order."""

import sys

import onnx


def main():
    model = onnx.load(sys.argv[1])
    names = dict(zip([tensor.name for tensor in model.graph.initializer], sys.argv[3:]))
    for tensor in model.graph.initializer:
        tensor.name = names.get(tensor.name, tensor.name)
    for node in model.graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]
    onnx.save(model, sys.argv[2])


if __name__ == "__main__":
    main()
