//===- Report.cpp - What a compilation did --------------------------------===//

#include "compiler/Report.h"

#include "dialect/BN/BNOps.h"

#include "llvm/Support/FileOutputBuffer.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/Path.h"

using namespace bnopt;

double Report::totalSeconds() const {
  double total = 0;
  for (const auto &[phase, time] : seconds)
    total += time;
  return total;
}

unsigned bnopt::countNormalizations(mlir::ModuleOp module) {
  unsigned count = 0;
  module.walk([&](mlir::Operation *op) {
    count += llvm::isa<bn::InferenceOp, bn::TrainingOp, bn::ScaleShiftOp,
                       bn::NormalizeOp>(op);
  });
  return count;
}

static void print(const Report &report, llvm::raw_ostream &os) {
  llvm::json::OStream json(os, /*IndentSize=*/2);
  json.object([&] {
    json.attribute("model", report.model);
    json.attribute("target", report.target);
    json.attribute("bn_before", report.normalizationsBefore);
    json.attribute("bn_after", report.normalizationsAfter);
    json.attribute("kernels", report.kernels);
    json.attribute("kernels_from_cache", report.kernelsFromCache);
    json.attribute("launches", report.launches);
    json.attribute("weight_bytes", report.weightBytes);
    json.attribute("arena_bytes", report.arenaBytes);
    json.attribute("max_live_bytes", report.maxLiveBytes);
    json.attribute("library_bytes", report.libraryBytes);
    json.attribute("compile_seconds", report.totalSeconds());
    json.attributeObject("phase_seconds", [&] {
      for (const auto &[phase, time] : report.seconds)
        json.attribute(getPhaseName(phase), time);
    });
  });
  os << '\n';
}

llvm::Error bnopt::checkReportPath(llvm::StringRef path) {
  if (path.empty() || path == "-" ||
      llvm::sys::path::extension(path) == ".json")
    return llvm::Error::success();
  return llvm::createStringError("unknown suffix of report '" + path.str() +
                                 "'; known suffixes are .json");
}

llvm::Error bnopt::writeReport(const Report &report, llvm::StringRef path) {
  llvm::Error error = llvm::writeToOutput(path, [&](llvm::raw_ostream &os) {
    print(report, os);
    return llvm::Error::success();
  });
  if (!error)
    return error;
  return llvm::createStringError("cannot write report '" + path.str() +
                                 "': " + llvm::toString(std::move(error)));
}
