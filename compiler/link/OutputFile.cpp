#include "compiler/link/OutputFile.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

namespace fs = llvm::sys::fs;
namespace path = llvm::sys::path;

namespace bnopt {

llvm::Error cannotWrite(llvm::StringRef path, const llvm::Twine &reason) {
  return llvm::createStringError("cannot write '" + path + "': " + reason);
}

/// Whether the path leads to something that has to stay, such as a device.
static bool isSpecialFile(llvm::StringRef path) {
  fs::file_status status;
  return !fs::status(path, status) && fs::exists(status) &&
         !fs::is_regular_file(status) && !fs::is_directory(status);
}

/// Writes through an open descriptor; the stream's destructor would end the
/// process over an error nobody looked at.
static std::error_code
writeFile(llvm::StringRef path,
          llvm::function_ref<void(llvm::raw_ostream &)> print) {
  std::error_code error;
  llvm::raw_fd_ostream stream(path, error);
  if (error)
    return error;
  print(stream);
  stream.close();
  error = stream.error();
  stream.clear_error();
  return error;
}

llvm::Expected<StagingFolder>
StagingFolder::create(llvm::StringRef outputPath) {
  // A link stays a link: what it points to is replaced.
  llvm::SmallString<256> output, parent, folder;
  if (fs::real_path(outputPath, output)) {
    output = outputPath;
    if (std::error_code error = fs::make_absolute(output))
      return cannotWrite(outputPath, error.message());
  }
  if (fs::is_directory(output))
    return cannotWrite(outputPath, "it is a folder");
  parent = path::parent_path(output);
  // Nothing can be created beside a device.
  if (isSpecialFile(output))
    path::system_temp_directory(/*ErasedOnReboot=*/true, parent);
  path::append(parent, "." + path::filename(output));
  if (std::error_code error = fs::createUniqueDirectory(parent, folder))
    return cannotWrite(outputPath, error.message());
  return StagingFolder(std::string(folder), std::string(output));
}

StagingFolder::StagingFolder(StagingFolder &&other)
    : folder(std::move(other.folder)), outputPath(std::move(other.outputPath)) {
  other.folder.clear();
}

StagingFolder::~StagingFolder() {
  if (!folder.empty())
    (void)fs::remove_directories(folder);
}

std::string StagingFolder::file(llvm::StringRef name) const {
  llvm::SmallString<256> result(folder);
  path::append(result, name);
  return std::string(result);
}

llvm::Expected<std::string> StagingFolder::write(
    llvm::StringRef name,
    llvm::function_ref<void(llvm::raw_ostream &)> print) const {
  std::string result = file(name);
  if (std::error_code error = writeFile(result, print))
    return cannotWrite(outputPath, error.message());
  return result;
}

llvm::Error StagingFolder::commit(llvm::StringRef path) const {
  if (!isSpecialFile(outputPath)) {
    if (std::error_code error = fs::rename(path, outputPath))
      return cannotWrite(outputPath, error.message());
    return llvm::Error::success();
  }
  auto contents = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                              /*RequiresNullTerminator=*/false);
  if (std::error_code error = contents.getError())
    return cannotWrite(outputPath, error.message());
  auto print = [&](llvm::raw_ostream &os) { os << (*contents)->getBuffer(); };
  if (std::error_code error = writeFile(outputPath, print))
    return cannotWrite(outputPath, error.message());
  return llvm::Error::success();
}

llvm::Error
writeOutputFile(llvm::StringRef outputPath,
                llvm::function_ref<void(llvm::raw_ostream &)> print) {
  auto staging = StagingFolder::create(outputPath);
  if (!staging)
    return staging.takeError();
  auto file = staging->write("output", print);
  if (!file)
    return file.takeError();
  return staging->commit(*file);
}

llvm::Error writeOutput(llvm::StringRef outputPath,
                        llvm::function_ref<void(llvm::raw_ostream &)> print) {
  if (outputPath != "-")
    return writeOutputFile(outputPath, print);
  llvm::raw_fd_ostream &stream = llvm::outs();
  print(stream);
  stream.flush();
  const std::error_code error = stream.error();
  // An error nobody looked at would end the process.
  stream.clear_error();
  if (error)
    return llvm::createStringError("cannot write to standard output: " +
                                   error.message());
  return llvm::Error::success();
}

} // namespace bnopt
