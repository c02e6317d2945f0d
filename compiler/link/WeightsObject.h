/// The object that holds a model's weights.

#ifndef BNOPT_COMPILER_LINK_WEIGHTSOBJECT_H
#define BNOPT_COMPILER_LINK_WEIGHTSOBJECT_H

#include "compiler/link/Link.h"

namespace llvm {
class raw_ostream;
} // namespace llvm

namespace bnopt {

/// Writes an x86-64 ELF object whose one section, read-only or writable, holds
/// the segments under the hidden symbol `symbol`, aligned to 64 bytes.
///
/// The object is laid out here rather than by LLVM's assembler, because that
/// would keep one more copy of hundreds of megabytes in memory: the
/// segments go straight to the stream.
void writeWeightsObject(llvm::StringRef symbol,
                        llvm::ArrayRef<WeightSegment> segments, bool isWritable,
                        llvm::raw_ostream &os);

} // namespace bnopt

#endif // BNOPT_COMPILER_LINK_WEIGHTSOBJECT_H
