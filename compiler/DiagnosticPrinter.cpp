//===- DiagnosticPrinter.cpp - Diagnostics for people who have a model ----===//

#include "compiler/DiagnosticPrinter.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Location.h"

#include <string>

using namespace mlir;
using namespace bnopt;

namespace {
/// What a location says to a person: the first file and the first node that
/// it mentions.
struct Origin {
  std::string file, node;
};
} // namespace

static Origin getOrigin(Location location) {
  Origin origin;
  location->walk([&](Location loc) {
    if (auto name = dyn_cast<NameLoc>(loc); name && origin.node.empty())
      origin.node = name.getName().str();
    if (auto file = dyn_cast<FileLineColLoc>(loc);
        file && origin.file.empty()) {
      origin.file = file.getFilename().str();
      // Binary models have no lines.
      if (file.getLine() > 0)
        origin.file += ":" + std::to_string(file.getLine()) + ":" +
                       std::to_string(file.getColumn());
    }
    return WalkResult::advance();
  });
  return origin;
}

static StringRef getSeverityName(DiagnosticSeverity severity) {
  switch (severity) {
  case DiagnosticSeverity::Note:
    return "note";
  case DiagnosticSeverity::Warning:
    return "warning";
  case DiagnosticSeverity::Error:
    return "error";
  case DiagnosticSeverity::Remark:
    return "remark";
  }
  llvm_unreachable("every severity has a name");
}

static void print(const Diagnostic &diagnostic, llvm::raw_ostream &os) {
  Origin origin = getOrigin(diagnostic.getLocation());
  std::string message = diagnostic.str();
  os << getSeverityName(diagnostic.getSeverity()) << ": ";
  // A message may begin with its file or node already.
  if (!origin.file.empty() && !StringRef(message).starts_with(origin.file))
    os << origin.file << ": ";
  if (!origin.node.empty() &&
      !StringRef(message).contains("node '" + origin.node + "'"))
    os << "node '" << origin.node << "': ";
  os << message << '\n';
}

DiagnosticPrinter::DiagnosticPrinter(MLIRContext *context,
                                     llvm::raw_ostream &os)
    : ScopedDiagnosticHandler(context) {
  setHandler([&os](Diagnostic &diagnostic) {
    print(diagnostic, os);
    for (Diagnostic &note : diagnostic.getNotes())
      print(note, os);
    return success();
  });
}
