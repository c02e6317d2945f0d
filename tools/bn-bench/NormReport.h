//===- NormReport.h - Tables, JSON and pictures of norm benchmarks --------===//

#ifndef BNOPT_TOOLS_BNBENCH_NORMREPORT_H
#define BNOPT_TOOLS_BNBENCH_NORMREPORT_H

#include "NormBench.h"

#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

namespace bnopt {

/// The head of the table, with what the columns mean.
void printNormHead(bool hasRivals, llvm::raw_ostream &os);

/// One line of the table.
void printNormLine(const NormResult &result, llvm::raw_ostream &os);

/// How many results are within the limits, and the worst ones.
void printNormSummary(llvm::ArrayRef<NormResult> results,
                      llvm::raw_ostream &os);

llvm::json::Object toJson(const NormResult &result);

/// The bandwidth that each case reaches below its roofline, as SVG.
void printRooflineSvg(llvm::ArrayRef<NormResult> results,
                      llvm::raw_ostream &os);

} // namespace bnopt

#endif // BNOPT_TOOLS_BNBENCH_NORMREPORT_H
