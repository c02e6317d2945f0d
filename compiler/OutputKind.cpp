//===- OutputKind.cpp - What a compilation writes -------------------------===//

#include "compiler/DriverOptions.h"

#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/Path.h"

using namespace bnopt;

static std::optional<OutputKind> getKindOfSuffix(llvm::StringRef path) {
  return llvm::StringSwitch<std::optional<OutputKind>>(
             llvm::sys::path::extension(path))
      .Case(".mlir", OutputKind::MLIR)
      .Case(".mlirbc", OutputKind::MLIRBytecode)
      .Case(".ll", OutputKind::LLVMIR)
      .Case(".stmt", OutputKind::Statements)
      .Case(".s", OutputKind::Assembly)
      .Case(".o", OutputKind::Object)
      .Case(".a", OutputKind::Archive)
      .Case(".so", OutputKind::SharedLibrary)
      .Default(std::nullopt);
}

llvm::Expected<OutputKind>
bnopt::resolveOutputKind(const DriverOptions &options) {
  std::optional<OutputKind> kind = options.emit;
  if (!kind)
    kind = getKindOfSuffix(options.outputPath);
  bool isStdout = options.outputPath == "-";
  if (options.stopAfter) {
    if (!kind)
      kind = OutputKind::MLIR;
    if (*kind != OutputKind::MLIR && *kind != OutputKind::MLIRBytecode)
      return llvm::createStringError(
          "--stop-after=" + getPhaseName(*options.stopAfter).str() +
          " writes MLIR, but the output '" + options.outputPath +
          "' is of another kind");
    return *kind;
  }
  if (!kind)
    return llvm::createStringError(
        isStdout ? std::string(
                       "no output given; name one with -o, as in -o model.so")
                 : "unknown suffix of output '" + options.outputPath +
                       "'; known suffixes are .mlir, .mlirbc, .ll, .stmt, .s, "
                       ".o, .a, .so");
  bool isBinary = *kind == OutputKind::Object || *kind == OutputKind::Archive ||
                  *kind == OutputKind::SharedLibrary;
  if (isStdout && isBinary)
    return llvm::createStringError(
        "a library cannot be written to standard output; name a file with -o");
  if (options.sanitizeThread && *kind == OutputKind::SharedLibrary)
    return llvm::createStringError(
        "--sanitize=thread needs the sanitizer's library at link time; write a "
        ".o or .a instead of '" +
        options.outputPath + "'");
  return *kind;
}
