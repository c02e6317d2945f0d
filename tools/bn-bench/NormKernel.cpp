//===- NormKernel.cpp - A compiled normalization --------------------------===//

#include "NormKernel.h"

#include "compiler/Compilation.h"
#include "compiler/DiagnosticPrinter.h"
#include "dialect/AllDialects.h"
#include "tools/bn-run/Process.h"

#include <chrono>

using namespace mlir;
using namespace bnopt;

static llvm::Error compile(const NormKernelOptions &kernel,
                           const std::string &targetName,
                           const std::string &path) {
  auto target = Target::parse(targetName);
  if (!target)
    return target.takeError();
  DialectRegistry registry;
  registerAllDialects(registry);
  MLIRContext context(registry);
  context.loadAllAvailableDialects();
  DiagnosticPrinter printer(&context, llvm::errs());
  DriverOptions options;
  options.kernel = kernel;
  options.inputPath = "-";
  options.outputPath = path;
  options.target = targetName;
  if (failed(Compilation(options, *target, &context)
                 .run(OutputKind::SharedLibrary)))
    return llvm::createStringError("cannot compile kernel '" + kernel.kernel +
                                   "'");
  return llvm::Error::success();
}

llvm::Expected<std::unique_ptr<NormKernel>>
NormKernel::build(const NormProblem &problem, Direction direction,
                  const std::string &target) {
  const NormShape &shape = problem.shape();
  const bool isForward = direction == Direction::Forward;
  NormKernelOptions options;
  options.kernel = shape.kindText() + (isForward ? "" : "_gradient");
  options.shape = shape.sizes;
  if (!shape.isOfRows())
    options.channels = shape.order;
  if (shape.kind == NormKind::Group)
    options.groups = shape.groups;
  if (shape.kind == NormKind::Batch) {
    options.kernel = isForward ? "batch_norm_training" : "batch_norm_gradient";
    options.fuse = {"relu"};
  }
  options.epsilon = normEpsilon;
  ScratchFolder folder;
  const std::string path = folder.path() + "/norm.so";
  if (llvm::Error error = compile(options, target, path))
    return error;
  auto kernel = std::make_unique<NormKernel>();
  try {
    kernel->library = std::make_unique<ModelLibrary>(path);
  } catch (const RuntimeError &error) {
    return llvm::createStringError(error.what());
  }
  const bnopt_model &model = kernel->library->model();
  kernel->workspace =
      std::make_unique<HugeBuffer>(std::max<size_t>(model.workspace_size, 1));
  for (int32_t i = 0; i < model.num_inputs; ++i)
    kernel->inputs.push_back(problem.get(model.inputs[i].name).data());
  for (int32_t i = 0; i < model.num_outputs; ++i)
    kernel->outputs.push_back(problem.get(model.outputs[i].name).data());
  return std::move(kernel);
}

double NormKernel::measure() const {
  const bnopt_model &model = library->model();
  auto start = std::chrono::steady_clock::now();
  model.execute(inputs.data(), outputs.data(), workspace->data());
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
      .count();
}
