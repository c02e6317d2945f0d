"""conformance.py BINARIES FOLDER MODEL: a compiled model against ONNX Runtime."""

import pathlib
import subprocess
import sys

from harness import compiled

ROOT = pathlib.Path(__file__).resolve().parents[3]
MODELS = ROOT / "build" / "zoo"


def main():
    binaries, folder, name = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run([ROOT / "tools" / "zoo", name, "-o", MODELS], check=True)
    tools, model = compiled.Tools(binaries), MODELS / f"{name}.onnx"
    result = None
    try:
        result = tools.compile(model, folder)
        error = compiled.conformance(tools, result.library, model)
    except compiled.ToolError as problem:
        return compiled.fail("conformance", f"{name}: {problem}")
    finally:
        if result:
            result.library.unlink()
    print(f"{name}: largest difference {error:.2g} of the largest value")
    print(f"{name}: normalizations left: {result.report['bn_after']}")
    print(f"{name}: kernels that only normalize: {result.report['standalone']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
