# Writes the source of Embedded.h's functions.
#   cmake -DHEADER=bnopt.h -DOBJECTS="a.o;b.o" -DOUTPUT=Embedded.cpp -P EmbedFiles.cmake

function(define_bytes variable file)
  file(READ "${file}" hex HEX)
  string(REGEX REPLACE "(................................)" "\\1\n" hex "${hex}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  set(source "${source}alignas(8) static const unsigned char ${variable}[] = {\n${bytes}};\n" PARENT_SCOPE)
endfunction()

set(source "#include \"compiler/link/Embedded.h\"\n\n")
define_bytes(header "${HEADER}")
set(list "")
set(index 0)
foreach(object IN LISTS OBJECTS)
  define_bytes(object${index} "${object}")
  get_filename_component(name "${object}" NAME_WE)
  string(APPEND list "      {asString(object${index}), \"${name}\"},\n")
  math(EXPR index "${index} + 1")
endforeach()

string(APPEND source "
template <unsigned N>
static llvm::StringRef asString(const unsigned char (&bytes)[N]) {
  return {reinterpret_cast<const char *>(bytes), N};
}

llvm::StringRef bnopt::getInterfaceHeader() { return asString(header); }

std::vector<llvm::MemoryBufferRef> bnopt::getSupportObjects() {
  return {
${list}  };
}
")
file(WRITE "${OUTPUT}" "${source}")
