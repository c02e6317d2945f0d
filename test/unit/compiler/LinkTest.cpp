// Libraries of hand-written objects: what they export, that they run beside
// each other, and what is left on the disk when linking fails.

#include "compiler/link/Link.h"
#include "compiler/link/Header.h"
#include "compiler/link/Linker.h"
#include "runtime/bnopt.h"

#include "llvm/Object/Archive.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include <array>
#include <dlfcn.h>

using namespace bnopt;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;
using testing::UnorderedElementsAre;

namespace {

std::string message(llvm::Error error) {
  return llvm::toString(std::move(error));
}

class LinkTest : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("bnopt-link", folder));
    for (size_t i = 0; i < 4; ++i) {
      factors[i] = float(i + 1);
      biases[i] = 0.5f;
    }
  }
  void TearDown() override { llvm::sys::fs::remove_directories(folder); }

  std::string file(llvm::StringRef name) {
    llvm::SmallString<128> path(folder);
    llvm::sys::path::append(path, name);
    return std::string(path);
  }

  std::vector<std::string> listFolder() {
    std::vector<std::string> names;
    std::error_code error;
    for (llvm::sys::fs::directory_iterator it(folder, error), end; it != end;
         it.increment(error))
      names.push_back(llvm::sys::path::filename(it->path()).str());
    return names;
  }

  llvm::MemoryBufferRef open(llvm::StringRef path) {
    auto buffer = llvm::MemoryBuffer::getFile(path);
    EXPECT_TRUE(bool(buffer)) << path.str();
    buffers.push_back(std::move(*buffer));
    return *buffers.back();
  }

  /// Factors at offset 0, biases at offset 64.
  LinkInputs getInputs(llvm::StringRef model) {
    llvm::StringRef object =
        model == "alpha" ? BNOPT_TEST_ALPHA_OBJECT : BNOPT_TEST_BETA_OBJECT;
    auto bytes = [](const std::array<float, 4> &values) {
      return llvm::ArrayRef<char>(reinterpret_cast<const char *>(values.data()),
                                  sizeof(values));
    };
    return {model,
            {open(object), open(BNOPT_TEST_KERNEL_OBJECT)},
            {{0, bytes(factors)}, {64, bytes(biases)}}};
  }

  llvm::SmallString<128> folder;
  std::array<float, 4> factors, biases;
  std::vector<std::unique_ptr<llvm::MemoryBuffer>> buffers;
};

/// A loaded library that holds one model.
struct Loaded {
  explicit Loaded(const std::string &path)
      : handle(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) {
    EXPECT_TRUE(handle) << dlerror();
  }
  ~Loaded() { dlclose(handle); }
  template <typename Function>
  Function *get(const char *name) {
    return reinterpret_cast<Function *>(dlsym(handle, name));
  }
  void *handle;
};

using RunFunction = bnopt_status(const DLTensor *const *, DLTensor *const *,
                                 void *, uint64_t, bnopt_error *);

std::array<float, 4> run(RunFunction *function, float first) {
  std::array<float, 4> input = {first, 2, 3, 4}, output = {};
  int64_t shape[] = {1, 4};
  DLTensor x = {input.data(), {kDLCPU, 0}, 2, {kDLFloat, 32, 1},
                shape,        nullptr,     0};
  DLTensor y = x;
  y.data = output.data();
  const DLTensor *inputs[] = {&x};
  DLTensor *outputs[] = {&y};
  alignas(64) char workspace[256];
  bnopt_error error = {};
  bnopt_status status =
      function(inputs, outputs, workspace, sizeof workspace, &error);
  EXPECT_EQ(status, first < 0 ? BNOPT_KERNEL_FAILED : BNOPT_OK);
  EXPECT_STREQ(error.message, first < 0 ? "input is negative" : "");
  return output;
}

TEST_F(LinkTest, SharedLibraryRuns) {
  std::string path = file("alpha.so");
  ASSERT_EQ(message(linkLibrary(LibraryKind::Shared, getInputs("alpha"), path)),
            "");
  Loaded library(path);
  auto *function = library.get<RunFunction>("alpha_run");
  ASSERT_TRUE(function);
  EXPECT_THAT(run(function, 1), ElementsAre(1.5f, 4.5f, 9.5f, 16.5f));
  EXPECT_THAT(listFolder(), ElementsAre("alpha.so"));
}

