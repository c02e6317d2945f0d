//===- ReportText.cpp - The report on a terminal --------------------------===//

#include "compiler/Report.h"
#include "compiler/ReportFormat.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>

using namespace bnopt;

/// Wider names stand out; the other lines stay aligned.
static constexpr size_t maxNameWidth = 40;

//===----------------------------------------------------------------------===//
// Sentences
//===----------------------------------------------------------------------===//

/// `conv1 (nn.conv): W' = s*W, b' = s*b + t, within 6.0e-08`.
static void describeFold(const NormalizationRecord &record,
                         llvm::raw_ostream &os) {
  if (!record.into.empty())
    os << record.into << " (" << record.intoOp << "): ";
  os << record.rule;
  if (record.bound > 0)
    os << ", within " << formatBound(record.bound);
}

/// `epilogue of conv3x3_scale_shift`.
static void describePlace(const NormalizationRecord &record,
                          llvm::raw_ostream &os) {
  if (record.place == "standalone")
    os << "kernel of its own, " << record.kernel;
  else
    os << record.place << " of " << record.kernel;
}

std::string bnopt::describe(const NormalizationRecord &record) {
  std::string text;
  llvm::raw_string_ostream os(text);
  switch (record.outcome) {
  case NormalizationOutcome::Folded:
  case NormalizationOutcome::Merged:
    if (!record.into.empty())
      os << "into ";
    describeFold(record, os);
    break;
  case NormalizationOutcome::Fused:
  case NormalizationOutcome::Standalone:
    describePlace(record, os);
    os << ": " << record.reason;
    break;
  case NormalizationOutcome::Kept:
    os << record.reason;
    if (!record.kernel.empty()) {
      os << "; ";
      describePlace(record, os);
    }
    if (!record.rule.empty() && record.cause == "computed-statistics") {
      os << "; scale and offset into ";
      describeFold(record, os);
    }
    break;
  }
  return text;
}

std::string
bnopt::summarizeOutcomes(llvm::ArrayRef<NormalizationRecord> normalizations) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << normalizations.size() << " normalization"
     << (normalizations.size() == 1 ? "" : "s");
  const char *separator = ": ";
  for (NormalizationOutcome outcome : allOutcomes) {
    const size_t count = countOutcome(normalizations, outcome);
    // Rare, and no worse than folded.
    if (outcome == NormalizationOutcome::Merged && count == 0)
      continue;
    os << separator << count << " " << getOutcomeName(outcome);
    separator = ", ";
  }
  return text;
}

//===----------------------------------------------------------------------===//
// Tables
//===----------------------------------------------------------------------===//

void bnopt::printNormalizations(const Report &report, llvm::raw_ostream &os) {
  size_t nameWidth = 0, opWidth = 0, outcomeWidth = 0;
  for (const NormalizationRecord &record : report.normalizations) {
    nameWidth = std::max(
        nameWidth, std::min(makePrintable(record.name).size(), maxNameWidth));
    opWidth = std::max(opWidth, record.op.size());
    outcomeWidth =
        std::max(outcomeWidth, getOutcomeName(record.outcome).size());
  }
  const auto pad = [&](llvm::StringRef cell, size_t width) {
    os << cell;
    os.indent(width > cell.size() ? width - cell.size() : 0) << "  ";
  };
  for (const NormalizationRecord &record : report.normalizations) {
    pad(makePrintable(record.name), nameWidth);
    pad(record.op, opWidth);
    pad(getOutcomeName(record.outcome), outcomeWidth);
    os << makePrintable(describe(record)) << '\n';
  }
  os << summarizeOutcomes(report.normalizations) << '\n';
}

static void printTrafficCells(const Traffic &traffic, llvm::raw_ostream &os) {
  for (uint64_t bytes : {traffic.read, traffic.written, traffic.constants})
    os << llvm::formatv("{0,+11}  ", formatBytes(bytes));
}

void bnopt::printTraffic(const Report &report, llvm::raw_ostream &os) {
  os << report.kernels << " kernels, " << report.launches << " launches\n";
  if (report.kernelSummaries.empty())
    return;
  os << "launches         read      written    constants\n";
  for (const KernelSummary &kernel : report.kernelSummaries) {
    os << llvm::format("%6u x ", kernel.launches);
    printTrafficCells(kernel.traffic, os);
    os << kernel.name << ": " << kernel.operators << '\n';
  }
  os << "  total ";
  const Traffic total = report.totalTraffic();
  printTrafficCells(total, os);
  os << "memory traffic of " << formatBytes(total.total()) << " a run\n";
}

void bnopt::printText(const Report &report, llvm::raw_ostream &os) {
  os << makePrintable(report.model) << " for " << report.target << "\n\n";
  printNormalizations(report, os);
  if (!report.outputErrors.empty())
    os << "\nvalidated against the model that is not folded\n";
  for (const OutputError &error : report.outputErrors) {
    print(error, os.indent(2));
    os << '\n';
  }
  if (report.hasRun(Phase::Fuse))
    printTraffic(report, os << '\n');
  os << '\n';
  if (report.hasRun(Phase::Emit)) {
    os << "weights " << report.weightBytes << " bytes, workspace "
       << report.arenaBytes << " bytes";
    if (report.libraryBytes > 0)
      os << ", library " << report.libraryBytes << " bytes";
    os << '\n';
  }
  if (report.parameters) {
    os << report.parameters->refreshable << " parameters may be refreshed, "
       << report.parameters->fixed.size() << " are fixed";
    const char *separator = ": ";
    for (const std::string &name : report.parameters->fixed) {
      os << separator << '\'' << name << '\'';
      separator = ", ";
    }
    os << '\n';
  }
  os << "compiled in " << formatSeconds(report.totalSeconds());
  const char *separator = ": ";
  for (const auto &[phase, time] : report.seconds) {
    os << separator << getPhaseName(phase) << ' ' << formatSeconds(time);
    separator = ", ";
  }
  os << '\n';
}
