//===- RemarkStreamer.cpp - Remarks for people and for the report ---------===//
//
// MLIR filters remarks before anyone sees them. The report needs them all, so
// they all come here, and what people see is chosen here.
//
//===----------------------------------------------------------------------===//

#include "compiler/RemarkStreamer.h"

#include "passes/fold/FoldRemarks.h"
#include "passes/fuse/FuseRemarks.h"

using namespace mlir;

namespace bnopt {
namespace {

/// The categories that are shown of each kind of remark.
class RemarkFilter {
public:
  explicit RemarkFilter(const remark::RemarkCategories &shown)
      : all(shown.all), passed(shown.passed), missed(shown.missed),
        analysis(shown.analysis), failed(shown.failed) {}

  bool shows(const remark::detail::Remark &remark) const {
    const StringRef category = remark.getCombinedCategoryName();
    return matches(all, category) ||
           matches(getPattern(remark.getRemarkType()), category);
  }

private:
  using Pattern = std::optional<std::string>;

  static bool matches(const Pattern &pattern, StringRef category) {
    return pattern && !pattern->empty() &&
           llvm::Regex(*pattern).match(category);
  }

  const Pattern &getPattern(llvm::remarks::Type type) const {
    static const Pattern none;
    switch (type) {
    case llvm::remarks::Type::Passed:
      return passed;
    case llvm::remarks::Type::Missed:
      return missed;
    case llvm::remarks::Type::Analysis:
      return analysis;
    case llvm::remarks::Type::Failure:
      return failed;
    default:
      return none;
    }
  }

  Pattern all, passed, missed, analysis, failed;
};

class RemarkStreamer : public remark::detail::MLIRRemarkStreamerBase {
public:
  RemarkStreamer(NormalizationRecords *records,
                 const remark::RemarkCategories &shown)
      : records(records), filter(shown) {}

  void streamOptimizationRemark(const remark::detail::Remark &remark) override {
    const StringRef category = remark.getCategoryName();
    if (records &&
        (category == foldRemarkCategory || category == fuseRemarkCategory))
      records->note(NormalizationEvent::get(remark));
    if (filter.shows(remark))
      emitRemark(remark.getLocation(), remark.getMsg());
  }

private:
  NormalizationRecords *records;
  RemarkFilter filter;
};

} // namespace

LogicalResult streamRemarks(MLIRContext &context, NormalizationRecords *records,
                            const remark::RemarkCategories &shown) {
  remark::RemarkCategories everything;
  everything.all = everything.passed = everything.missed = everything.analysis =
      everything.failed = ".*";
  return remark::enableOptimizationRemarks(
      context, std::make_unique<RemarkStreamer>(records, shown),
      std::make_unique<remark::RemarkEmittingPolicyAll>(), everything);
}

} // namespace bnopt
