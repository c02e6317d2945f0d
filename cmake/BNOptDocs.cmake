# bn-doc writes the pages that are generated from the .td files.
list(GET MLIR_INCLUDE_DIRS 0 bnopt_mlir_include)
add_custom_target(bn-doc
  COMMAND "${CMAKE_COMMAND}" -E env
          "MLIR_TBLGEN=${LLVM_TOOLS_BINARY_DIR}/mlir-tblgen"
          "MLIR_INCLUDE=${bnopt_mlir_include}"
          "${PROJECT_SOURCE_DIR}/tools/doc"
  COMMENT "Writing Ops.md and Passes.md")
