"""Fails where the README's C program is not the tested one; says how to repair it."""

import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
program = root / "test" / "integration" / "readme" / "classify.c"
shown = re.findall(r"^```c\n(.*?)^```$", (root / "README.md").read_text(), re.M | re.S)
if shown != [program.read_text()]:
    print(f"README.md: expected one C block, equal to {program.relative_to(root)}; copy that file into it")
    sys.exit(1)
