//===- bn-fold-property.cpp - Folds random graphs and compares ------------===//

#include "test/property/CheckGraph.h"

#include "dialect/AllDialects.h"

#include "mlir/IR/MLIRContext.h"

#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Parallel.h"
#include "llvm/Support/raw_ostream.h"

#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>

using namespace bnopt::property;
namespace cl = llvm::cl;

static cl::opt<uint64_t>
    seed("seed", cl::desc("Seed of all graphs (default: 1)"), cl::init(1));
static cl::opt<uint64_t> numGraphs("graphs",
                                   cl::desc("Number of graphs (default: 5000)"),
                                   cl::init(5000));
static cl::opt<uint64_t>
    first("first", cl::desc("Number of the first (default: 0)"), cl::init(0));
static cl::opt<unsigned> numThreads("jobs", cl::desc("Threads (default: 2)"),
                                    cl::init(2));
static cl::opt<unsigned>
    mostProblems("problems", cl::desc("Stop after so many (default: 1)"),
                 cl::init(1));
static cl::opt<bool> verbose("verbose",
                             cl::desc("Print every graph, before and after"),
                             cl::init(false));

static cl::opt<bool> coverage("coverage",
                              cl::desc("Print what the graphs consist of"),
                              cl::init(false));

namespace {

/// What all graphs showed together.
class Summary {
public:
  bool isFull() const { return numProblems >= mostProblems; }

  void add(uint64_t index, const Finding &finding) {
    const std::lock_guard<std::mutex> lock(mutex);
    ++numChecked;
    numBefore += finding.numBefore;
    numAfter += finding.numAfter;
    numUnavoidable += finding.numUnavoidable;
    numExact += finding.isCountExact;
    contents.add(finding.coverage);
    // Even numbers are f64, odd ones f32.
    worstRatio[index % 2] = std::max(worstRatio[index % 2], finding.worstRatio);
    worstRelative[index % 2] =
        std::max(worstRelative[index % 2], finding.worstRelative);
    if (verbose || !finding.problem.empty())
      llvm::outs() << llvm::formatv(
          "graph {0} of seed {1}: {2}\nbefore:\n{3}after:\n{4}\n", index, seed,
          finding.problem.empty() ? "as it should be" : finding.problem,
          finding.before, finding.after);
    numProblems += !finding.problem.empty();
  }

  int print(double seconds) const {
    if (coverage)
      contents.print(llvm::outs());
    llvm::outs() << llvm::formatv(
        "{0} graphs of seed {1} in {2:F1} s: {3} scale-shifts, {4} left, {5} "
        "unavoidable ({6} graphs exact, others at most), {7} problems\n",
        numChecked, seed, seconds, numBefore, numAfter, numUnavoidable,
        numExact, numProblems.load());
    for (const int type : {0, 1})
      llvm::outs() << llvm::formatv(
          "{0}: worst error {1:e2} of the bound, {2:e2} of the magnitude\n",
          type ? "f32" : "f64", worstRatio[type], worstRelative[type]);
    return numProblems ? 1 : 0;
  }

private:
  std::mutex mutex;
  std::atomic<uint64_t> numProblems = 0;
  int64_t numChecked = 0, numBefore = 0, numAfter = 0;
  int64_t numUnavoidable = 0, numExact = 0;
  Coverage contents;
  double worstRatio[2] = {}, worstRelative[2] = {};
};

/// Checks graphs until none is left. Contexts keep every constant ever made,
/// so a new one is taken now and then.
void work(std::atomic<uint64_t> &next, Summary &summary) {
  constexpr uint64_t graphsPerContext = 50;
  while (!summary.isFull()) {
    const uint64_t begin = next.fetch_add(graphsPerContext);
    const uint64_t end = std::min(begin + graphsPerContext, first + numGraphs);
    if (begin >= end)
      return;
    mlir::DialectRegistry registry;
    bnopt::registerAllDialects(registry);
    mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
    context.loadAllAvailableDialects();
    for (uint64_t index = begin; index < end && !summary.isFull(); ++index) {
      mlir::Type type = mlir::Float64Type::get(&context);
      if (index % 2)
        type = mlir::Float32Type::get(&context);
      const Graph graph = makeRandomGraph(&context, type, seed, index);
      summary.add(index, checkGraph(graph));
    }
  }
}

} // namespace

int main(int argc, char **argv) {
  const llvm::InitLLVM init(argc, argv);
  cl::ParseCommandLineOptions(
      argc, argv, "Folds random graphs and compares with what they were\n");
  // The interpreter's loops are short, and graphs run in parallel.
  llvm::parallel::strategy = llvm::hardware_concurrency(1);
  const auto start = std::chrono::steady_clock::now();
  std::atomic<uint64_t> next(first.getValue());
  Summary summary;
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < numThreads; ++i)
    threads.emplace_back([&] { work(next, summary); });
  for (std::thread &thread : threads)
    thread.join();
  return summary.print(
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
          .count());
}
