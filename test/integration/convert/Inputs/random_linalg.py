"""random_linalg.py --plugin=… --bn-opt=… --tools=… --to-llvm=… --libraries=… [--count=N] [--seed=S]

Writes batch norms in linalg in random ways: order, association, root, power or reciprocal, parameters as vectors, in
the data's rank or broadcast, one generic or one per operation, loops in any order, in some of them one thing not as it
is in a batch norm. Raised and lowered again, each computes what it did; each that is a batch norm is recognized.
"""

import random
import re
import sys

import run_linalg

CONSTANTS = ("%epsilon", "%half", "%minus_half", "%one")
SIZE = 3  # of every dimension, so that a confusion of dimensions is not seen by its size
MUTATIONS = ["epsilon outside", "other power", "sum", "reversed", "mean elsewhere", "variance elsewhere", "second root",
             "batch mean"]


class Writer:
    """Emits operations on values that are whole ("full"), vectors, or of the data's rank with one long dimension."""

    def __init__(self, generator, rank):
        self.random, self.rank = generator, rank
        self.feature = generator.randrange(rank)
        self.lines, self.count = [], 0
        self.fused = generator.random() < 0.4
        self.forms, self.body = {}, []

    def name(self):
        self.count += 1
        return f"%n{self.count}"

    def type(self, form):
        sizes = {"full": [SIZE] * self.rank, "vector": [SIZE], "other": [SIZE]}.get(form[0])
        if form[0] == "short":
            sizes = [SIZE if dim == form[1] else 1 for dim in range(self.rank)]
        return f"tensor<{'x'.join(map(str, sizes))}xf32>"

    def map(self, form, domain, order):
        """Which element of `form` goes with an element of `domain`."""
        loops = ", ".join(f"d{i}" for i in range(self.rank if domain[0] in ("full", "short") else 1))
        if domain[0] == "vector":
            return f"affine_map<({loops}) -> (d0)>"
        if form[0] == "full" or form == domain:
            indices = [f"d{order[dim]}" for dim in range(self.rank)]
        elif form[0] == "vector":
            indices = [f"d{order[form[1]]}"]
        else:
            indices = [f"d{order[dim]}" if dim == form[1] else "0" for dim in range(self.rank)]
        return f"affine_map<({loops}) -> ({', '.join(indices)})>"

    def parameter(self, name, dim):
        """A vector along `dim`, in one of its guises."""
        self.forms[name] = ("vector", dim)
        guise = self.random.choice(["vector", "short", "full"])
        if guise == "short":
            short, groups = self.name(), ", ".join(map(str, range(self.rank)))
            sizes = ", ".join(str(SIZE if i == dim else 1) for i in range(self.rank))
            self.forms[short] = ("short", dim)
            self.lines.append(f"  {short} = tensor.expand_shape {name} [[{groups}]] output_shape [{sizes}] :"
                              f" tensor<{SIZE}xf32> into {self.type(self.forms[short])}")
            return short
        if guise == "full" and not self.fused:
            full, empty = self.name(), self.empty(("full",))
            others = ", ".join(str(i) for i in range(self.rank) if i != dim)
            self.forms[full] = ("full",)
            self.lines.append(f"  {full} = linalg.broadcast ins({name} : tensor<{SIZE}xf32>)"
                              f" outs({empty} : {self.type(('full',))}) dimensions = [{others}]")
            return full
        return name

    def empty(self, form):
        name = self.name()
        self.lines.append(f"  {name} = tensor.empty() : {self.type(form)}")
        return name

    def generic(self, operands, domain, body, result):
        order = list(range(self.rank))
        if domain[0] != "vector":
            self.random.shuffle(order)
        empty = self.empty(domain)
        maps = ", ".join(self.map(form, domain, order) for form in [*(self.forms[o] for o in operands), domain])
        count = 1 if domain[0] == "vector" else self.rank
        loops = ", ".join(['"parallel"'] * count)
        self.lines.append(
            f"  {result} = linalg.generic {{indexing_maps = [{maps}], iterator_types = [{loops}]}}"
            f" ins({', '.join(operands)} : {', '.join(self.type(self.forms[o]) for o in operands)})"
            f" outs({empty} : {self.type(domain)}) {{\n"
            f"  ^bb0({', '.join(f'%a{i}: f32' for i in range(len(operands)))}, %out: f32):\n{body}"
            f"  }} -> {self.type(domain)}")
        self.forms[result] = domain

    def operation(self, op, *operands):
        """An operation in the one generic that there is, or in one of its own."""
        result = self.name()
        if self.fused:
            self.body.append((result, op, operands))
            return result
        forms = {self.forms[o] for o in operands if o not in CONSTANTS}
        domain = ("full",) if len(forms) > 1 or ("full",) in forms else forms.pop()
        tensors = [o for o in operands if o not in CONSTANTS]
        scalars = [o if o in CONSTANTS else f"%a{tensors.index(o)}" for o in operands]
        body = f"    %r = {op} {', '.join(scalars)} : f32\n    linalg.yield %r : f32\n"
        self.generic(tensors, domain, body, result)
        return result

    def finish(self, value):
        if not self.fused:
            return value
        tensors = []
        for _, _, operands in self.body:
            tensors += [o for o in operands if o in self.forms and o not in tensors]
        body = ""
        for result, op, operands in self.body:
            scalars = [f"%a{tensors.index(o)}" if o in tensors else o for o in operands]
            body += f"    {result} = {op} {', '.join(scalars)} : f32\n"
        self.generic(tensors, ("full",), f"{body}    linalg.yield {value} : f32\n", "%whole")
        return "%whole"


