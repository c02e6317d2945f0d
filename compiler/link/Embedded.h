/// Files of `runtime/` that travel inside bn-opt to end up in its outputs.

#ifndef BNOPT_COMPILER_LINK_EMBEDDED_H
#define BNOPT_COMPILER_LINK_EMBEDDED_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/MemoryBufferRef.h"

#include <vector>

namespace bnopt {

/// The text of `runtime/bnopt.h`.
llvm::StringRef getInterfaceHeader();

/// The objects of `runtime/support.c` and its companions.
std::vector<llvm::MemoryBufferRef> getSupportObjects();

} // namespace bnopt

#endif // BNOPT_COMPILER_LINK_EMBEDDED_H
