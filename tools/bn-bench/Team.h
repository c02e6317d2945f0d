//===- Team.h - Threads that work side by side ----------------------------===//

#ifndef BNOPT_TOOLS_BNBENCH_TEAM_H
#define BNOPT_TOOLS_BNBENCH_TEAM_H

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace bnopt {

/// Threads that wait asleep for work.
class Team {
public:
  explicit Team(int size);
  Team(const Team &) = delete;
  Team &operator=(const Team &) = delete;
  ~Team();

  int size() const { return static_cast<int>(members.size()) + 1; }

  /// Calls `work(member)` for each member at the same time, the caller being
  /// member 0. Returns the seconds until all have finished, counted from when
  /// all are awake.
  double run(const std::function<void(int member)> &work);

private:
  void serve(int member);

  std::vector<std::thread> members;
  std::mutex mutex;
  std::condition_variable wake;
  const std::function<void(int)> *current = nullptr;
  int generation = 0;
  bool ending = false;
  std::atomic<int> awake = 0, finished = 0;
  std::atomic<bool> started = false;
};

} // namespace bnopt

#endif // BNOPT_TOOLS_BNBENCH_TEAM_H