TEST_F(LinkTest, FailingKernelReportsInsteadOfAborting) {
  std::string path = file("alpha.so");
  ASSERT_EQ(message(linkLibrary(LibraryKind::Shared, getInputs("alpha"), path)),
            "");
  Loaded library(path);
  run(library.get<RunFunction>("alpha_run"), -1);
}

TEST_F(LinkTest, TwoSharedLibrariesKeepTheirWeights) {
  std::string alpha = file("alpha.so"), beta = file("beta.so");
  ASSERT_EQ(
      message(linkLibrary(LibraryKind::Shared, getInputs("alpha"), alpha)), "");
  factors.fill(-1);
  ASSERT_EQ(message(linkLibrary(LibraryKind::Shared, getInputs("beta"), beta)),
            "");
  Loaded first(alpha), second(beta);
  EXPECT_THAT(run(first.get<RunFunction>("alpha_run"), 1),
              ElementsAre(1.5f, 4.5f, 9.5f, 16.5f));
  EXPECT_THAT(run(second.get<RunFunction>("beta_run"), 1),
              ElementsAre(-0.5f, -1.5f, -2.5f, -3.5f));
}

/// Names of the symbols that other objects can bind to.
std::vector<std::string> listVisibleSymbols(llvm::MemoryBufferRef buffer) {
  auto object =
      llvm::cantFail(llvm::object::ObjectFile::createELFObjectFile(buffer));
  auto *elf = llvm::cast<llvm::object::ELFObjectFileBase>(object.get());
  std::vector<std::string> names;
  for (llvm::object::ELFSymbolRef symbol :
       elf->isRelocatableObject()
           ? llvm::object::ELFObjectFileBase::elf_symbol_iterator_range(
                 elf->symbols())
           : elf->getDynamicSymbolIterators())
    if (symbol.getBinding() != llvm::ELF::STB_LOCAL &&
        !(llvm::cantFail(symbol.getFlags()) &
          llvm::object::SymbolRef::SF_Undefined))
      names.push_back(llvm::cantFail(symbol.getName()).str());
  return names;
}

TEST_F(LinkTest, SharedLibraryExportsTheInterfaceOnly) {
  std::string path = file("alpha.so");
  ASSERT_EQ(message(linkLibrary(LibraryKind::Shared, getInputs("alpha"), path)),
            "");
  EXPECT_THAT(listVisibleSymbols(open(path)),
              UnorderedElementsAre("alpha_model", "alpha_run",
                                   "alpha_set_threads", "bnopt_library_model"));
}

TEST_F(LinkTest, ObjectExportsTheInterfaceOnly) {
  std::string path = file("alpha.o");
  ASSERT_EQ(message(linkLibrary(LibraryKind::Object, getInputs("alpha"), path)),
            "");
  // The weights are hidden; their name is the model's.
  EXPECT_THAT(listVisibleSymbols(open(path)),
              UnorderedElementsAre("alpha_model", "alpha_run",
                                   "alpha_set_threads", "alpha_weights"));
}

TEST_F(LinkTest, ArchiveHoldsOneObject) {
  std::string path = file("alpha.a");
  ASSERT_EQ(
      message(linkLibrary(LibraryKind::Archive, getInputs("alpha"), path)), "");
  auto archive = llvm::cantFail(llvm::object::Archive::create(open(path)));
  llvm::Error error = llvm::Error::success();
  std::vector<std::string> members;
  for (const auto &child : archive->children(error))
    members.push_back(llvm::cantFail(child.getName()).str());
  ASSERT_EQ(message(std::move(error)), "");
  EXPECT_THAT(members, ElementsAre("alpha.o"));
}

TEST_F(LinkTest, EqualInputsGiveEqualBytes) {
  for (auto [kind, suffix] : {std::pair(LibraryKind::Shared, "so"),
                              std::pair(LibraryKind::Archive, "a"),
                              std::pair(LibraryKind::Object, "o")}) {
    std::string path = file(std::string("alpha.") + suffix);
    ASSERT_EQ(message(linkLibrary(kind, getInputs("alpha"), path)), "");
    llvm::MemoryBufferRef first = open(path);
    ASSERT_FALSE(llvm::sys::fs::remove(path));
    ASSERT_EQ(message(linkLibrary(kind, getInputs("alpha"), path)), "");
    EXPECT_TRUE(first.getBuffer() == open(path).getBuffer()) << suffix;
  }
}

