//===- ReportHtml.cpp - The report as a page ------------------------------===//
//
// One file that needs no other: no script, no font, no picture from elsewhere.
//
//===----------------------------------------------------------------------===//

#include "compiler/Report.h"
#include "compiler/ReportFormat.h"

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace bnopt;

static constexpr llvm::StringLiteral style = R"css(
:root { color-scheme: light dark; --line: #8884; --soft: #8882; --good: #2a7d46; --bad: #b3541e; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 2rem auto; padding: 0 1.5rem; }
h1 { font-size: 1.5rem; margin-bottom: 0; }
h2 { font-size: 1.1rem; margin-top: 2.2rem; }
p.target { margin-top: .2rem; opacity: .7; }
dl { display: flex; flex-wrap: wrap; gap: .8rem 2.4rem; }
dt { font-size: .8rem; opacity: .7; }
dd { margin: 0; font-size: 1.2rem; font-variant-numeric: tabular-nums; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); }
th { font-size: .8rem; font-weight: 600; opacity: .7; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.node { max-width: 22rem; overflow-wrap: break-word; }
td.cause, td.op { white-space: nowrap; }
code { font: .9em ui-monospace, monospace; overflow-wrap: break-word; }
.outcome { padding: 0 .45rem; border-radius: .3rem; background: var(--soft); white-space: nowrap; }
.folded, .merged, .fused { color: var(--good); }
.standalone, .kept { color: var(--bad); }
)css";

namespace {
class Page {
public:
  Page(const Report &report, llvm::raw_ostream &os) : report(report), os(os) {}

  void print() {
    os << "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta "
          "charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width\">\n<title>";
    text(report.model);
    os << " – bn-opt</title>\n<style>" << style
       << "</style>\n</head>\n<body>\n";
    printSummary();
    printRecords();
    printOutputErrors();
    printKernels();
    printTimes();
    os << "</body>\n</html>\n";
  }

private:
  void text(llvm::StringRef content) {
    llvm::printHTMLEscaped(makePrintable(content), os);
  }

  void figure(llvm::StringRef name, const llvm::Twine &value) {
    os << "<div><dt>" << name << "</dt><dd>" << value << "</dd></div>\n";
  }

  void cell(llvm::StringRef content, llvm::StringRef kind = "") {
    os << "<td";
    if (!kind.empty())
      os << " class=\"" << kind << "\"";
    os << ">";
    text(content);
    os << "</td>";
  }

  void code(llvm::StringRef content, llvm::StringRef kind = "code") {
    os << "<td class=\"" << kind << "\"><code>";
    text(content);
    os << "</code></td>";
  }

  void table(llvm::StringRef head, llvm::function_ref<void()> body) {
    os << "<table>\n<thead><tr>" << head << "</tr></thead>\n<tbody>\n";
    body();
    os << "</tbody>\n</table>\n";
  }

  void printSummary();
  void printRecords();
  void printOutputErrors();
  void printKernels();
  void printTimes();

  const Report &report;
  llvm::raw_ostream &os;
};
} // namespace

void Page::printSummary() {
  os << "<h1>";
  text(report.model);
  os << "</h1>\n<p class=\"target\">compiled for ";
  text(report.target);
  os << "</p>\n<p>" << summarizeOutcomes(report.normalizations)
     << ".</p>\n<dl>\n";
  if (report.hasRun(Phase::Fuse)) {
    figure("kernels", llvm::Twine(report.kernels));
    figure("launches", llvm::Twine(report.launches));
    figure("memory traffic a run", formatBytes(report.totalTraffic().total()));
  }
  if (report.hasRun(Phase::Emit)) {
    figure("weights", formatBytes(report.weightBytes));
    figure("workspace", formatBytes(report.arenaBytes));
    figure("live at once", formatBytes(report.maxLiveBytes));
  }
  if (report.libraryBytes > 0)
    figure("library", formatBytes(report.libraryBytes));
  figure("compiled in", formatSeconds(report.totalSeconds()));
  if (report.parameters)
    figure("parameters that may be refreshed",
           llvm::Twine(report.parameters->refreshable));
  os << "</dl>\n";
  if (!report.parameters || report.parameters->fixed.empty())
    return;
  os << "<p>Fixed parameters: ";
  text(llvm::join(report.parameters->fixed, ", "));
  os << ".</p>\n";
}

void Page::printRecords() {
  if (report.normalizations.empty())
    return;
  os << "<h2>Normalizations</h2>\n"
        "<p>The bound is how much rounding the folded constants may change "
        "results, relative to the sum of the magnitudes of their terms.</p>\n";
  table("<th>node</th><th>operator</th><th>outcome</th><th>how, or why not</th>"
        "<th class=\"number\">bound</th><th>cause</th>",
        [&] {
          for (const NormalizationRecord &record : report.normalizations) {
            const llvm::StringRef outcome = getOutcomeName(record.outcome);
            os << "<tr>";
            cell(record.nodes.empty() ? record.name
                                      : llvm::join(record.nodes, ", "),
                 "node");
            code(record.op, "op");
            os << "<td><span class=\"outcome " << outcome << "\">" << outcome
               << "</span></td>";
            cell(describe(record));
            cell(record.rule.empty() ? "" : formatBound(record.bound),
                 "number");
            cell(record.cause, "cause");
            os << "</tr>\n";
          }
        });
}

void Page::printOutputErrors() {
  if (report.outputErrors.empty())
    return;
  os << "<h2>Folded against unfolded</h2>\n";
  table("<th>output</th><th class=\"number\">largest error</th><th>inputs</th>"
        "<th class=\"number\">of the largest value</th><th>inputs</th>"
        "<th class=\"number\">limit</th>",
        [&] {
          for (const OutputError &error : report.outputErrors) {
            os << "<tr>";
            cell(error.output, "node");
            cell(formatError(error.absolute), "number");
            cell(error.absoluteInput);
            cell(formatError(error.relative), "number");
            cell(error.relativeInput);
            cell(formatError(error.limit), "number");
            os << "</tr>\n";
          }
        });
}

void Page::printKernels() {
  if (report.kernelSummaries.empty())
    return;
  os << "<h2>Kernels</h2>\n"
        "<p>Bytes of all launches of a run, each element of an operand read "
        "once.</p>\n";
  const auto printTraffic = [&](const Traffic &traffic) {
    for (uint64_t bytes : {traffic.read, traffic.written, traffic.constants})
      cell(formatBytes(bytes), "number");
  };
  table("<th class=\"number\">launches</th><th class=\"number\">read</th>"
        "<th class=\"number\">written</th><th class=\"number\">constants</th>"
        "<th>kernel</th><th>operators</th>",
        [&] {
          for (const KernelSummary &kernel : report.kernelSummaries) {
            os << "<tr>";
            cell(std::to_string(kernel.launches), "number");
            printTraffic(kernel.traffic);
            code(kernel.name);
            code(kernel.operators);
            os << "</tr>\n";
          }
          os << "<tr>";
          cell(std::to_string(report.launches), "number");
          printTraffic(report.totalTraffic());
          cell("total");
          cell("");
          os << "</tr>\n";
        });
}

void Page::printTimes() {
  os << "<h2>Time</h2>\n";
  table("<th>phase</th><th class=\"number\">time</th>", [&] {
    for (const auto &[phase, time] : report.seconds) {
      os << "<tr>";
      cell(getPhaseName(phase));
      cell(formatSeconds(time), "number");
      os << "</tr>\n";
    }
  });
}

void bnopt::printHtml(const Report &report, llvm::raw_ostream &os) {
  Page(report, os).print();
}
