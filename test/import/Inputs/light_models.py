"""light_models.py BN_OPT imports the models of the onnx package and counts operators."""

import glob
import os
import subprocess
import sys

import onnx

bn_opt = sys.argv[1]
folder = os.path.join(os.path.dirname(onnx.__file__), "backend", "test", "data", "light")
for path in sorted(glob.glob(os.path.join(folder, "*.onnx"))):
    command = [bn_opt, path, "--stop-after=import", "-o", "-"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    counts = [f"{text.count(f'= {op} ')} {op}" for op in ("bn.inference", "nn.conv", "nn.gemm")]
    print(os.path.basename(path).removesuffix(".onnx") + ": " + ", ".join(counts))
