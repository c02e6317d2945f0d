//===- ReportFormat.cpp - Numbers and names for people --------------------===//

#include "compiler/ReportFormat.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

#include <cstdlib>

namespace bnopt {

template <typename... Args>
static std::string formatted(const char *format, Args... args) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format(format, args...);
  return text;
}

std::string formatBytes(uint64_t bytes) {
  constexpr double kilo = 1024;
  if (bytes < kilo)
    return std::to_string(bytes) + " B";
  if (bytes < kilo * kilo)
    return formatted("%.1f KiB", bytes / kilo);
  return formatted("%.1f MiB", bytes / (kilo * kilo));
}

std::string formatSeconds(double seconds) {
  return formatted("%.3f s", seconds);
}

std::string formatError(double error) { return formatted("%.1e", error); }

std::string formatBound(double bound) {
  std::string text = formatError(bound);
  const double rounded = std::strtod(text.c_str(), nullptr);
  if (!(rounded < bound))
    return text;
  // One more in the last of the two digits.
  const std::string exponent = text.substr(text.find('e'));
  return formatError(rounded +
                     std::strtod(("0.1" + exponent).c_str(), nullptr));
}

std::string makePrintable(llvm::StringRef name) {
  std::string text;
  for (const char c : llvm::json::fixUTF8(name)) {
    if (c == '\n')
      text += "\\n";
    else if (c == '\t')
      text += "\\t";
    else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      text += "\\x" + llvm::utohexstr(static_cast<unsigned char>(c),
                                      /*LowerCase=*/true, /*Width=*/2);
    else
      text += c;
  }
  return text;
}

} // namespace bnopt
