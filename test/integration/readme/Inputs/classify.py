"""classify.py MODEL IMAGE: writes a random image, prints what ONNX Runtime sees in it."""

import sys

import numpy as np
import onnxruntime

image = np.random.default_rng(7).standard_normal((1, 3, 224, 224), dtype=np.float32)
image.tofile(sys.argv[2])
session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
scores = session.run(None, {session.get_inputs()[0].name: image})[0].ravel()
print(f"class {scores.argmax()}, score {scores.max():.3f}")
