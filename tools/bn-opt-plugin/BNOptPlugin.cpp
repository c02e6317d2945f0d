//===- BNOptPlugin.cpp - The dialects and passes inside mlir-opt ----------===//
//
// mlir-opt --load-dialect-plugin=BNOptPlugin.so
// --load-pass-plugin=BNOptPlugin.so
//          --pass-pipeline='builtin.module(bn-fold)'
//
//===----------------------------------------------------------------------===//

#include "compiler/Pipeline.h"
#include "dialect/AllDialects.h"
#include "passes/Passes.h"

#include "mlir/Tools/Plugins/DialectPlugin.h"
#include "mlir/Tools/Plugins/PassPlugin.h"
#include "llvm/Support/Compiler.h"

static constexpr const char *pluginName = "BNOptPlugin";

static void registerDialects(mlir::DialectRegistry *registry) {
  bnopt::registerAllDialects(*registry);
  bnopt::registerGuestDialects(*registry);
}

static void registerPasses() {
  bnopt::registerBNOptPasses();
  bnopt::registerPipelines();
}

extern "C" LLVM_ATTRIBUTE_WEAK mlir::DialectPluginLibraryInfo
mlirGetDialectPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, pluginName, LLVM_VERSION_STRING,
          registerDialects};
}

extern "C" LLVM_ATTRIBUTE_WEAK mlir::PassPluginLibraryInfo
mlirGetPassPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, pluginName, LLVM_VERSION_STRING,
          registerPasses};
}
