#include "compiler/link/Linker.h"

#include "lld/Common/Driver.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ObjCopy/CommonConfig.h"
#include "llvm/ObjCopy/ConfigManager.h"
#include "llvm/ObjCopy/ObjCopy.h"
#include "llvm/Object/Binary.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <link.h>
#include <mutex>

LLD_HAS_DRIVER(elf)

namespace bnopt {

/// The first error of the linker's output with the lines that explain it.
static std::string firstError(llvm::StringRef output) {
  std::string result;
  llvm::SmallVector<llvm::StringRef> lines;
  output.split(lines, '\n', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
  for (llvm::StringRef line : lines) {
    llvm::StringRef message = line;
    if (message.consume_front("ld.lld: error: ")) {
      if (!result.empty())
        break;
      result = message.str();
    } else if (!result.empty() && message.consume_front(">>> ")) {
      result += "; " + message.trim().str();
    }
  }
  return result.empty() ? "the linker gave no reason" : result;
}

llvm::Error runLinker(llvm::ArrayRef<std::string> arguments) {
  static std::mutex turn;
  std::lock_guard<std::mutex> lock(turn);
  std::vector<const char *> argv = {"ld.lld"};
  for (const std::string &argument : arguments)
    argv.push_back(argument.c_str());
  std::string output;
  llvm::raw_string_ostream os(output);
  lld::Result result =
      lld::lldMain(argv, os, os, {{lld::Gnu, &lld::elf::link}});
  if (result.retCode != 0)
    return llvm::createStringError(firstError(output));
  return llvm::Error::success();
}

std::vector<std::string> findSystemLibraries() {
  std::vector<std::string> paths;
  auto visit = [](dl_phdr_info *info, size_t, void *data) {
    // Before version 2.34 of glibc, threads and dlopen are libraries of their
    // own.
    static constexpr llvm::StringLiteral prefixes[] = {
        "libc.so.", "libm.so.", "libpthread.so.", "libdl.so."};
    llvm::StringRef name = llvm::sys::path::filename(info->dlpi_name);
    auto matches = [&](llvm::StringRef prefix) {
      return name.starts_with(prefix);
    };
    if (llvm::any_of(prefixes, matches))
      static_cast<std::vector<std::string> *>(data)->push_back(info->dlpi_name);
    return 0;
  };
  dl_iterate_phdr(visit, &paths);
  llvm::sort(paths);
  return paths;
}

llvm::Error localizeSymbols(llvm::StringRef objectPath,
                            llvm::ArrayRef<std::string> publicSymbols,
                            llvm::raw_ostream &os) {
  auto object = llvm::object::createBinary(objectPath);
  if (!object)
    return object.takeError();
  llvm::objcopy::ConfigManager config;
  auto keepError = [](llvm::Error error) { return error; };
  for (const std::string &symbol : publicSymbols) {
    auto name = llvm::objcopy::NameOrPattern::create(
        symbol, llvm::objcopy::MatchStyle::Literal, keepError);
    if (llvm::Error error =
            config.Common.SymbolsToKeepGlobal.addMatcher(std::move(name)))
      return error;
  }
  return llvm::objcopy::executeObjcopyOnBinary(config, *object->getBinary(),
                                               os);
}

} // namespace bnopt
