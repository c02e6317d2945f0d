//===- NormReport.cpp - Tables and JSON of norm benchmarks ----------------===//

#include "NormReport.h"

#include "llvm/Support/FormatVariadic.h"

using namespace bnopt;

static const char *getName(Direction direction) {
  return direction == Direction::Forward ? "forward" : "backward";
}

static const char *getName(RivalMemory memory) {
  return memory == RivalMemory::Kept ? "kept" : "as_it_comes";
}

static std::string getMilliseconds(double seconds) {
  return llvm::formatv("{0:F3}", seconds * 1e3);
}

/// A rival's ratios, memory kept and as it comes.
static std::string getRatios(const NormResult &result, const char *how) {
  const auto kept = result.ratio(how, RivalMemory::Kept),
             fresh = result.ratio(how, RivalMemory::AsItComes);
  if (!kept || !fresh)
    return "-";
  return llvm::formatv("{0:F2} / {1:F2}", *kept, *fresh);
}

void bnopt::printNormHead(bool hasRivals, llvm::raw_ostream &os) {
  os << "Batch norm in training with a ReLU behind it, other norms alone. "
        "Times "
        "are minima, with the median in brackets;\nthe roofline is the least "
        "time of the sweeps "
        "that cannot be avoided, measured in turns with the kernel.\n";
  if (hasRivals)
    os << "Ratios to PyTorch are those of the minima, its memory kept and on "
          "huge pages / as it comes.\n";
  os << llvm::formatv("{0,-18} {1,-18} {2,-8} {3,3} {4,18} {5,9} {6,7} {7,15} "
                      "{8,15} {9,8}\n",
                      "shape", "order", "", "thr", "ms", "roofline", "share",
                      "x eager", "x compile", "error");
}

void bnopt::printNormLine(const NormResult &result, llvm::raw_ostream &os) {
  std::string time =
      llvm::formatv("{0} ({1})", getMilliseconds(result.own.min()),
                    getMilliseconds(result.own.median()));
  std::string share = llvm::formatv("{0:F1} %", 100 * result.share());
  std::string error = llvm::formatv("{0:E1}", result.error);
  os << llvm::formatv("{0,-18} {1,-18} {2,-8} {3,3} {4,18} {5,9} {6,7} {7,15} "
                      "{8,15} {9,8}  {10}\n",
                      result.shape.sizeText(), result.shape.nameText(),
                      getName(result.direction), result.threads, time,
                      getMilliseconds(result.rooflineSeconds()), share,
                      getRatios(result, "eager"), getRatios(result, "compile"),
                      error, getVerdictName(getVerdict(result)));
  os.flush();
}

/// The least of what `get` finds in results of `direction`, beside its limit.
template <typename Get, typename GetLimit>
static void printWorst(llvm::ArrayRef<NormResult> results, Direction direction,
                       const char *what, Get get, GetLimit getLimit,
                       llvm::raw_ostream &os) {
  const NormResult *worst = nullptr;
  double least = 0;
  for (const NormResult &result : results) {
    const std::optional<double> value = get(result);
    if (result.direction != direction || !value)
      continue;
    // How far it is above what it is held to decides.
    const double margin = *value / getLimit(getNormLimits(result));
    if (worst && margin >= least)
      continue;
    worst = &result;
    least = margin;
  }
  if (worst)
    os << llvm::formatv(
        "{0,-8} {1,-16} least {2:F2}, limit {3:F2}: {4} {5}, "
        "{6} threads\n",
        getName(direction), what, *get(*worst), getLimit(getNormLimits(*worst)),
        worst->shape.sizeText(), worst->shape.nameText(), worst->threads);
}

void bnopt::printNormSummary(llvm::ArrayRef<NormResult> results,
                             llvm::raw_ostream &os) {
  for (Direction direction : {Direction::Forward, Direction::Backward}) {
    printWorst(
        results, direction, "roofline",
        [](auto &r) { return std::optional<double>(r.share()); },
        [](const NormLimits &limits) { return limits.share; }, os);
    printWorst(
        results, direction, "PyTorch eager",
        [](auto &r) { return r.ratio("eager", RivalMemory::Kept); },
        [](const NormLimits &limits) { return limits.eager; }, os);
    printWorst(
        results, direction, "torch.compile",
        [](auto &r) { return r.ratio("compile", RivalMemory::Kept); },
        [](const NormLimits &limits) { return limits.compile; }, os);
  }
  const Verdict verdict = getVerdict(results);
  const auto kept = llvm::count_if(results, [](const NormResult &result) {
    return getVerdict(result) != Verdict::Failed;
  });
  const bool isComplete = llvm::none_of(results, [](const NormResult &result) {
    return getVerdict(result) == Verdict::NotMeasured;
  });
  os << llvm::formatv("{0}: {1} of {2} within {3}\n", getVerdictName(verdict),
                      kept, results.size(),
                      isComplete ? "all limits"
                                 : "the limits that were measured");
}

llvm::json::Object bnopt::toJson(const NormResult &result) {
  llvm::json::Object sweeps, rivals;
  for (const auto &[sweep, samples] : result.sweeps) {
    const double bytes =
        static_cast<double>(getNumTensors(sweep) * result.shape.elements()) *
        sizeof(float);
    sweeps[getSweepName(sweep)] =
        llvm::json::Object{{"min_ms", samples.min() * 1e3},
                           {"median_ms", samples.median() * 1e3},
                           {"gbs", bytes / samples.min() * 1e-9}};
  }
  for (const RivalSamples &rival : result.rivals)
    rivals[rival.how + "_" + getName(rival.memory)] =
        llvm::json::Object{{"min_ms", rival.samples.min() * 1e3},
                           {"median_ms", rival.samples.median() * 1e3},
                           {"page_faults", rival.faults},
                           {"ratio", rival.samples.min() / result.own.min()}};
  const NormLimits limits = getNormLimits(result);
  return llvm::json::Object{
      {"kernel", result.shape.kindText()},
      {"shape", result.shape.sizeText()},
      {"layout", result.shape.orderText()},
      {"direction", getName(result.direction)},
      {"threads", result.threads},
      {"runs", static_cast<int64_t>(result.own.seconds.size())},
      {"min_ms", result.own.min() * 1e3},
      {"median_ms", result.own.median() * 1e3},
      {"roofline_ms", result.rooflineSeconds() * 1e3},
      {"share", result.share()},
      {"error", result.error},
      {"sweeps", std::move(sweeps)},
      {"rivals", std::move(rivals)},
      {"limits", llvm::json::Object{{"share", limits.share},
                                    {"eager", limits.eager},
                                    {"compile", limits.compile}}},
      {"verdict", getVerdictName(getVerdict(result))}};
}
