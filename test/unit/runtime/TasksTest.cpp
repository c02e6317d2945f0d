// How the tasks of a parallel loop are divided, with a pool of one thread in
// place of the Halide runtime's.

#include "gtest/gtest.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

using Task = int (*)(void *, int, uint8_t *);

extern "C" int halide_do_par_for(void *context, Task task, int min, int size,
                                 uint8_t *closure);

static int numThreads = 2;
/// The caller leaves all work to the pool.
static bool callerIsLate = false;

extern "C" int halide_get_num_threads() { return numThreads; }

namespace {

/// A thread that lives as long as the program.
class PoolThread {
public:
  void start(std::function<void()> newWork) {
    std::lock_guard<std::mutex> lock(mutex);
    work = std::move(newWork);
    changed.notify_all();
  }

  void wait() {
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [&] { return !work; });
  }

  ~PoolThread() {
    {
      std::lock_guard<std::mutex> lock(mutex);
      ending = true;
      changed.notify_all();
    }
    thread.join();
  }

private:
  void serve() {
    std::unique_lock<std::mutex> lock(mutex);
    while (true) {
      changed.wait(lock, [&] { return ending || work; });
      if (ending)
        return;
      lock.unlock();
      work();
      lock.lock();
      work = nullptr;
      changed.notify_all();
    }
  }

  std::mutex mutex;
  std::condition_variable changed;
  std::function<void()> work;
  bool ending = false;
  std::thread thread = std::thread([this] { serve(); });
};

/// How often each task was run, and by whom.
struct Record {
  std::vector<std::atomic<int>> counts = std::vector<std::atomic<int>>(100);
  std::vector<std::thread::id> owners = std::vector<std::thread::id>(100);
  /// The order in which tasks were run, where one thread runs them.
  std::vector<int> order;
  /// The task that fails.
  int failing = -1;
  /// Tasks that wait until as many threads have come to a task of their number.
  std::vector<std::atomic<int>> arrived = std::vector<std::atomic<int>>(100);
  int lockstep = 0;
};

int runTask(void *, int index, uint8_t *closure) {
  auto &record = *reinterpret_cast<Record *>(closure);
  ++record.counts[index];
  record.owners[index] = std::this_thread::get_id();
  if (numThreads == 1)
    record.order.push_back(index);
  if (record.lockstep) {
    std::atomic<int> &arrived = record.arrived[index % record.lockstep];
    ++arrived;
    while (arrived < 2)
      std::this_thread::yield();
  }
  return index == record.failing ? 7 : 0;
}

int runLoop(Record &record, int min, int size) {
  return halide_do_par_for(nullptr, runTask, min, size,
                           reinterpret_cast<uint8_t *>(&record));
}

} // namespace

extern "C" int halide_default_do_par_for(void *context, Task task, int min,
                                         int size, uint8_t *closure) {
  static PoolThread pool;
  std::atomic<int> next = 0, result = 0;
  const auto work = [&] {
    for (int index; (index = next++) < size;)
      if (int status = task(context, min + index, closure))
        result = status;
  };
  pool.start(work);
  if (!callerIsLate)
    work();
  pool.wait();
  return result;
}

TEST(TasksTest, EachTaskIsRunOnce) {
  for (int threads : {0, 1, 2, 3, 64, 1000}) {
    numThreads = threads;
    for (int size : {0, 1, 2, 3, 64, 97}) {
      Record record;
      EXPECT_EQ(runLoop(record, 3, size), 0);
      for (int index = 0; index < 100; ++index)
        EXPECT_EQ(record.counts[index], index >= 3 && index < 3 + size)
            << index << " of " << size << " with " << threads << " threads";
    }
  }
}

TEST(TasksTest, ThreadsKeepTheirShares) {
  numThreads = 2;
  Record first, second;
  for (Record *record : {&first, &second}) {
    record->lockstep = 50;
    EXPECT_EQ(runLoop(*record, 0, 100), 0);
  }
  EXPECT_NE(first.owners[0], first.owners[50]);
  for (int index = 0; index < 100; ++index)
    EXPECT_EQ(first.owners[index], first.owners[index < 50 ? 0 : 50]) << index;
  EXPECT_EQ(first.owners, second.owners);
}

TEST(TasksTest, EveryOtherLoopRunsBackward) {
  numThreads = 1;
  Record first, second;
  for (Record *record : {&first, &second})
    EXPECT_EQ(runLoop(*record, 3, 10), 0);
  ASSERT_EQ(first.order.size(), 10U);
  EXPECT_TRUE(std::is_sorted(first.order.begin(), first.order.end()) !=
              std::is_sorted(second.order.begin(), second.order.end()));
  std::reverse(second.order.begin(), second.order.end());
  EXPECT_EQ(first.order, second.order);
}

TEST(TasksTest, OthersDoWhatALateThreadWouldHave) {
  numThreads = 2;
  callerIsLate = true;
  Record record;
  EXPECT_EQ(runLoop(record, 0, 100), 0);
  callerIsLate = false;
  for (const std::atomic<int> &count : record.counts)
    EXPECT_EQ(count, 1);
}

TEST(TasksTest, FailuresAreReturned) {
  for (int threads : {1, 2}) {
    numThreads = threads;
    Record record;
    record.failing = 50;
    EXPECT_EQ(runLoop(record, 0, 100), 7);
  }
}
