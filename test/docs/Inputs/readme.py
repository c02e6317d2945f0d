"""readme.py ROOT BN_OPT: fails where the README shows what is not so, and says how to repair it."""

import pathlib
import re
import subprocess
import sys


def blocks(readme, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", readme, re.M | re.S)


def check_program(readme, root):
    program = root / "test" / "integration" / "readme" / "classify.c"
    if blocks(readme, "c") != [program.read_text()]:
        yield f"expected one C block, equal to {program.relative_to(root)}; copy that file into it"


def check_example(readme, bn_opt):
    """The second MLIR block is what bn-opt makes of the first, but for line breaks."""
    before, after = blocks(readme, "mlir")
    command = [bn_opt, "--stop-after=fuse", "-o", "-", "-"]
    text = subprocess.run(command, input=before, capture_output=True, text=True, check=True).stdout
    text = re.search(r"module \{\n(.*?)^\}\n", text, re.M | re.S)[1]
    if text.split() != after.split():
        yield f"expected the second MLIR block to be, but for line breaks:\n{text}"


def main():
    root, bn_opt = pathlib.Path(sys.argv[1]), sys.argv[2]
    readme = (root / "README.md").read_text()
    problems = [*check_program(readme, root), *check_example(readme, bn_opt)]
    for problem in problems:
        print(f"README.md: {problem}")
    return 1 if problems else 0


sys.exit(main())
