"""Lists the constraints of a dialect that have no test case.

A constraint is a label `(Cn)` in the description of an operator; its case is a
function `@<op>_cn` in one of the `*-invalid.mlir` files of the dialect.
"""

import json
import pathlib
import re
import subprocess
import sys


def constraints(tblgen, source, includes):
    """Yields the mnemonic and label of every constraint in a .td file."""
    command = [tblgen, "--dump-json", source] + [f"-I{path}" for path in includes]
    records = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    for name in records["!instanceof"]["Op"]:
        operator = records[name]
        for label in sorted(set(re.findall(r"\(C(\d+)\)", operator["description"]))):
            yield operator["opName"], label


def main():
    tblgen, source, tests, *includes = sys.argv[1:]
    cases = "\n".join(path.read_text() for path in pathlib.Path(tests).glob("*-invalid.mlir"))
    found = set(re.findall(r"@(\w+)", cases))
    labels = list(constraints(tblgen, source, includes))
    missing = [f"@{op}_c{label}" for op, label in labels if f"{op}_c{label}" not in found]
    for case in missing:
        print(f"{tests} has no case {case}")
    print(f"{len(labels) - len(missing)} of {len(labels)} constraints have a case")
    sys.exit(bool(missing) or not labels)


main()
