"""The command line of tools/zoo."""

import argparse
import pathlib
import sys
import time

import onnx

from . import check, classic, light, mobile
from .builder import GraphBuilder
from .weights import ExternalStore, InlineStore

ROOT = pathlib.Path(__file__).resolve().parents[2]

BUILT = {
    "resnet18": classic.resnet18,
    "resnet50": classic.resnet50,
    "resnet50v2": classic.resnet50v2,
    "vgg16_bn": classic.vgg16_bn,
    "densenet121": classic.densenet121,
    "repvgg_a0": classic.repvgg_a0,
    "mobilenet_v2": mobile.mobilenet_v2,
    "mobilenet_v3_small": mobile.mobilenet_v3_small,
    "efficientnet_b0": mobile.efficientnet_b0,
}

# Weights come in many forms; between them the models have each.
EXTERNAL = {"light_vgg19", "vgg16_bn"}
CONSTANT_NODES = {"light_squeezenet"}
FLOAT_DATA = {"light_shufflenet"}


def names():
    return [*light.source_files(), *BUILT]


def write(name, folder):
    """Writes one model; files appear under their names when they are complete."""
    path = folder / f"{name}.onnx"
    data = folder / f"{name}.onnx.data"
    external = name in EXTERNAL
    partial = data.with_name(f"{data.name}.part")
    store = ExternalStore(partial) if external else InlineStore(name in FLOAT_DATA)
    if name in BUILT:
        model = BUILT[name](GraphBuilder(name, store))
    else:
        model = light.rebuild(
            name, light.source_files()[name], store, as_nodes=name in CONSTANT_NODES)
    store.close()
    if external:
        partial.rename(data)
    partial = path.with_name(f"{path.name}.part")
    partial.write_bytes(model.SerializeToString(deterministic=True))
    partial.rename(path)
    onnx.checker.check_model(str(path))


def arguments():
    parser = argparse.ArgumentParser(
        prog="tools/zoo", description="Writes real networks with seeded random weights as ONNX files.")
    parser.add_argument("names", metavar="NAME", nargs="*", help="models to write; 'all' for every one")
    parser.add_argument("-o", "--output", metavar="DIR", type=pathlib.Path, default=ROOT / "build" / "zoo",
                        help="where they go (default: build/zoo)")
    parser.add_argument("--list", action="store_true", help="print the names of the models")
    parser.add_argument("--force", action="store_true", help="write models that are there already")
    parser.add_argument("--check", choices=["runtime", "none"], default="runtime",
                        help="run each new model in ONNX Runtime and look at the result (default: runtime)")
    return parser


def main():
    parser = arguments()
    options = parser.parse_args()
    if options.list:
        print("\n".join(names()))
        return 0
    wanted = names() if options.names == ["all"] else options.names
    unknown = [name for name in wanted if name not in names()]
    if unknown or not wanted:
        problem = f"unknown model '{unknown[0]}'" if unknown else "expected the name of a model"
        print(f"zoo: error: {problem}; known models are {', '.join(names())}", file=sys.stderr)
        return 1
    options.output.mkdir(parents=True, exist_ok=True)
    status = 0
    for name in wanted:
        path = options.output / f"{name}.onnx"
        if path.exists() and not options.force:
            continue
        start = time.monotonic()
        try:
            write(name, options.output)
            verdict = check.check(path) if options.check == "runtime" else "not run"
        except (OSError, ValueError) as error:
            path.unlink(missing_ok=True)
            print(f"zoo: error: {name}: {error}", file=sys.stderr)
            status = 1
            continue
        print(f"zoo: {path}: {verdict} ({time.monotonic() - start:.1f} s)", flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
