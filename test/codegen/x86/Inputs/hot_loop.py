"""Describes the hot loop of every kernel in an assembly listing.

usage: hot_loop.py FILE.s

The hot loop of a kernel is the innermost loop with the most multiply-adds
(multiplications where there are no fused ones). Prints, per kernel, their
number, the vector registers, the loads of weights and inputs, and accesses to
the stack, which would be spills.
"""

import re
import sys


def functions(lines):
    """Yields (kernel, lines of a function); a kernel may have several."""
    kernel, body = None, []
    for line in lines:
        named = re.match(r"# kernel (\S+)", line)
        if named or re.match(r"[\w.$]+:", line) and not line.startswith(".L"):
            if kernel:
                yield kernel, body
            body = []
            kernel = named[1] if named else kernel
        body.append(line.split("#")[0].strip())
    if kernel:
        yield kernel, body


def innermost_loops(body):
    """Lines between a label and a jump back to it, without a label inside."""
    start, label = None, None
    for number, line in enumerate(body):
        if line.startswith(".L") and line.endswith(":"):
            start, label = number, line[:-1]
        elif start is not None and re.match(r"j\w+\s+" + re.escape(label) + "$", line):
            yield body[start + 1 : number]


def multiply_adds(loop):
    fused = [line for line in loop if line.startswith("vfmadd")]
    return fused or [line for line in loop if re.match(r"v?mulps", line)]


def describe(loop):
    work = multiply_adds(loop)
    register = re.search(r"%([xyz]mm)", work[-1])[1] if work else "-"
    broadcasts = [line for line in loop if "broadcast" in line or "{1to" in line]
    stack = [line for line in loop if re.search(r"\(%r[sb]p", line)]
    return (f"{len(work)} multiply-adds in {register}, "
            f"{len(broadcasts)} broadcasts, {len(stack)} stack accesses")


def main():
    with open(sys.argv[1]) as listing:
        lines = listing.read().splitlines()
    best = {}
    for kernel, body in functions(lines):
        for loop in innermost_loops(body):
            if len(multiply_adds(loop)) > len(multiply_adds(best.get(kernel, []))):
                best[kernel] = loop
    for kernel, loop in best.items():
        print(f"{kernel}: {describe(loop)}")


main()
