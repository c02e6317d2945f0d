//===- Team.cpp - Threads that work side by side --------------------------===//

#include "Team.h"

#include <chrono>

using namespace bnopt;

Team::Team(int size) {
  for (int member = 1; member < size; ++member)
    members.emplace_back([this, member] { serve(member); });
}

Team::~Team() {
  {
    std::lock_guard<std::mutex> lock(mutex);
    ending = true;
  }
  wake.notify_all();
  for (std::thread &member : members)
    member.join();
}

void Team::serve(int member) {
  int seen = 0;
  while (true) {
    const std::function<void(int)> *work = nullptr;
    {
      std::unique_lock<std::mutex> lock(mutex);
      wake.wait(lock, [&] { return ending || generation != seen; });
      if (ending)
        return;
      seen = generation;
      work = current;
    }
    ++awake;
    while (!started) {
    }
    (*work)(member);
    ++finished;
  }
}

double Team::run(const std::function<void(int member)> &work) {
  const int others = static_cast<int>(members.size());
  awake = finished = 0;
  started = false;
  {
    std::lock_guard<std::mutex> lock(mutex);
    current = &work;
    ++generation;
  }
  wake.notify_all();
  while (awake < others) {
  }
  auto start = std::chrono::steady_clock::now();
  started = true;
  work(0);
  while (finished < others) {
  }
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
      .count();
}
