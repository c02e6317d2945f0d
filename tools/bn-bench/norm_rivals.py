"""PyTorch's side of `bn-bench norm`: batch norm in training with a ReLU behind it.

Answers commands on standard input with lines on standard output:
    (start)                                 ->  ready torch VERSION
    data ORDER SIZES                        ->  ready      nchw or nhwc, and NxCx...; forgets all cases
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
    if order == "nchw":
        return torch.randn(sizes)
    tensor = torch.randn([sizes[0], *sizes[2:], sizes[1]])
    return tensor.permute(0, tensor.dim() - 1, *range(1, tensor.dim() - 1))


def normalize(x, scale, offset):
    return functional.batch_norm(x, None, None, scale, offset, training=True, eps=EPSILON)


def eager(x, scale, offset):
    return functional.relu_(normalize(x, scale, offset))


def fused(x, scale, offset):
    return functional.relu(normalize(x, scale, offset))


class Rival:
    def __init__(self):
        self.cases = {}

    def data(self, order, sizes):
        self.cases.clear()
        torch._dynamo.reset()
        gc.collect()
        sizes = [int(size) for size in sizes.split("x")]
        self.x, self.dy = make_tensor(order, sizes), make_tensor(order, sizes)
        self.scale, self.offset = torch.rand(sizes[1]) + 0.5, torch.randn(sizes[1])
        return "ready"

    def case(self, name, direction, how, threads):
        threads = int(threads)
        torch.set_num_threads(threads)
        function = eager
        if how == "compile":
            # Generated code has the number of threads in it.
            function = torch.compile(fused, dynamic=False)
        if direction == "forward":
            def run():
                with torch.no_grad():
                    return function(self.x, self.scale, self.offset)
        else:
            inputs = [tensor.detach().requires_grad_() for tensor in (self.x, self.scale, self.offset)]
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
