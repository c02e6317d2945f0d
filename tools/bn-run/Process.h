/// A child process that is talked to in lines.

#ifndef BNOPT_TOOLS_BNRUN_PROCESS_H
#define BNOPT_TOOLS_BNRUN_PROCESS_H

#include <cstdio>
#include <string>
#include <sys/types.h>
#include <vector>

namespace bnopt {

class Process {
public:
  /// Starts `arguments[0]`, looked up in PATH. Throws RuntimeError.
  explicit Process(const std::vector<std::string> &arguments);
  Process(const Process &) = delete;
  Process &operator=(const Process &) = delete;
  ~Process();

  void writeLine(const std::string &line);

  /// Without its end. Throws when the process has closed its output.
  std::string readLine();

  /// Closes its input and waits for it; returns its exit status, or 128 and
  /// the number of the signal that ended it.
  int wait();

private:
  std::string name;
  pid_t pid = -1;
  std::FILE *input = nullptr;
  std::FILE *output = nullptr;
};

/// The folder of the running program.
std::string programFolder();

/// A folder for exchange with a child, removed with this object.
class ScratchFolder {
public:
  ScratchFolder();
  ScratchFolder(const ScratchFolder &) = delete;
  ScratchFolder &operator=(const ScratchFolder &) = delete;
  ~ScratchFolder();

  const std::string &path() const { return folder; }

private:
  std::string folder;
};

} // namespace bnopt

#endif // BNOPT_TOOLS_BNRUN_PROCESS_H
