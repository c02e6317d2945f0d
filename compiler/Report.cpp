//===- Report.cpp - What a compilation did --------------------------------===//

#include "compiler/Report.h"

#include "compiler/link/OutputFile.h"
#include "dialect/BN/BNAttrs.h"
#include "dialect/BN/BNOps.h"
#include "dialect/Kernel/KernelOps.h"
#include "dialect/NN/NNOps.h"
#include "passes/Normalizations.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/Path.h"

#include <cmath>

using namespace bnopt;

double Report::totalSeconds() const {
  double total = 0;
  for (const auto &[phase, time] : seconds)
    total += time;
  return total;
}

Traffic Report::totalTraffic() const {
  Traffic total;
  for (const KernelSummary &kernel : kernelSummaries)
    total += kernel.traffic;
  return total;
}

bool Report::hasRun(Phase phase) const {
  return llvm::is_contained(llvm::make_first_range(seconds), phase);
}

unsigned bnopt::countNormalizations(mlir::ModuleOp module) {
  unsigned count = 0;
  module.walk([&](mlir::Operation *op) { count += isNormalization(op); });
  return count;
}

std::vector<KernelSummary> bnopt::summarizeKernels(mlir::ModuleOp module) {
  llvm::MapVector<llvm::StringRef, KernelSummary> kernels;
  for (auto kernel : module.getOps<kernel::FuncOp>()) {
    KernelSummary &summary = kernels[kernel.getSymName()];
    summary.name = kernel.getSymName();
    llvm::raw_string_ostream os(summary.operators);
    llvm::ListSeparator separator(", ");
    for (mlir::Operation &op : kernel.getBody().getOps())
      if (llvm::isa<nn::NNDialect, bn::BNDialect>(op.getDialect()))
        os << separator << op.getName().getStringRef();
  }
  const mlir::SymbolTable symbols(module);
  module.walk([&](kernel::LaunchOp launch) {
    KernelSummary &summary = kernels[launch.getCallee()];
    ++summary.launches;
    summary.traffic += getTraffic(launch, symbols);
  });
  std::vector<KernelSummary> summaries;
  for (auto &[name, summary] : kernels)
    summaries.push_back(std::move(summary));
  llvm::sort(summaries, [](const auto &lhs, const auto &rhs) {
    return std::pair(rhs.launches, llvm::StringRef(lhs.name)) <
           std::pair(lhs.launches, llvm::StringRef(rhs.name));
  });
  return summaries;
}

std::optional<ParameterSummary>
bnopt::summarizeParameters(mlir::ModuleOp module) {
  std::optional<ParameterSummary> summary;
  for (mlir::Operation &op : module.getOps()) {
    auto array = op.getAttrOfType<mlir::ArrayAttr>(bn::parametersAttrName);
    if (!array)
      continue;
    summary.emplace();
    for (auto parameter : array.getAsRange<bn::ParameterAttr>()) {
      if (parameter.getValue())
        summary->fixed.push_back(parameter.getName().str());
      else
        ++summary->refreshable;
    }
  }
  return summary;
}

//===----------------------------------------------------------------------===//
// JSON
//===----------------------------------------------------------------------===//

/// JSON has no infinity, and no name that is not UTF-8.
static llvm::json::Value makeValue(double number) {
  return std::isfinite(number) ? llvm::json::Value(number)
                               : llvm::json::Value(nullptr);
}

static llvm::json::Value makeValue(llvm::StringRef name) {
  return llvm::json::fixUTF8(name);
}

static void printRecord(const NormalizationRecord &record,
                        llvm::json::OStream &json) {
  const auto print = [&](llvm::StringRef key, llvm::StringRef value) {
    if (!value.empty())
      json.attribute(key, makeValue(value));
  };
  json.object([&] {
    print("name", record.name);
    if (record.nodes.size() > 1)
      json.attributeArray("nodes", [&] {
        for (const std::string &node : record.nodes)
          json.value(makeValue(llvm::StringRef(node)));
      });
    print("op", record.op);
    print("outcome", getOutcomeName(record.outcome));
    print("into", record.into);
    print("into_op", record.intoOp);
    print("rule", record.rule);
    if (!record.rule.empty())
      json.attribute("bound", makeValue(record.bound));
    print("kernel", record.kernel);
    print("place", record.place);
    print("cause", record.cause);
    print("reason", record.reason);
  });
}

