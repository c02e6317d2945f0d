//===- RemarkStreamer.h - Remarks for people and for the report -----------===//

#ifndef BNOPT_COMPILER_REMARKSTREAMER_H
#define BNOPT_COMPILER_REMARKSTREAMER_H

#include "compiler/NormalizationRecords.h"

#include "mlir/IR/Remarks.h"

namespace bnopt {

/// Sends every remark in `context` to `records`, if there are any, and those
/// that `shown` lets through to the diagnostics. `records` must outlive the
/// last pass that runs in the context.
mlir::LogicalResult streamRemarks(mlir::MLIRContext &context,
                                  NormalizationRecords *records,
                                  const mlir::remark::RemarkCategories &shown);

} // namespace bnopt

#endif // BNOPT_COMPILER_REMARKSTREAMER_H
