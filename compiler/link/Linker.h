/// LLD and objcopy, which both are libraries, as plain functions.

#ifndef BNOPT_COMPILER_LINK_LINKER_H
#define BNOPT_COMPILER_LINK_LINKER_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace llvm {
class raw_ostream;
} // namespace llvm

namespace bnopt {

/// Runs `ld.lld` with these arguments. Calls take turns, because LLD keeps
/// its state in globals. The error is the linker's first, as one line.
llvm::Error runLinker(llvm::ArrayRef<std::string> arguments);

/// The paths of the C and mathematical libraries that this process itself
/// uses: what a machine without a toolchain has of them.
std::vector<std::string> findSystemLibraries();

/// Copies an object, making every symbol that it defines local except
/// `publicSymbols`.
llvm::Error localizeSymbols(llvm::StringRef objectPath,
                            llvm::ArrayRef<std::string> publicSymbols,
                            llvm::raw_ostream &os);

} // namespace bnopt

#endif // BNOPT_COMPILER_LINK_LINKER_H
