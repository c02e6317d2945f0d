//===- CacheTest.cpp - Compiled kernels on disk ---------------------------===//

#include "compiler/halide/Cache.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <gtest/gtest.h>

using namespace bnopt;

namespace {
class CacheTest : public ::testing::Test {
protected:
  CacheTest() {
    EXPECT_FALSE(llvm::sys::fs::createUniqueDirectory("cache", directory));
  }
  ~CacheTest() override { llvm::sys::fs::remove_directories(directory); }

  std::string path(llvm::StringRef name) const {
    llvm::SmallString<128> result(directory);
    llvm::sys::path::append(result, name);
    return result.str().str();
  }

  void write(llvm::StringRef name, llvm::StringRef content) {
    std::error_code error;
    llvm::raw_fd_ostream(path(name), error) << content;
  }

  llvm::SmallString<128> directory;
};
} // namespace

TEST_F(CacheTest, FindsWhatWasStored) {
  Cache cache(path("new/folder"));
  EXPECT_EQ(cache.lookup("key"), nullptr);
  cache.store("key", "object");
  auto found = Cache(path("new/folder")).lookup("key");
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->getBuffer(), "object");
  EXPECT_EQ(cache.getProblem(), std::nullopt);
}

TEST_F(CacheTest, IgnoresDamagedObjects) {
  Cache cache(directory.str().str());
  cache.store("key", "object");
  for (llvm::StringRef content :
       {"", "short", "00000000000000000000000000000000object"}) {
    write("key.kernel", content);
    EXPECT_EQ(cache.lookup("key"), nullptr) << content.str();
  }
}

TEST_F(CacheTest, LeavesNoTemporaryFiles) {
  Cache cache(directory.str().str());
  cache.store("key", "object");
  cache.store("key", "object");
  std::error_code error;
  int files = 0;
  for (llvm::sys::fs::directory_iterator file(directory, error), end;
       file != end && !error; file.increment(error))
    ++files;
  EXPECT_EQ(files, 1);
}

TEST_F(CacheTest, ReportsOneProblemOfAFolderThatCannotBeMade) {
  write("file", "");
  Cache cache(path("file/cache"));
  cache.store("a", "object");
  cache.store("b", "object");
  ASSERT_NE(cache.getProblem(), std::nullopt);
  EXPECT_EQ(cache.getProblem()->find("cannot write to kernel cache '"), 0u);
  EXPECT_EQ(cache.lookup("a"), nullptr);
}

TEST_F(CacheTest, StoresNothingWithoutAFolder) {
  Cache cache("");
  cache.store("key", "object");
  EXPECT_EQ(cache.lookup("key"), nullptr);
  EXPECT_EQ(cache.getProblem(), std::nullopt);
}
