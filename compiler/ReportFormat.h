//===- ReportFormat.h - Numbers and names for people ----------------------===//

#ifndef BNOPT_COMPILER_REPORTFORMAT_H
#define BNOPT_COMPILER_REPORTFORMAT_H

#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <string>

namespace bnopt {

/// `1.5 KiB`.
std::string formatBytes(uint64_t bytes);

/// `0.125 s`.
std::string formatSeconds(double seconds);

/// `6.0e-08`.
std::string formatError(double error);

/// As an error, but never less than `bound`.
std::string formatBound(double bound);

/// A name from a model as valid UTF-8 on one line: control characters become
/// escapes such as `\n` and `\x1b`.
std::string makePrintable(llvm::StringRef name);

} // namespace bnopt

#endif // BNOPT_COMPILER_REPORTFORMAT_H
