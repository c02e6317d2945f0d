#include "tools/bn-run/Process.h"

#include "runtime/Tensor.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bnopt {

[[noreturn]] static void cannotRun(const std::string &name, int error) {
  throw RuntimeError("cannot run '" + name + "': " + std::strerror(error));
}

Process::Process(const std::vector<std::string> &arguments)
    : name(arguments.front()) {
  // Its end is noticed by what it answers.
  std::signal(SIGPIPE, SIG_IGN);
  int toChild[2], fromChild[2];
  if (pipe2(toChild, O_CLOEXEC) != 0 || pipe2(fromChild, O_CLOEXEC) != 0)
    cannotRun(name, errno);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, toChild[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, fromChild[1], STDOUT_FILENO);
  std::vector<char *> argv;
  for (const std::string &argument : arguments)
    argv.push_back(const_cast<char *>(argument.c_str()));
  argv.push_back(nullptr);
  int error =
      posix_spawnp(&pid, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(toChild[0]);
  close(fromChild[1]);
  input = fdopen(toChild[1], "w");
  output = fdopen(fromChild[0], "r");
  if (error) {
    pid = -1;
    std::fclose(input);
    std::fclose(output);
    cannotRun(name, error);
  }
}

Process::~Process() {
  wait();
  if (output)
    std::fclose(output);
}

void Process::writeLine(const std::string &line) {
  std::fprintf(input, "%s\n", line.c_str());
  std::fflush(input);
}

std::string Process::readLine() {
  std::string line;
  for (int c; (c = std::getc(output)) != EOF && c != '\n';)
    line += static_cast<char>(c);
  if (line.empty() && std::feof(output))
    throw RuntimeError("'" + name + "' ended without an answer");
  return line;
}

int Process::wait() {
  if (input)
    std::fclose(input);
  input = nullptr;
  if (pid < 0)
    return 0;
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  pid = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string programFolder() {
  std::error_code error;
  auto path = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? "." : path.parent_path().string();
}

ScratchFolder::ScratchFolder() {
  std::error_code error;
  auto pattern = std::filesystem::temp_directory_path(error) / "bn-run-XXXXXX";
  folder = pattern.string();
  if (error || !mkdtemp(folder.data()))
    throw RuntimeError("cannot create folder '" + folder +
                       "': " + std::strerror(errno));
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
}

} // namespace bnopt
