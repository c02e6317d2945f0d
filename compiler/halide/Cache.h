//===- Cache.h - Compiled kernels on disk ---------------------------------===//

#ifndef BNOPT_COMPILER_HALIDE_CACHE_H
#define BNOPT_COMPILER_HALIDE_CACHE_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/MemoryBuffer.h"

#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace bnopt {

/// A directory of objects, each named by a hash of all that it depends on. Any
/// number of threads and processes may share one. Trouble with the disk never
/// fails a compilation.
class Cache {
public:
  /// An empty `directory` stores nothing and finds nothing.
  explicit Cache(std::string directory) : directory(std::move(directory)) {}

  /// The object stored under `key`. Damaged files count as absent.
  std::unique_ptr<llvm::MemoryBuffer> lookup(llvm::StringRef key) const;

  /// Stores `object` under `key`; complete or not at all.
  void store(llvm::StringRef key, llvm::StringRef object);

  /// Why something could not be stored, the first time it happened.
  std::optional<std::string> getProblem() const { return problem; }

private:
  void noteProblem(std::string message);

  std::string directory;
  std::mutex mutex;
  std::optional<std::string> problem;
};

/// A hash of `text` as 32 hexadecimal digits.
std::string hashText(llvm::StringRef text);

} // namespace bnopt

#endif // BNOPT_COMPILER_HALIDE_CACHE_H
