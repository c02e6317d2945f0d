//===- EmitTest.cpp - Kernels of a module to objects ----------------------===//

#include "compiler/halide/Emit.h"

#include "dialect/AllDialects.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/FileSystem.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace mlir;
using namespace bnopt;
using ::testing::HasSubstr;

namespace {
class EmitTest : public ::testing::Test {
protected:
  EmitTest()
      : target(llvm::cantFail(Target::parse("x86-64-v2"))),
        handler(&context, [this](Diagnostic &diagnostic) {
          diagnostics.push_back(diagnostic.str());
        }) {
    DialectRegistry registry;
    registerAllDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
  }

  OwningOpRef<ModuleOp> parse(StringRef text) {
    return parseSourceString<ModuleOp>(text, &context);
  }

  MLIRContext context;
  Target target;
  std::vector<std::string> diagnostics;
  ScopedDiagnosticHandler handler;
};
} // namespace

static constexpr StringRef reluKernel = R"mlir(
kernel.func @NAME(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %0 = nn.relu %x : tensor<4x8xf32>
  kernel.return %0 : tensor<4x8xf32>
}
)mlir";

/// The relu kernel under `name`.
static std::string getRelu(const std::string &name) {
  std::string text = reluKernel.str();
  return text.replace(text.find("NAME"), 4, name);
}

/// Names of the symbols that `object` leaves undefined, and of its functions.
static std::vector<std::string> getSymbols(const llvm::MemoryBuffer &object) {
  auto file =
      llvm::object::ObjectFile::createObjectFile(object.getMemBufferRef());
  EXPECT_TRUE(bool(file));
  std::vector<std::string> names;
  for (const llvm::object::SymbolRef &symbol : (*file)->symbols())
    names.push_back(llvm::cantFail(symbol.getName()).str());
  return names;
}

TEST_F(EmitTest, EqualKernelsShareOneObject) {
  auto module = parse(getRelu("first") + getRelu("second"));
  auto kernels = emitKernels(*module, target, {});
  ASSERT_TRUE(succeeded(kernels));
  ASSERT_EQ(kernels->size(), 2u);
  EXPECT_EQ((*kernels)[0].kernel, "first");
  EXPECT_EQ((*kernels)[1].kernel, "second");
  EXPECT_EQ((*kernels)[0].symbol, (*kernels)[1].symbol);
  EXPECT_NE((*kernels)[0].object, nullptr);
  EXPECT_EQ((*kernels)[1].object, nullptr);
}

TEST_F(EmitTest, ObjectDefinesTheSymbolAndNeedsNoHeap) {
  auto module = parse(R"mlir(
kernel.func @conv(%x: tensor<1x64x28x28xf32> {kernel.layout = #kernel.layout<strides = [57600, 1, 1920, 64], halo = [0, 0, 0, 0, 1, 1, 1, 1]>},
                  %w: tensor<512x64x3x3xf32> {kernel.layout = #kernel.packed<tile = 16>})
    -> (tensor<1x512x28x28xf32> {kernel.layout = #kernel.layout<strides = [401408, 1, 14336, 512]>})
    attributes {schedule = #kernel.direct<channels = 16, pixels = 2>} {
  %0 = nn.conv %x, %w pads [1, 1, 1, 1] : (tensor<1x64x28x28xf32>, tensor<512x64x3x3xf32>) -> tensor<1x512x28x28xf32>
  kernel.return %0 : tensor<1x512x28x28xf32>
}
kernel.func @softmax(%x: tensor<8x5000xf32>) -> tensor<8x5000xf32> {
  %0 = nn.softmax %x axis 1 : tensor<8x5000xf32>
  kernel.return %0 : tensor<8x5000xf32>
}
)mlir");
  auto kernels = emitKernels(*module, target, {});
  ASSERT_TRUE(succeeded(kernels));
  for (const KernelObject &kernel : *kernels) {
    std::vector<std::string> symbols = getSymbols(*kernel.object);
    EXPECT_THAT(symbols, ::testing::Contains(kernel.symbol));
    EXPECT_THAT(symbols, ::testing::Not(::testing::Contains("halide_malloc")));
  }
}

TEST_F(EmitTest, SecondCompilationComesFromTheCache) {
  llvm::SmallString<128> directory;
  ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("cache", directory));
  auto module = parse(getRelu("k"));
  EmitOptions options;
  options.cacheDir = directory.str().str();
  auto cold = emitKernels(*module, target, options);
  auto warm = emitKernels(*module, target, options);
  options.asserts = true;
  auto other = emitKernels(*module, target, options);
  ASSERT_TRUE(succeeded(cold) && succeeded(warm) && succeeded(other));
  EXPECT_FALSE(cold->front().fromCache);
  EXPECT_TRUE(warm->front().fromCache);
  EXPECT_FALSE(other->front().fromCache);
  EXPECT_EQ(cold->front().object->getBuffer(),
            warm->front().object->getBuffer());
  llvm::sys::fs::remove_directories(directory);
}

TEST_F(EmitTest, CountsKernelsAsTheyAreDone) {
  auto module = parse(getRelu("a") + getRelu("b"));
  std::vector<unsigned> seen;
  EmitOptions options;
  options.progress = [&](unsigned done, unsigned total) {
    EXPECT_EQ(total, 2u);
    seen.push_back(done);
  };
  ASSERT_TRUE(succeeded(emitKernels(*module, target, options)));
  EXPECT_THAT(seen, ::testing::ElementsAre(1, 2));
}

TEST_F(EmitTest, OperatorWithoutAlgorithmIsADiagnostic) {
  auto module = parse(R"mlir(
kernel.func @k(%x: tensor<1x4x3x3xf32>, %y: tensor<1x4x3x3xf32>) -> tensor<1x8x3x3xf32> {
  %0 = nn.concat %x, %y axis 1 : (tensor<1x4x3x3xf32>, tensor<1x4x3x3xf32>) -> tensor<1x8x3x3xf32>
  kernel.return %0 : tensor<1x8x3x3xf32>
}
)mlir");
  EXPECT_TRUE(failed(emitKernels(*module, target, {})));
  ASSERT_EQ(diagnostics.size(), 1u);
  EXPECT_THAT(
      diagnostics.front(),
      HasSubstr("cannot generate code: 'nn.concat' has no Halide algorithm"));
}

TEST_F(EmitTest, TextNamesEveryKernel) {
  auto module = parse(getRelu("first"));
  std::string assembly, stmt;
  llvm::raw_string_ostream assemblyStream(assembly), stmtStream(stmt);
  ASSERT_TRUE(succeeded(emitKernelText(*module, target, {},
                                       KernelForm::Assembly, assemblyStream)));
  ASSERT_TRUE(succeeded(
      emitKernelText(*module, target, {}, KernelForm::Stmt, stmtStream)));
  EXPECT_THAT(assembly, HasSubstr("# kernel first\n"));
  EXPECT_THAT(assembly, HasSubstr("maxps"));
  EXPECT_THAT(stmt, HasSubstr("// kernel first\n"));
}

TEST_F(EmitTest, RuntimeDefinesTheThreadPool) {
  auto runtime = emitRuntime(target, {});
  ASSERT_TRUE(bool(runtime));
  EXPECT_THAT(getSymbols(**runtime),
              ::testing::IsSupersetOf(
                  {"halide_default_do_par_for", "halide_do_par_for",
                   "halide_get_num_threads", "halide_set_num_threads"}));
}
