/// Turns the objects and weights of a compiled model into a library with its
/// header. Needs no toolchain on the machine: the linker and the archiver are
/// libraries.

#ifndef BNOPT_COMPILER_LINK_LINK_H
#define BNOPT_COMPILER_LINK_LINK_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBufferRef.h"

#include <cstdint>
#include <vector>

namespace bnopt {

enum class LibraryKind {
  Shared,  ///< `.so`: everything a process needs to load it
  Archive, ///< `.a`: the object as its one member
  Object,  ///< `.o`: one relocatable object
};

/// Bytes of the model's weights at an offset from the symbol
/// `<model>_weights`, which is aligned to 64 bytes.
struct WeightSegment {
  uint64_t offset;
  llvm::ArrayRef<char> bytes;
};

struct LinkInputs {
  /// A C identifier.
  llvm::StringRef modelName;
  /// The host function's object, the kernels' and the Halide runtime's. The
  /// project's own runtime support is added to them. Buffer identifiers appear
  /// in error messages only.
  std::vector<llvm::MemoryBufferRef> objects;
  /// Sorted by offset, without overlap; gaps read as zero. Never copied in
  /// memory: the bytes go to the output by way of a file.
  std::vector<WeightSegment> weights;
  /// The model has a refresh: its functions are public, its weights writable,
  /// by each process for itself.
  bool isRefreshable = false;
};

/// Writes the library to `outputPath`. Only the model's public symbols are
/// visible in it (`<model>_model`, `<model>_run`, `<model>_set_threads`, with a
/// refresh `<model>_refresh` and `<model>_refresh_from`, in a shared library
/// also `bnopt_library_model`), so that several models live in one process and
/// in one static program.
///
/// Equal inputs give equal bytes. The file appears under its name when it is
/// complete, or not at all. Errors are one line and name the file.
llvm::Error linkLibrary(LibraryKind kind, const LinkInputs &inputs,
                        llvm::StringRef outputPath);

} // namespace bnopt

#endif // BNOPT_COMPILER_LINK_LINK_H
