/// What bn-run prints.

#ifndef BNOPT_TOOLS_BNRUN_REPORT_H
#define BNOPT_TOOLS_BNRUN_REPORT_H

#include "tools/bn-run/Comparison.h"

namespace bnopt {

/// The largest error of all outputs.
double maxRelativeError(const Comparison &comparison);

/// A few lines of text, or one JSON object, on standard output.
void printReport(const Session &session, const RunOptions &options,
                 const Comparison &comparison);

} // namespace bnopt

#endif // BNOPT_TOOLS_BNRUN_REPORT_H
