"""How lit finds and runs the tests of bn-opt."""

import glob
import os
import shutil

import lit.formats

config.name = "bn-opt"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.bnopt_binary_root, "test")

# quick leaves out what compiles whole models; slow is nothing but the large ones.
suite = lit_config.params.get("suite", "all")
config.excludes = ["Inputs", "unit", "property"]
if suite == "quick":
    config.excludes += ["execute", "integration"]
if suite == "slow":
    config.suffixes = []
else:
    config.excludes.append("slow")
config.bnopt_suite = suite

python = config.bnopt_python = os.path.join(config.bnopt_venv, "bin", "python")
torch_python = os.path.join(config.bnopt_source_root, ".venv-torch", "bin", "python")
binaries = config.bnopt_binaries = os.path.join(config.bnopt_binary_root, "bin")
config.environment["PATH"] = os.pathsep.join(
    [binaries, config.llvm_tools_dir, os.path.join(config.bnopt_venv, "bin"),
     config.environment["PATH"]]
)
# What a test caches stays in the build folder.
config.environment["XDG_CACHE_HOME"] = os.path.join(config.test_exec_root, "cache")
config.environment["LC_ALL"] = "C.UTF-8"

config.substitutions += [
    ("%bn_opt", os.path.join(binaries, "bn-opt")),
    ("%bn_run", os.path.join(binaries, "bn-run")),
    ("%bn_bench", os.path.join(binaries, "bn-bench")),
    ("%bnopt_plugin", os.path.join(config.bnopt_binary_root, "lib", "BNOptPlugin.so")),
    ("%bnopt_source", config.bnopt_source_root),
    ("%bnopt_binary", config.bnopt_binary_root),
    ("%llvm_tools", config.llvm_tools_dir),
    ("%zoo_dir", os.path.join(config.bnopt_source_root, "build", "zoo")),
    ("%python", python),
    ("%torch_python", torch_python),
    ("%cc", config.bnopt_c_compiler),
    ("%cxx", config.bnopt_cxx_compiler),
]


def processor_flags():
    try:
        with open("/proc/cpuinfo") as lines:
            return next(line for line in lines if line.startswith("flags")).split()
    except (OSError, StopIteration):
        return []


flags = processor_flags()
features = {
    "avx2": "avx2" in flags and "fma" in flags,
    "avx512": all(f"avx512{part}" in flags for part in ("f", "bw", "cd", "dq", "vl")),
    "pocl": bool(glob.glob("/etc/OpenCL/vendors/pocl*.icd")),
    "ptxas": shutil.which("ptxas") is not None,
    "cuda": os.path.exists("/dev/nvidiactl"),
    "torch": os.path.exists(torch_python),
    "sanitizer": "-fsanitize" in config.bnopt_cxx_flags,
    "slow": suite == "slow",
}
config.available_features.update(name for name, there in features.items() if there)
