# The rules every target of the project follows.

set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")

# Usage requirements of C++ that includes MLIR or LLVM.
add_library(BNOptMLIR INTERFACE)
# Who finds the package finds MLIR by itself.
target_include_directories(BNOptMLIR SYSTEM INTERFACE
  "$<BUILD_LOCAL_INTERFACE:${MLIR_INCLUDE_DIRS};${LLVM_INCLUDE_DIRS}>")
target_include_directories(BNOptMLIR INTERFACE
  "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR};${PROJECT_BINARY_DIR}>")
target_link_libraries(BNOptMLIR INTERFACE MLIR LLVM)

add_library(BNOptWarnings INTERFACE)
target_compile_options(BNOptWarnings INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers>
  $<$<BOOL:${BNOPT_WARNINGS_AS_ERRORS}>:-Werror>)

# The headers that most sources of the project include, compiled once.
# Unlike file(WRITE), leaves the file alone where it is there already.
file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/BNOptPrecompiled.cpp" CONTENT "\n")
add_library(BNOptPrecompiled OBJECT "${PROJECT_BINARY_DIR}/BNOptPrecompiled.cpp")
target_link_libraries(BNOptPrecompiled PRIVATE BNOptMLIR BNOptWarnings)
target_precompile_headers(BNOptPrecompiled PRIVATE
  <mlir/Dialect/Arith/IR/Arith.h>
  <mlir/Dialect/Func/IR/FuncOps.h>
  <mlir/IR/BuiltinOps.h>
  <mlir/IR/PatternMatch.h>
  <mlir/Pass/Pass.h>
  <mlir/Interfaces/InferTypeOpInterface.h>
  <mlir/Transforms/GreedyPatternRewriteDriver.h>)

# bnopt_add_mlir_library(NAME sources... [LIBS libraries...] [DEPENDS targets...])
# A static library of sources that use MLIR; shares the precompiled headers.
function(bnopt_add_mlir_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LIBS;DEPENDS")
  add_library(${name} STATIC ${arg_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PUBLIC BNOptMLIR ${arg_LIBS}
                                PRIVATE $<BUILD_LOCAL_INTERFACE:BNOptWarnings>)
  target_precompile_headers(${name} REUSE_FROM BNOptPrecompiled)
  if(arg_DEPENDS)
    add_dependencies(${name} ${arg_DEPENDS})
  endif()
endfunction()

# bnopt_share_precompiled_headers(NAME)
# Lets an executable use the precompiled headers. Libraries are compiled with
# -fPIC, executables would be with -fPIE, and precompiled headers suit only one.
function(bnopt_share_precompiled_headers name)
  target_precompile_headers(${name} REUSE_FROM BNOptPrecompiled)
  set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  target_compile_options(${name} PRIVATE -fPIC)
endfunction()

# bnopt_tablegen(TARGET source.td [file "flags"]...)
# A target that runs mlir-tblgen on the source once per output file.
function(bnopt_tablegen target source)
  set(LLVM_TARGET_DEFINITIONS ${source})
  set(includes -I "${PROJECT_SOURCE_DIR}")
  foreach(directory IN LISTS MLIR_INCLUDE_DIRS)
    list(APPEND includes -I "${directory}")
  endforeach()
  set(outputs ${ARGN})
  while(outputs)
    list(POP_FRONT outputs file flags)
    separate_arguments(flags)
    mlir_tablegen(${file} ${flags} ${includes})
  endwhile()
  add_public_tablegen_target(${target})
endfunction()
