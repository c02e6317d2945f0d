//===- RunInterpreter.cpp - The reference interpreter on files ------------===//

#include "compiler/reference/RunInterpreter.h"

#include "compiler/reference/Interpreter.h"
#include "runtime/NarrowFloats.h"
#include "runtime/TensorFile.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <cmath>

using namespace mlir;

namespace bnopt::reference {
namespace {

/// The name of the model's input or output, or a made-up one.
std::string getName(Attribute attribute, StringRef fallback, size_t index) {
  if (auto name = dyn_cast_or_null<StringAttr>(attribute))
    return name.getValue().str();
  return (fallback + Twine(index)).str();
}

std::string getInputName(func::FuncOp function, unsigned index) {
  return getName(function.getArgAttr(index, "bn.name"), "input", index);
}

/// The elements of a tensor file as f64.
FailureOr<Tensor> readTensorFile(Location loc, const std::string &path) {
  const bnopt::Tensor file = bnopt::readTensor(path);
  try {
    return Tensor{ArrayRef<int64_t>(file.shape()), bnopt::toDoubles(file)};
  } catch (const bnopt::RuntimeError &error) {
    return emitError(loc) << path << ": " << error.what();
  }
}

/// What bn-run makes of `seed`; for types that it has none for, that of f32.
Tensor makeRandom(RankedTensorType type, uint64_t seed) {
  std::vector<int64_t> shape = type.getShape().vec();
  for (int64_t &size : shape)
    size = ShapedType::isDynamic(size) ? 1 : size;
  const Type element = type.getElementType();
  bnopt::Tensor random(element.isF16()    ? bnopt::float16
                       : element.isBF16() ? bnopt::bfloat16
                                          : bnopt::float32,
                       shape);
  bnopt::fillRandom(random, seed);
  return Tensor{ArrayRef<int64_t>(shape), bnopt::toDoubles(random)};
}

FailureOr<SmallVector<Tensor>> readInputs(func::FuncOp function,
                                          ArrayRef<std::string> inputSpecs,
                                          uint64_t seed) {
  llvm::StringMap<std::string> files;
  for (StringRef spec : inputSpecs) {
    auto [name, file] = spec.rsplit('=');
    if (file.empty())
      return function.emitError()
             << "expected an input as NAME=FILE, but got '" << spec << "'";
    files[name] = file.str();
  }
  auto types = getInputTypes(function);
  if (failed(types))
    return failure();
  SmallVector<Tensor> inputs;
  for (auto [index, type] : llvm::enumerate(*types)) {
    auto file = files.find(getInputName(function, index));
    if (file == files.end()) {
      inputs.push_back(makeRandom(type, seed + index));
      continue;
    }
    FailureOr<Tensor> tensor =
        readTensorFile(function.getLoc(), file->getValue());
    if (failed(tensor))
      return failure();
    inputs.push_back(std::move(*tensor));
    files.erase(file);
  }
  if (!files.empty())
    return function.emitError()
           << "the model has no input '" << files.begin()->getKey() << "'";
  return inputs;
}

void writeOutput(const std::string &path, const Tensor &tensor) {
  bnopt::Tensor file(bnopt::float32,
                     {tensor.shape.begin(), tensor.shape.end()});
  for (auto [into, value] :
       llvm::zip_equal(file.elements<float>(), tensor.data))
    into = static_cast<float>(value);
  bnopt::writeNpy(path, file);
}

LogicalResult runOnFiles(func::FuncOp function,
                         ArrayRef<std::string> inputSpecs, StringRef outputDir,
                         uint64_t seed) {
  FailureOr<SmallVector<Tensor>> inputs =
      readInputs(function, inputSpecs, seed);
  if (failed(inputs))
    return failure();
  FailureOr<SmallVector<Tensor>> outputs = interpret(function, *inputs);
  if (failed(outputs))
    return failure();
  if (std::error_code error = llvm::sys::fs::create_directories(outputDir))
    return function.emitError() << "cannot make the folder '" << outputDir
                                << "': " << error.message();
  for (auto [index, output] : llvm::enumerate(*outputs)) {
    const std::string name = getResultName(function, index);
    SmallString<128> path(outputDir);
    llvm::sys::path::append(path, bnopt::fileNameFor(name) + ".npy");
    writeOutput(path.str().str(), output);
  }
  return success();
}

} // namespace

std::string getResultName(func::FuncOp function, size_t index) {
  return getName(function.getResultAttr(index, "bn.name"), "output", index);
}

FailureOr<SmallVector<RankedTensorType>> getInputTypes(func::FuncOp function) {
  SmallVector<RankedTensorType> types;
  for (auto [index, type] : llvm::enumerate(function.getArgumentTypes())) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor)
      return function.emitError()
             << "input '" << getInputName(function, index)
             << "' expects a ranked tensor to be interpreted, but has " << type;
    types.push_back(tensor);
  }
  return types;
}

LogicalResult runInterpreter(ModuleOp module, ArrayRef<std::string> inputSpecs,
                             StringRef outputDir, uint64_t seed) {
  auto functions = module.getOps<func::FuncOp>();
  auto model = llvm::find_if(functions, [](func::FuncOp function) {
    return function.isPublic() && !function.isExternal();
  });
  if (model == functions.end())
    return module.emitError() << "expected a function to interpret";
  try {
    return runOnFiles(*model, inputSpecs, outputDir, seed);
  } catch (const bnopt::RuntimeError &error) {
    return module.emitError() << error.what();
  }
}

} // namespace bnopt::reference