TEST_F(LinkTest, TwoObjectsLinkIntoOneLibrary) {
  // As a static program would: the linker sees both at once.
  std::string alpha = file("alpha.o"), beta = file("beta.o");
  ASSERT_EQ(
      message(linkLibrary(LibraryKind::Object, getInputs("alpha"), alpha)), "");
  factors.fill(-1);
  ASSERT_EQ(message(linkLibrary(LibraryKind::Object, getInputs("beta"), beta)),
            "");
  std::vector<std::string> arguments = {
      "-shared", "--no-undefined", "-o", file("both.so"), alpha, beta};
  for (std::string &library : findSystemLibraries())
    arguments.push_back(library);
  ASSERT_EQ(message(runLinker(arguments)), "");
  Loaded both(file("both.so"));
  EXPECT_THAT(run(both.get<RunFunction>("alpha_run"), 1),
              ElementsAre(1.5f, 4.5f, 9.5f, 16.5f));
  EXPECT_THAT(run(both.get<RunFunction>("beta_run"), 1),
              ElementsAre(-0.5f, -1.5f, -2.5f, -3.5f));
}

TEST_F(LinkTest, UndefinedSymbolLeavesNothing) {
  LinkInputs inputs = getInputs("alpha");
  inputs.objects.pop_back();
  std::string path = file("alpha.so");
  // The linker reports in no fixed order, here about the kernel or the pool.
  std::string reason = message(linkLibrary(LibraryKind::Shared, inputs, path));
  EXPECT_THAT(reason, StartsWith("cannot link '" + path + "': undefined "));
  EXPECT_THAT(reason, Not(HasSubstr("/.alpha.so")));
  EXPECT_THAT(listFolder(), IsEmpty());
}

TEST_F(LinkTest, MissingFolderIsNamed) {
  std::string path = file("absent/alpha.so");
  EXPECT_EQ(message(linkLibrary(LibraryKind::Shared, getInputs("alpha"), path)),
            "cannot write '" + path + "': No such file or directory");
}

TEST_F(LinkTest, FolderAsOutputIsRefused) {
  std::string path = file("alpha.so");
  ASSERT_FALSE(llvm::sys::fs::create_directory(path));
  EXPECT_EQ(message(linkLibrary(LibraryKind::Shared, getInputs("alpha"), path)),
            "cannot write '" + path + "': it is a folder");
}

TEST_F(LinkTest, DeviceStaysADevice) {
  EXPECT_EQ(message(linkLibrary(LibraryKind::Object, getInputs("alpha"),
                                "/dev/full")),
            "cannot write '/dev/full': No space left on device");
  llvm::sys::fs::file_status status;
  ASSERT_FALSE(llvm::sys::fs::status("/dev/full", status));
  EXPECT_EQ(status.type(), llvm::sys::fs::file_type::character_file);
}

TEST_F(LinkTest, FailureKeepsTheOldFile) {
  std::string path = file("alpha.so");
  ASSERT_EQ(message(linkLibrary(LibraryKind::Shared, getInputs("alpha"), path)),
            "");
  llvm::MemoryBufferRef before = open(path);
  LinkInputs inputs = getInputs("alpha");
  inputs.objects.pop_back();
  EXPECT_NE(message(linkLibrary(LibraryKind::Shared, inputs, path)), "");
  EXPECT_TRUE(before.getBuffer() == open(path).getBuffer());
}

TEST(HeaderTest, EscapesNames) {
  ModelSignature model;
  model.name = "net";
  model.target = "x86-64-v3";
  model.inputs = {{"a\"*/\n", {1, 3}}};
  model.outputs = {{"y", {}}};
  std::string text;
  llvm::raw_string_ostream os(text);
  printHeader(model, os);
  EXPECT_THAT(text, HasSubstr("/* Input 0, 'a\"_/_': f32 [1, 3], row-major."));
  EXPECT_THAT(text, HasSubstr("#define NET_INPUT_0_NAME \"a\\042*/\\012\"\n"));
  EXPECT_THAT(text, HasSubstr("#define NET_INPUT_0_SHAPE {1, 3}\n"));
  EXPECT_THAT(text, HasSubstr("#define NET_OUTPUT_0_ELEMENTS 1\n"));
  EXPECT_THAT(text, HasSubstr("bnopt_status net_run(const DLTensor *const"));
  EXPECT_THAT(text, HasSubstr("#ifndef BNOPT_H\n"));
}

} // namespace
