# Everything the project builds on. Each package honours its `<name>_DIR` variable.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_C_STANDARD 11)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
# No source is a module.
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)

find_package(MLIR 22.1 REQUIRED CONFIG)
find_package(Protobuf REQUIRED)
find_package(Threads REQUIRED)
find_package(ZLIB REQUIRED)

# The Python environment that `tools/setup` makes holds Halide, lit, and the
# packages the tests compare with.
set(BNOPT_VENV "${PROJECT_SOURCE_DIR}/.venv" CACHE PATH
    "Python environment with halide, lit, onnx, onnxruntime and numpy")
find_program(BNOPT_PYTHON NAMES python3 PATHS "${BNOPT_VENV}/bin"
             NO_DEFAULT_PATH REQUIRED)
file(GLOB BNOPT_HALIDE_HINT "${BNOPT_VENV}/lib/python3*/site-packages/halide")
find_package(Halide 21 REQUIRED CONFIG COMPONENTS shared
             HINTS "${BNOPT_HALIDE_HINT}/lib64/cmake/Halide")

list(APPEND CMAKE_MODULE_PATH "${MLIR_CMAKE_DIR}" "${LLVM_CMAKE_DIR}")
include(TableGen)
include(AddLLVM)
include(AddMLIR)
include(HandleLLVMOptions)