static void printBytes(const Traffic &traffic, llvm::json::OStream &json) {
  json.attributeObject("traffic", [&] {
    json.attribute("bytes_read", traffic.read);
    json.attribute("bytes_written", traffic.written);
    json.attribute("constant_bytes", traffic.constants);
  });
}

static void printKernel(const KernelSummary &kernel,
                        llvm::json::OStream &json) {
  json.object([&] {
    json.attribute("name", kernel.name);
    json.attribute("operators", kernel.operators);
    json.attribute("launches", kernel.launches);
    printBytes(kernel.traffic, json);
  });
}

static void printOutputError(const OutputError &error,
                             llvm::json::OStream &json) {
  json.object([&] {
    json.attribute("output", makeValue(llvm::StringRef(error.output)));
    json.attribute("absolute", makeValue(error.absolute));
    json.attribute("absolute_input", error.absoluteInput);
    json.attribute("relative", makeValue(error.relative));
    json.attribute("relative_input", error.relativeInput);
    json.attribute("limit", makeValue(error.limit));
  });
}

static void printParameters(const ParameterSummary &parameters,
                            llvm::json::OStream &json) {
  json.attributeObject("parameters", [&] {
    json.attribute("refreshable", parameters.refreshable);
    json.attributeArray("fixed", [&] {
      for (const std::string &name : parameters.fixed)
        json.value(makeValue(llvm::StringRef(name)));
    });
  });
}

void bnopt::printJson(const Report &report, llvm::raw_ostream &os) {
  llvm::json::OStream json(os, /*IndentSize=*/2);
  json.object([&] {
    json.attribute("model", makeValue(llvm::StringRef(report.model)));
    json.attribute("target", report.target);
    json.attribute("bn_before", report.normalizationsBefore);
    json.attribute("bn_after", report.normalizationsAfter);
    for (NormalizationOutcome outcome : allOutcomes)
      json.attribute(getOutcomeName(outcome),
                     countOutcome(report.normalizations, outcome));
    json.attribute("kernels", report.kernels);
    json.attribute("kernels_from_cache", report.kernelsFromCache);
    json.attribute("launches", report.launches);
    printBytes(report.totalTraffic(), json);
    json.attribute("weight_bytes", report.weightBytes);
    json.attribute("arena_bytes", report.arenaBytes);
    json.attribute("max_live_bytes", report.maxLiveBytes);
    json.attribute("library_bytes", report.libraryBytes);
    if (report.parameters)
      printParameters(*report.parameters, json);
    json.attribute("compile_seconds", report.totalSeconds());
    json.attributeObject("phase_seconds", [&] {
      for (const auto &[phase, time] : report.seconds)
        json.attribute(getPhaseName(phase), time);
    });
    json.attributeArray("normalizations", [&] {
      for (const NormalizationRecord &record : report.normalizations)
        printRecord(record, json);
    });
    if (!report.outputErrors.empty()) {
      json.attribute("validate_seconds", report.validationSeconds);
      json.attributeArray("validation", [&] {
        for (const OutputError &error : report.outputErrors)
          printOutputError(error, json);
      });
    }
    json.attributeArray("kernel_list", [&] {
      for (const KernelSummary &kernel : report.kernelSummaries)
        printKernel(kernel, json);
    });
  });
  os << '\n';
}

//===----------------------------------------------------------------------===//
// Files
//===----------------------------------------------------------------------===//

using Printer = void (*)(const Report &, llvm::raw_ostream &);

/// Null for a suffix that is not known.
static Printer getPrinter(llvm::StringRef path) {
  return llvm::StringSwitch<Printer>(path == "-"
                                         ? llvm::StringRef(".json")
                                         : llvm::sys::path::extension(path))
      .Case(".json", printJson)
      .Case(".txt", printText)
      .Case(".html", printHtml)
      .Default(nullptr);
}

llvm::Error bnopt::checkReportPath(llvm::StringRef path) {
  if (path.empty() || path == "-")
    return llvm::Error::success();
  if (!getPrinter(path))
    return llvm::createStringError("unknown suffix of report '" + path.str() +
                                   "'; known suffixes are .json, .txt, .html");
  // What has no place is better known before the model is compiled.
  return StagingFolder::create(path).takeError();
}

llvm::Error bnopt::writeReport(const Report &report, llvm::StringRef path) {
  return writeOutput(
      path, [&](llvm::raw_ostream &os) { getPrinter(path)(report, os); });
}
