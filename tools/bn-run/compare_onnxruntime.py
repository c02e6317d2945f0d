"""ONNX Runtime's side of `bn-run --compare`.

Answers commands on standard input with lines on standard output:
    (start)  ->  ready onnxruntime VERSION
    run N    ->  times MS MS ...        one latency for each run
    save     ->  saved                  outputs of the last run, as .npy files
Whatever goes wrong is answered with `error MESSAGE`, and ends the process.
"""

import argparse
import os
import sys
import time


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("--threads", type=int, required=True)
    pair = {"nargs": 2, "metavar": ("NAME", "FILE"), "action": "append", "default": []}
    parser.add_argument("--input", **pair)
    parser.add_argument("--output", **pair)
    return parser.parse_args()


def make_session(model, threads):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Names of layers that it does not optimize are of no interest here.
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        model, options, providers=["CPUExecutionProvider"]
    )
    return session, f"onnxruntime {onnxruntime.__version__}"


def check_names(wanted, known, role):
    for name in wanted:
        if name not in known:
            names = ", ".join(f"'{other}'" for other in known)
            raise ValueError(f"the model has no {role} '{name}'; it has {names}")


def serve(arguments, answer):
    import numpy

    session, version = make_session(arguments.model, arguments.threads)
    inputs = {name: numpy.load(file) for name, file in arguments.input}
    names = [name for name, _ in arguments.output]
    check_names(inputs, [value.name for value in session.get_inputs()], "input")
    check_names(names, [value.name for value in session.get_outputs()], "output")
    answer(f"ready {version}")
    outputs = []
    for command in sys.stdin:
        word, *rest = command.split()
        if word == "run":
            times = []
            for _ in range(int(rest[0])):
                start = time.perf_counter()
                outputs = session.run(names, inputs)
                times.append(1e3 * (time.perf_counter() - start))
            answer("times " + " ".join(f"{value:.6f}" for value in times))
        elif word == "save":
            for (_, file), value in zip(arguments.output, outputs):
                numpy.save(file, numpy.ascontiguousarray(value))
            answer("saved")
        else:
            raise ValueError(f"unknown command '{word}'")


def main():
    arguments = parse_arguments()
    # Libraries print to standard output too: keep the answers apart from that.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def answer(line):
        print(line, file=answers, flush=True)

    try:
        serve(arguments, answer)
    except Exception as error:
        answer("error " + " ".join(str(error).split()))
        sys.exit(1)


main()
