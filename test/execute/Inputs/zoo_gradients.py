"""zoo_gradients.py BN_OPT FOLDER: every network of the zoo can be differentiated, and says so."""

import pathlib
import re
import subprocess
import sys

import onnx

ROOT = pathlib.Path(__file__).resolve().parents[3]
MODELS = ROOT / "build" / "zoo"


def main():
    bn_opt, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True)
    listing = subprocess.run([ROOT / "tools" / "zoo", "--list"], check=True, capture_output=True, text=True).stdout
    names = re.findall(r"^\s*(\w+)", listing, re.M)
    for name in names:
        subprocess.run([ROOT / "tools" / "zoo", name, "-o", MODELS], check=True)
        program = folder / "gradients.mlir"
        subprocess.run([bn_opt, MODELS / f"{name}.onnx", "--differentiate", "--stop-after=differentiate",
                        "--mlir-elide-resource-strings-if-larger=16", "-o", program], check=True)
        signature = re.search(r"func.func @.*", program.read_text())[0].split(" -> ")[1]
        inputs = {value.name for value in onnx.load(MODELS / f"{name}.onnx", load_external_data=False).graph.input}
        gradients = set(re.findall(r'bn.name = "([^"]*)\.gradient"', signature))
        if not inputs & gradients or len(gradients) < 2:
            raise SystemExit(f"{name}: gradients of {gradients}")
        print(f"{name}: {len(gradients)} gradients", flush=True)
    print(f"{len(names)} networks differentiated")


main()
