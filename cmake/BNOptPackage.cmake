# find_package(BNOpt): the dialects and passes for other projects, from the
# build folder (BNOpt_DIR=<build>/cmake) or from where they are installed.

include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(targets
  BNAllDialects
  BNDialect
  BNInterfaces
  BNOptMLIR
  BNPasses
  BNPipeline
  BNScaleShiftModels
  BNTarget
  KernelDialect
  NNDialect)
set(packageDir "${CMAKE_INSTALL_LIBDIR}/cmake/BNOpt")
set(includeDir "${CMAKE_INSTALL_INCLUDEDIR}/bn-opt")

target_include_directories(BNOptMLIR INTERFACE
  "$<INSTALL_INTERFACE:${includeDir}>")

export(TARGETS ${targets} NAMESPACE BNOpt::
  FILE "${PROJECT_BINARY_DIR}/cmake/BNOptTargets.cmake")
install(TARGETS ${targets} EXPORT BNOptTargets
  ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT Development)
install(EXPORT BNOptTargets NAMESPACE BNOpt:: DESTINATION "${packageDir}"
  COMPONENT Development)

# The same file for both, with other folders in it.
set(BNOPT_PACKAGE_INCLUDE_DIRS "${PROJECT_SOURCE_DIR};${PROJECT_BINARY_DIR}")
configure_file("${PROJECT_SOURCE_DIR}/cmake/BNOptConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/cmake/BNOptConfig.cmake" @ONLY)
set(BNOPT_PACKAGE_INCLUDE_DIRS "\${CMAKE_CURRENT_LIST_DIR}/../../../${includeDir}")
configure_file("${PROJECT_SOURCE_DIR}/cmake/BNOptConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/cmake/install/BNOptConfig.cmake" @ONLY)
write_basic_package_version_file(
  "${PROJECT_BINARY_DIR}/cmake/BNOptConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES
  "${PROJECT_BINARY_DIR}/cmake/install/BNOptConfig.cmake"
  "${PROJECT_BINARY_DIR}/cmake/BNOptConfigVersion.cmake"
  DESTINATION "${packageDir}" COMPONENT Development)

foreach(root "${PROJECT_SOURCE_DIR}" "${PROJECT_BINARY_DIR}")
  install(DIRECTORY "${root}/dialect" "${root}/passes"
    DESTINATION "${includeDir}" COMPONENT Development
    FILES_MATCHING PATTERN "*.h" PATTERN "*.td" PATTERN "*.h.inc"
    PATTERN "CMakeFiles" EXCLUDE)
endforeach()
install(FILES
  "${PROJECT_SOURCE_DIR}/compiler/Pipeline.h"
  "${PROJECT_SOURCE_DIR}/compiler/Target.h"
  DESTINATION "${includeDir}/compiler" COMPONENT Development)
install(TARGETS BNOptPlugin
  LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT Development)
