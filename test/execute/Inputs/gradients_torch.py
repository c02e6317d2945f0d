"""gradients_torch.py NODES.json TENSORS.npz RESULTS.npz: what PyTorch's autograd says.

Evaluates the nodes in f64 and in f32, with the parameters, the input x and the output gradient of TENSORS.npz, and
saves the output and all gradients as NAME.f64 and NAME.f32.
"""

import json
import sys

import numpy as np
import torch
import torch.nn.functional as F


def evaluate(node, inputs):
    kind, attributes = node["kind"], node["attributes"]
    window = dict(stride=attributes.get("strides"), padding=attributes.get("pads", [0, 0])[:2])
    if kind == "Conv":
        return F.conv2d(*inputs, **window)
    if kind == "BatchNormalization":
        x, scale, offset, mean, variance = inputs
        return F.batch_norm(x, mean.detach().clone(), variance.detach().clone(), scale, offset, training=True,
                            eps=attributes["epsilon"])
    if kind == "Relu":
        return F.relu(*inputs)
    if kind == "Add":
        return inputs[0] + inputs[1]
    if kind == "Concat":
        return torch.cat(inputs, attributes["axis"])
    if kind == "MaxPool":
        return F.max_pool2d(inputs[0], attributes["kernel_shape"], **window)
    if kind == "AveragePool":
        return F.avg_pool2d(inputs[0], attributes["kernel_shape"], **window)
    if kind == "GlobalAveragePool":
        return inputs[0].mean((2, 3), keepdim=True)
    if kind == "Flatten":
        return inputs[0].flatten(1)
    if kind == "Gemm":
        return F.linear(*inputs)
    raise SystemExit(f"no formula for {kind}")


def differentiate(network, tensors, dtype):
    values = {name: torch.from_numpy(value).to(dtype).requires_grad_() for name, value in tensors.items()}
    leaves = [name for name in values if name != "gradient"]
    for node in network["nodes"]:
        values[node["output"]] = evaluate(node, [values[name] for name in node["inputs"]])
    output = values[network["output"]]
    output.backward(values["gradient"].detach())
    results = {"output": output.detach()}
    results |= {name: values[name].grad for name in leaves if values[name].grad is not None}
    return {name: value.numpy() for name, value in results.items()}


def main():
    torch.manual_seed(0)
    with open(sys.argv[1]) as file:
        network = json.load(file)
    with np.load(sys.argv[2]) as file:
        tensors = dict(file)
    results = {}
    for suffix, dtype in (("f64", torch.float64), ("f32", torch.float32)):
        for name, value in differentiate(network, tensors, dtype).items():
            results[f"{name}.{suffix}"] = value
    np.savez(sys.argv[3], **results)


main()
