//===- NormRivals.cpp - PyTorch, eager and compiled -----------------------===//

#include "NormRivals.h"

#include <cstdlib>
#include <filesystem>
#include <sstream>

using namespace bnopt;

/// What makes glibc's allocator keep what is freed, and ask for huge pages:
/// never mmap, never give back, grow in large steps. The last is PyTorch's own.
static const char *const keptMemory[] = {
    "GLIBC_TUNABLES=glibc.malloc.hugetlb=1:glibc.malloc.mmap_max=0:"
    "glibc.malloc.trim_threshold=17179869184:glibc.malloc.top_pad=268435456",
    "THP_MEM_ALLOC_ENABLE=1"};

NormRival::NormRival(const std::string &python, RivalMemory memory) {
  std::vector<std::string> arguments = {"env"};
  if (memory == RivalMemory::Kept)
    arguments.insert(arguments.end(), std::begin(keptMemory),
                     std::end(keptMemory));
  arguments.insert(arguments.end(),
                   {python, programFolder() + "/norm_rivals.py"});
  process = std::make_unique<Process>(arguments);
  const std::string ready = process->readLine(), expected = "ready ";
  if (!ready.starts_with(expected))
    throw RuntimeError("PyTorch does not start: " + ready);
  name = ready.substr(expected.size());
}

std::string NormRival::ask(const std::string &command) {
  process->writeLine(command);
  std::string answer = process->readLine();
  if (answer.starts_with("error "))
    throw RuntimeError("PyTorch: " + answer.substr(6));
  return answer;
}

void NormRival::setShape(const NormShape &shape) {
  ask("data " + shape.kindText() + " " + shape.orderText() + " " +
      shape.sizeText() + " " + std::to_string(shape.groups));
}

void NormRival::addCase(const std::string &caseName, Direction direction,
                        const std::string &how, int threads) {
  ask("case " + caseName +
      (direction == Direction::Forward ? " forward " : " backward ") + how +
      " " + std::to_string(threads));
}

int64_t NormRival::run(const std::string &caseName, int count,
                       std::vector<double> &seconds) {
  std::istringstream answer(
      ask("run " + caseName + " " + std::to_string(count)));
  std::string word;
  int64_t faults = 0;
  answer >> word >> faults;
  for (double time = 0; answer >> time;)
    seconds.push_back(time);
  return faults;
}

std::optional<std::string> bnopt::findTorchPython() {
  if (const char *python = std::getenv("BNOPT_TORCH_PYTHON"))
    return std::string(python);
  std::error_code error;
  if (std::filesystem::exists(BNOPT_TORCH_PYTHON, error))
    return std::string(BNOPT_TORCH_PYTHON);
  return std::nullopt;
}
