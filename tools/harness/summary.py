"""Adds up JUnit result files: names what failed, ends with one line of counts."""

import pathlib
import sys
import xml.etree.ElementTree as xml


def outcomes(path):
    """Yields (name, outcome) of every test case in a file."""
    for case in xml.parse(path).getroot().iter("testcase"):
        name = f"{case.get('classname')}.{case.get('name')}"
        if case.find("failure") is not None or case.find("error") is not None:
            yield name, "failed"
        elif case.find("skipped") is not None:
            yield name, "skipped"
        else:
            yield name, "passed"


def main():
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for path in sorted(pathlib.Path(sys.argv[1]).glob("*.xml")):
        for name, outcome in outcomes(path):
            counts[outcome] += 1
            if outcome == "failed":
                print(f"FAILED: {name}")
    print(", ".join(f"{count} {outcome}" for outcome, count in counts.items()))
    # No test at all means that something did not run.
    return 1 if counts["failed"] or not counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
