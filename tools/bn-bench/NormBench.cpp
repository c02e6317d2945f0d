//===- NormBench.cpp - Batch norm beside memory and PyTorch ---------------===//
//
// The kernel, the sweeps on the same tensors, and the rivals take turns, and
// the least time of each counts: on a shared machine all get the same share of
// quiet moments.
//
//===----------------------------------------------------------------------===//

#include "NormBench.h"

#include <chrono>
#include <thread>

using namespace bnopt;

namespace {
/// A rival's process, and which memory it has.
struct RivalProcess {
  RivalMemory memory;
  NormRival rival;
};

/// Everything about one shape.
class ShapeBench {
public:
  ShapeBench(const NormBenchOptions &options, const NormShape &shape,
             std::vector<RivalProcess> &rivals)
      : options(options), problem(shape), rivals(rivals) {
    for (RivalProcess &process : rivals)
      process.rival.setShape(shape);
  }

  llvm::Error run(const std::function<void(NormResult)> &report);

private:
  void addRivals(NormResult &result);
  void measure(NormResult &result, const NormKernel &kernel);
  void measureSweeps(NormResult &result, Team &team);
  void measureRivals(NormResult &result);

  const NormBenchOptions &options;
  NormProblem problem;
  std::vector<RivalProcess> &rivals;
};

/// Runs of a participant in a turn, and turns at least.
constexpr int runsPerTurn = 3, minimumTurns = 3;
/// How many times the kernel's and the sweeps' time all rivals may take before
/// everybody's turns end: a participant that had more would find more quiet
/// moments.
constexpr double rivalsShare = 3;
/// PyTorch's threads stay awake for 7 ms, in case that there is more to do. The
/// next participant, which would share a core with them, waits for their end.
constexpr std::chrono::milliseconds rivalsRest(10);
} // namespace

template <typename Body>
static double getSeconds(Body &&body) {
  auto start = std::chrono::steady_clock::now();
  body();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
      .count();
}

static std::string getCaseName(const NormResult &result,
                               const std::string &how) {
  return how + (result.direction == Direction::Forward ? "F" : "B") +
         std::to_string(result.threads);
}

void ShapeBench::addRivals(NormResult &result) {
  for (RivalProcess &process : rivals)
    for (const std::string &how : options.rivals) {
      process.rival.addCase(getCaseName(result, how), result.direction, how,
                            result.threads);
      result.rivals.push_back({how, process.memory, {}});
    }
}

void ShapeBench::measureSweeps(NormResult &result, Team &team) {
  auto x = problem.get("input"), dy = problem.get("output_gradient");
  const bool isForward = result.direction == Direction::Forward;
  for (auto &[sweep, samples] : result.sweeps) {
    // Into the tensor that the kernel writes.
    auto target = problem.get(isForward ? "output" : "input_gradient");
    measureSweep(sweep, team, x, dy, target);
    for (int i = 0; i < runsPerTurn; ++i)
      samples.seconds.push_back(measureSweep(sweep, team, x, dy, target));
  }
}

void ShapeBench::measureRivals(NormResult &result) {
  for (RivalSamples &samples : result.rivals)
    for (RivalProcess &process : rivals) {
      if (process.memory != samples.memory)
        continue;
      samples.faults = process.rival.run(getCaseName(result, samples.how),
                                         runsPerTurn, samples.samples.seconds);
      if (result.threads > 1)
        std::this_thread::sleep_for(rivalsRest);
    }
}

void ShapeBench::measure(NormResult &result, const NormKernel &kernel) {
  for (Sweep sweep : allSweeps) {
    const bool isForward = sweep == Sweep::Read || sweep == Sweep::Copy ||
                           sweep == Sweep::CopyPast;
    if (isForward == (result.direction == Direction::Forward))
      result.sweeps.push_back({sweep, {}});
  }
  kernel.setThreads(result.threads);
  Team team(result.threads);
  kernel.measure();
  result.error = problem.getError(result.direction);
  double spent = 0, spentByRivals = 0;
  const double rivalsLimit = rivalsShare * options.seconds;
  for (int turn = 0; turn < minimumTurns ||
                     (spent < options.seconds && spentByRivals < rivalsLimit);
       ++turn) {
    spent += getSeconds([&] {
      measureSweeps(result, team);
      // Brings the caches back.
      kernel.measure();
      for (int i = 0; i < runsPerTurn; ++i)
        result.own.seconds.push_back(kernel.measure());
    });
    spentByRivals += getSeconds([&] { measureRivals(result); });
  }
}

llvm::Error ShapeBench::run(const std::function<void(NormResult)> &report) {
  for (Direction direction : options.directions) {
    auto kernel = NormKernel::build(problem, direction, options.target);
    if (!kernel)
      return kernel.takeError();
    for (int threads : options.threads) {
      NormResult result{problem.shape(), direction, threads, {}, {}, {}};
      addRivals(result);
      measure(result, **kernel);
      report(std::move(result));
    }
  }
  return llvm::Error::success();
}

llvm::Error bnopt::runNormBench(const NormBenchOptions &options,
                                const std::function<void(NormResult)> &report) {
  try {
    std::vector<RivalProcess> rivals;
    if (!options.rivals.empty())
      for (RivalMemory memory : {RivalMemory::Kept, RivalMemory::AsItComes})
        rivals.push_back({memory, NormRival(options.python, memory)});
    for (const NormShape &shape : options.shapes)
      if (llvm::Error error = ShapeBench(options, shape, rivals).run(report))
        return error;
  } catch (const RuntimeError &error) {
    return llvm::createStringError(error.what());
  }
  return llvm::Error::success();
}
