# What the tests stand on: GoogleTest for code without IR, lit for the rest.

find_package(GTest REQUIRED)
include(GoogleTest)

# All unit tests, as one target to build.
add_custom_target(bn-unit-tests)

# bnopt_add_unittest(NAME sources... [MLIR] [LIBS libraries...] [QUICK filter])
# An executable of GoogleTest cases, each of which CTest runs by itself under
# the label "unit". MLIR: the sources include MLIR; they then share the
# precompiled headers. QUICK: only cases that match the filter of GoogleTest
# have that label, the others have the label "long".
function(bnopt_add_unittest name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "MLIR" "QUICK" "LIBS")
  add_executable(${name} ${arg_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE
    ${arg_LIBS} BNOptWarnings GTest::gmock GTest::gtest_main)
  target_include_directories(${name} PRIVATE
    "${PROJECT_SOURCE_DIR}" "${PROJECT_BINARY_DIR}")
  if(arg_MLIR)
    target_link_libraries(${name} PRIVATE BNOptMLIR)
    bnopt_share_precompiled_headers(${name})
  endif()
  set_target_properties(${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/test/unit")
  add_dependencies(bn-unit-tests ${name})
  # Tests are listed when they run, so that a build does not execute anything.
  gtest_discover_tests(${name} TEST_FILTER "${arg_QUICK}"
    TEST_PREFIX "${name}." DISCOVERY_MODE PRE_TEST PROPERTIES LABELS unit)
  if(arg_QUICK)
    gtest_discover_tests(${name} TEST_FILTER "-${arg_QUICK}"
      TEST_PREFIX "${name}." DISCOVERY_MODE PRE_TEST PROPERTIES LABELS long)
  endif()
endfunction()