def batch_mean(writer):
    """The mean of the data along all dimensions but the features."""
    zero, empty, init, mean = (writer.name() for _ in range(4))
    dims = [f"d{i}" for i in range(writer.rank)]
    loops = ['"parallel"' if i == writer.feature else '"reduction"' for i in range(writer.rank)]
    writer.lines.append(f"""  {zero} = arith.constant 0.0 : f32
  {empty} = tensor.empty() : tensor<{SIZE}xf32>
  {init} = linalg.fill ins({zero} : f32) outs({empty} : tensor<{SIZE}xf32>) -> tensor<{SIZE}xf32>
  {mean} = linalg.generic {{indexing_maps = [affine_map<({', '.join(dims)}) -> ({', '.join(dims)})>,
      affine_map<({', '.join(dims)}) -> ({dims[writer.feature]})>], iterator_types = [{', '.join(loops)}]}}
      ins(%x : {writer.type(('full',))}) outs({init} : tensor<{SIZE}xf32>) {{
  ^bb0(%in: f32, %out: f32):
    %part = arith.constant {1 / SIZE ** (writer.rank - 1)} : f32
    %scaled = arith.mulf %in, %part : f32
    %sum = arith.addf %out, %scaled : f32
    linalg.yield %sum : f32
  }} -> tensor<{SIZE}xf32>""")
    return mean


def swap(generator, lhs, rhs):
    return (lhs, rhs) if generator.random() < 0.5 else (rhs, lhs)


def write_power(writer, mutation, radicand, divides):
    """√radicand, or its reciprocal, unless the power is another one."""
    generator = writer.random
    if mutation == "other power":
        return writer.operation("math.powf", radicand, "%epsilon")
    if generator.random() < 0.3:
        return writer.operation("math.powf", radicand, "%half" if divides else "%minus_half")
    if divides or generator.random() < 0.7:
        return writer.operation("math.sqrt" if divides else "math.rsqrt", radicand)
    return writer.operation("arith.divf", "%one", writer.operation("math.sqrt", radicand))


def write_root(writer, mutation, variance):
    """1/√(variance + epsilon) as a factor, or √(variance + epsilon) as a divisor."""
    generator = writer.random
    divides = generator.random() < 0.5
    if mutation == "epsilon outside":
        root = write_power(writer, mutation, variance, divides)
        return writer.operation("arith.addf", *swap(generator, root, "%epsilon")), divides
    radicand = writer.operation("arith.addf", *swap(generator, variance, "%epsilon"))
    return write_power(writer, mutation, radicand, divides), divides


