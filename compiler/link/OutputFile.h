/// Files that appear complete or not at all.

#ifndef BNOPT_COMPILER_LINK_OUTPUTFILE_H
#define BNOPT_COMPILER_LINK_OUTPUTFILE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>

namespace llvm {
class raw_ostream;
} // namespace llvm

namespace bnopt {

/// `cannot write '<path>': <reason>`.
llvm::Error cannotWrite(llvm::StringRef path, const llvm::Twine &reason);

/// A folder for what leads to one output. It lies beside the output, so that
/// the result moves into place by renaming, and vanishes with this object.
class StagingFolder {
public:
  static llvm::Expected<StagingFolder> create(llvm::StringRef outputPath);
  StagingFolder(StagingFolder &&other);
  StagingFolder &operator=(StagingFolder &&) = delete;
  ~StagingFolder();

  /// The path of a file in the folder.
  std::string file(llvm::StringRef name) const;

  /// Writes a file in the folder; returns its path. Errors name the output,
  /// which is the file that the user knows.
  llvm::Expected<std::string>
  write(llvm::StringRef name,
        llvm::function_ref<void(llvm::raw_ostream &)> print) const;

  /// Moves a file of the folder to the output. An output that is not a plain
  /// file (`/dev/null`, a pipe) is written to instead of replaced.
  llvm::Error commit(llvm::StringRef path) const;

private:
  StagingFolder(std::string folder, std::string outputPath)
      : folder(std::move(folder)), outputPath(std::move(outputPath)) {}

  std::string folder;
  std::string outputPath;
};

/// Writes a whole file by way of a staging folder.
llvm::Error
writeOutputFile(llvm::StringRef outputPath,
                llvm::function_ref<void(llvm::raw_ostream &)> print);

/// Writes a whole file, or, to `-`, standard output. Where that fails halfway
/// the file is what it was, and the error is the only thing to report.
llvm::Error writeOutput(llvm::StringRef outputPath,
                        llvm::function_ref<void(llvm::raw_ostream &)> print);

} // namespace bnopt

#endif // BNOPT_COMPILER_LINK_OUTPUTFILE_H
