"""Checks the rules of the source tree that a compiler does not see."""

import pathlib
import sys

FOLDERS = [
    "dialect", "passes", "compiler", "runtime", "tools", "test/unit", "test/property", "test/lib",
]
MAX_LINES = 400


def unlisted_sources(root):
    """Sources that neither their folder's CMakeLists.txt nor one above names."""
    for folder in FOLDERS:
        for source in sorted((root / folder).rglob("*")):
            if source.suffix not in (".cpp", ".c") or "Inputs" in source.parts:
                continue
            lists = [
                parent / "CMakeLists.txt"
                for parent in source.parents
                if parent.is_relative_to(root)
            ]
            texts = [file.read_text() for file in lists if file.exists()]
            if not any(source.name in text for text in texts):
                yield f"{source.relative_to(root)} is named by no CMakeLists.txt"


def long_files(root):
    suffixes = (".cpp", ".c", ".h", ".py")
    for folder in FOLDERS + ["test"]:
        for source in sorted((root / folder).rglob("*")):
            if source.suffix in suffixes or source.parent == root / "tools":
                if source.is_file():
                    lines = len(source.read_text().splitlines())
                    if lines > MAX_LINES:
                        yield f"{source.relative_to(root)} has {lines} lines, more than {MAX_LINES}"


def main():
    root = pathlib.Path(sys.argv[1])
    problems = sorted({*unlisted_sources(root), *long_files(root)})
    print("\n".join(problems))
    sys.exit(bool(problems))


main()
