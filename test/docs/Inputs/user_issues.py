"""user_issues.py ROOT: checks the numbers and the tests of test/user-issues.md, and that each named test has its row."""

import pathlib
import re
import sys

# Those of the research notes that folding and training answer to so far.
EXPECTED = [*range(1, 31), 33, *range(36, 44), 45, 46]


def main():
    root = pathlib.Path(sys.argv[1])
    rows = {}
    for line in (root / "test" / "user-issues.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and cells[0].isdigit():
            rows[int(cells[0])] = cells[1:]
    problems = [f"{number} has no row" for number in EXPECTED if number not in rows]
    problems += [f"{number} is not expected" for number in rows if number not in EXPECTED]

    units = "\n".join(path.read_text() for path in (root / "test" / "unit").rglob("*.cpp"))
    defined = {f"{suite}.{name}" for suite, name in re.findall(r"^TEST(?:_F)?\((\w+),\s*(\w+)\)", units, re.M)}
    named = set()
    for number, (report, rule, tests) in rows.items():
        if not re.search(r"#\d+|PR \d+", report):
            problems.append(f"{number} cites no report")
        names = re.findall(r"`([^`]+)`", tests)
        if not rule or not names:
            problems.append(f"{number} has no rule or no test")
        for name in names:
            named.add(name)
            exists = (root / name).is_file() if name.startswith("test/") else name in defined
            if not exists:
                problems.append(f"{number} names '{name}', which does not exist")
            match = re.search(r"\.Issue(\d+)", name)
            if match and int(match[1]) != number:
                problems.append(f"{number} names '{name}', which is of another number")
    problems += [f"'{name}' has no row" for name in defined if ".Issue" in name and name not in named]
    for problem in problems:
        print(f"test/user-issues.md: {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
