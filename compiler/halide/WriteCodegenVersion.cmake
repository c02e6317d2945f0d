# Writes OUTPUT, a header with a hash of the files SOURCES: kernels compiled by
# another version of the code generator must not be taken from the cache.
set(hashes "${HALIDE_VERSION}")
foreach(source IN LISTS SOURCES)
  file(SHA256 "${source}" hash)
  string(APPEND hashes "${hash}")
endforeach()
string(SHA256 version "${hashes}")
file(CONFIGURE OUTPUT "${OUTPUT}" CONTENT [[
#ifndef BNOPT_COMPILER_HALIDE_CODEGENVERSION_H
#define BNOPT_COMPILER_HALIDE_CODEGENVERSION_H

namespace bnopt {
/// A hash of the sources of the code generator and the version of Halide.
inline constexpr char codegenVersion[] = "@version@";
} // namespace bnopt

#endif // BNOPT_COMPILER_HALIDE_CODEGENVERSION_H
]] @ONLY)
