"""readme_command.py README BINARY_DIR INPUT: runs the README's mlir-opt command in BINARY_DIR, on INPUT."""

import pathlib
import re
import shlex
import subprocess
import sys

readme, binary_dir, source = map(pathlib.Path, sys.argv[1:])
commands = re.findall(r"^    (mlir-opt in\.mlir (?:.*\\\n)*.*)$", readme.read_text(), re.M)
if len(commands) != 1:
    sys.exit(f"{readme}: expected one mlir-opt command, but got {len(commands)}")
arguments = [str(source) if word == "in.mlir" else word for word in shlex.split(commands[0].replace("\\\n", " "))]
sys.exit(subprocess.run([*arguments, "--split-input-file"], cwd=binary_dir).returncode)
