//===- Cache.cpp - Compiled kernels on disk -------------------------------===//
//
// A file is the hash of the object, then the object: what was cut short or
// damaged does not match and is ignored.
//
//===----------------------------------------------------------------------===//

#include "compiler/halide/Cache.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/BLAKE3.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace bnopt;

static constexpr size_t hashDigits = 32;

std::string bnopt::hashText(llvm::StringRef text) {
  std::array<uint8_t, hashDigits / 2> digest =
      llvm::BLAKE3::hash<hashDigits / 2>(llvm::arrayRefFromStringRef(text));
  return llvm::toHex(digest, /*LowerCase=*/true);
}

static std::string getPath(llvm::StringRef directory, llvm::StringRef key) {
  llvm::SmallString<128> path(directory);
  llvm::sys::path::append(path, key + ".kernel");
  return path.str().str();
}

std::unique_ptr<llvm::MemoryBuffer> Cache::lookup(llvm::StringRef key) const {
  if (directory.empty())
    return nullptr;
  auto file = llvm::MemoryBuffer::getFile(getPath(directory, key),
                                          /*IsText=*/false,
                                          /*RequiresNullTerminator=*/false);
  if (!file)
    return nullptr;
  llvm::StringRef content = (*file)->getBuffer();
  llvm::StringRef hash = content.take_front(hashDigits);
  llvm::StringRef object = content.drop_front(hash.size());
  if (object.empty() || hashText(object) != hash)
    return nullptr;
  return llvm::MemoryBuffer::getMemBufferCopy(object, key);
}

void Cache::noteProblem(std::string message) {
  std::lock_guard<std::mutex> lock(mutex);
  if (!problem)
    problem = std::move(message);
}

void Cache::store(llvm::StringRef key, llvm::StringRef object) {
  if (directory.empty())
    return;
  auto complain = [&](const std::string &reason) {
    noteProblem("cannot write to kernel cache '" + directory + "': " + reason);
  };
  if (std::error_code error = llvm::sys::fs::create_directories(directory))
    return complain(error.message());
  // Renaming is atomic, so that nobody reads half a file.
  auto file = llvm::sys::fs::TempFile::create(getPath(directory, key) +
                                              ".%%%%%%%%.tmp");
  if (!file)
    return complain(llvm::toString(file.takeError()));
  {
    llvm::raw_fd_ostream stream(file->FD, /*shouldClose=*/false);
    stream << hashText(object) << object;
    stream.flush();
    if (stream.has_error()) {
      complain(stream.error().message());
      stream.clear_error();
      llvm::consumeError(file->discard());
      return;
    }
  }
  if (llvm::Error error = file->keep(getPath(directory, key)))
    complain(llvm::toString(std::move(error)));
}