def write_product(writer, factors, divisor):
    """The factors in any order and association, the divisor below any part."""
    generator = writer.random
    while len(factors) > 1 or divisor:
        if divisor and (len(factors) == 1 or generator.random() < 0.5):
            index = generator.randrange(len(factors))
            factors[index] = writer.operation("arith.divf", factors[index], divisor)
            divisor = None
        else:
            generator.shuffle(factors)
            factors.append(writer.operation("arith.mulf", factors.pop(), factors.pop()))
    return factors[0]


def write_function(index, generator):
    """The text of a function, and whether it is a batch norm and nothing else."""
    writer = Writer(generator, generator.randrange(2, 5))
    mutation = generator.choice(MUTATIONS) if generator.random() < 0.4 else None
    writer.forms["%x"] = ("full",)
    elsewhere = (writer.feature + 1) % writer.rank
    mean = batch_mean(writer) if mutation == "batch mean" else "%mean"
    mean = writer.parameter(mean, elsewhere if mutation == "mean elsewhere" else writer.feature)
    variance = writer.parameter("%variance", elsewhere if mutation == "variance elsewhere" else writer.feature)
    scale, offset = (writer.parameter(name, writer.feature) for name in ("%scale", "%offset"))
    root, divides = write_root(writer, mutation, variance)
    factors, divisor = ([], root) if divides else ([root], None)
    if mutation == "second root":
        factors.append(writer.operation("math.rsqrt", variance))
    if generator.random() < 0.8:
        factors.append(scale)
    if factors and generator.random() < 0.25 and mutation not in ("sum", "reversed"):
        factor = write_product(writer, factors, divisor)
        scaled = writer.operation("arith.mulf", *swap(generator, "%x", factor))
        shift = writer.operation("arith.subf", offset,
                                 writer.operation("arith.mulf", *swap(generator, mean, factor)))
        result = writer.operation("arith.addf", *swap(generator, scaled, shift))
    else:
        operands = (mean, "%x") if mutation == "reversed" else ("%x", mean)
        centered = writer.operation("arith.addf" if mutation == "sum" else "arith.subf", *operands)
        result = write_product(writer, [centered, *factors], divisor)
        if generator.random() < 0.8:
            result = writer.operation("arith.addf", *swap(generator, result, offset))
    result = writer.finish(result)
    data, vector = writer.type(("full",)), f"tensor<{SIZE}xf32>"
    parameters = ", ".join(f"%{name}: {vector}" for name in ("scale", "offset", "mean", "variance"))
    lines = "\n".join(writer.lines)
    return mutation, f"""func.func @f{index}(%x: {data}, {parameters}) -> {data} {{
  %epsilon = arith.constant 1.0e-03 : f32
  %half = arith.constant 0.5 : f32
  %minus_half = arith.constant -0.5 : f32
  %one = arith.constant 1.0 : f32
{lines}
  return {result} : {data}
}}
"""


def main():
    parser = run_linalg.make_parser()
    parser.add_argument("--count", type=int, default=100)
    options = parser.parse_args()
    generator = random.Random(options.seed)
    mutations, texts = zip(*(write_function(i, generator) for i in range(options.count)))
    functions = [run_linalg.Function(text) for text in texts]
    inputs = [list(function.make_inputs(options.seed + i)) for i, function in enumerate(functions)]
    raised = run_linalg.run_passes("".join(texts), "raise-linalg-to-bn", options)
    for function, mutation, part in zip(functions, mutations, re.split(r"func\.func @", raised)[1:], strict=True):
        count = part.count("bn.inference")
        if not mutation and count != 1:
            sys.exit(f"{function.name}: expected one bn.inference, but got {count}\n{function.text}")
        if mutation == "batch mean" and count:
            sys.exit(f"{function.name}: expected statistics of a batch to stay\n{function.text}")
    expected = run_linalg.execute(functions, inputs, "canonicalize", options)
    for passes in ("", "func.func(linalg-fuse-elementwise-ops),"):
        actual = run_linalg.execute(functions, inputs, f"{passes}raise-linalg-to-bn,convert-bn-to-linalg", options)
        for results in zip(functions, actual, expected):
            run_linalg.compare(*results, options.tolerance)
    print(f"{options.count} functions, {sum(not mutation for mutation in mutations)} batch norms")


main()
