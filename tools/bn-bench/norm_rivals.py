"""PyTorch's side of `bn-bench norm`: batch norm in training with a ReLU behind it, and its relatives alone.

Answers commands on standard input with lines on standard output:
    (start)                                 ->  ready torch VERSION
    data NORM ORDER SIZES GROUPS            ->  ready      batch_norm or a relative; nchw, nhwc or rows, and NxCx...;
                                                           forgets all cases
    case NAME DIRECTION HOW THREADS         ->  ready      forward or backward, eager or compile
    run NAME N                              ->  times FAULTS S S ...   page faults a run, seconds of each run
Whatever goes wrong is answered with `error MESSAGE`, and ends the process.

A run does what the kernels do: forward without keeping anything for a backward pass and without running
statistics, the ReLU in place where PyTorch offers it; backward from kept activations to the three gradients.
"""

import gc
import resource
import sys
import time

import torch
import torch._dynamo
import torch._functorch.config
import torch.nn.functional as functional

EPSILON = 1e-5


def make_tensor(order, sizes):
    """N×C×spatial sizes, in memory as `order` says."""
    if order != "nhwc":
        return torch.randn(sizes)
    tensor = torch.randn([sizes[0], *sizes[2:], sizes[1]])
    return tensor.permute(0, tensor.dim() - 1, *range(1, tensor.dim() - 1))


def get_functions(norm, groups):
    """The norm of x, scale and offset, eager and to compile."""
    if norm == "batch_norm":
        def normalize(x, scale, offset):
            return functional.batch_norm(x, None, None, scale, offset, training=True, eps=EPSILON)
        return (lambda *inputs: functional.relu_(normalize(*inputs)),
                lambda *inputs: functional.relu(normalize(*inputs)))
    relatives = {
        "layer_norm": lambda x, scale, offset: functional.layer_norm(x, scale.shape, scale, offset, EPSILON),
        "rms_norm": lambda x, scale: functional.rms_norm(x, scale.shape, scale, EPSILON),
        "group_norm": lambda x, scale, offset: functional.group_norm(x, groups, scale, offset, EPSILON),
        "instance_norm": lambda x, scale, offset: functional.instance_norm(
            x, weight=scale, bias=offset, eps=EPSILON),
    }
    return relatives[norm], relatives[norm]


class Rival:
    def __init__(self):
        self.cases = {}

    def data(self, norm, order, sizes, groups):
        self.cases.clear()
        torch._dynamo.reset()
        gc.collect()
        sizes = [int(size) for size in sizes.split("x")]
        self.eager, self.fused = get_functions(norm, int(groups))
        self.dy = make_tensor(order, sizes)
        parameters = sizes[-1] if order == "rows" else sizes[1]
        self.inputs = [make_tensor(order, sizes), torch.rand(parameters) + 0.5, torch.randn(parameters)]
        if norm == "rms_norm":
            self.inputs.pop()
        return "ready"

    def case(self, name, direction, how, threads):
        threads = int(threads)
        torch.set_num_threads(threads)
        function = self.eager
        if how == "compile":
            # Generated code has the number of threads in it.
            function = torch.compile(self.fused, dynamic=False)
        if direction == "forward":
            def run():
                with torch.no_grad():
                    return function(*self.inputs)
        else:
            inputs = [tensor.detach().requires_grad_() for tensor in self.inputs]
            y = function(*inputs)

            def run():
                return torch.autograd.grad(y, inputs, self.dy, retain_graph=True)
        run()
        run()
        self.cases[name] = run, threads
        torch._dynamo.reset()
        return "ready"

    def run(self, name, count):
        run, threads = self.cases[name]
        torch.set_num_threads(threads)
        run()
        times = []
        faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        for _ in range(int(count)):
            start = time.perf_counter()
            run()
            times.append(time.perf_counter() - start)
        faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - faults
        return " ".join(["times", str(faults // int(count)), *(f"{seconds:.9f}" for seconds in times)])


def main():
    answers, sys.stdout = sys.stdout, sys.stderr  # Whatever PyTorch prints is no answer.
    # The graph of a backward pass is run many times.
    torch._functorch.config.donated_buffer = False
    gc.disable()
    rival = Rival()
    commands = {"data": rival.data, "case": rival.case, "run": rival.run}
    print(f"ready torch {torch.__version__}", file=answers, flush=True)
    for line in sys.stdin:
        command, *arguments = line.split()
        try:
            answer = commands[command](*arguments)
        except Exception as error:
            message = (str(error) or type(error).__name__).splitlines()[0]
            print(f"error {message}", file=answers, flush=True)
            return 1
        print(answer, file=answers, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
