//===- ImportOnnx.cpp - ONNX models to nn and bn --------------------------===//

#include "compiler/onnx/ImportOnnx.h"
#include "compiler/onnx/GraphImporter.h"
#include "dialect/BN/BNDialect.h"
#include "dialect/NN/NNDialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Verifier.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"

using namespace mlir;

namespace bnopt {

LogicalResult parseInputShape(StringRef argument, ImportOptions &options,
                              std::string &error) {
  // Names may contain '=', shapes cannot.
  auto [name, dims] = argument.rsplit('=');
  SmallVector<int64_t> shape;
  SmallVector<StringRef> parts;
  dims.split(parts, 'x');
  for (StringRef part : parts) {
    int64_t dim = ShapedType::kDynamic;
    if (part != "N" && part != "?" && (part.getAsInteger(10, dim) || dim < 1)) {
      error = "--input-shape expects NAME=1x3x224x224 with positive sizes, or "
              "'N' where one is dynamic, but got '" +
              argument.str() + "'";
      return failure();
    }
    shape.push_back(dim);
  }
  options.inputShapes[name] = shape;
  return success();
}

std::string getModelName(StringRef path) {
  std::string name;
  for (char c : llvm::sys::path::stem(path))
    name += llvm::isAlnum(c) ? c : '_';
  if (name.empty() || llvm::isDigit(name.front()))
    name.insert(name.begin(), '_');
  return name;
}

FailureOr<OwningOpRef<ModuleOp>>
importOnnx(StringRef path, const ImportOptions &options, MLIRContext *context) {
  context->loadDialect<arith::ArithDialect, func::FuncDialect, bn::BNDialect,
                       nn::NNDialect>();
  auto location = cast<FileLineColLoc>(
      LocationAttr(FileLineColLoc::get(context, path, 0, 0)));
  auto file = onnx_import::ModelFile::open(path, location);
  if (failed(file))
    return failure();
  OwningOpRef<ModuleOp> module = ModuleOp::create(location);
  std::string name =
      options.modelName.empty() ? getModelName(path) : options.modelName;
  onnx_import::FirstError errors(context);
  onnx_import::GraphImporter importer(**file, location, options, errors);
  bool imported =
      succeeded(importer.import(*module, name)) && succeeded(verify(*module));
  if (failed(errors.report()) || !imported)
    return failure();
  return module;
}

} // namespace bnopt
