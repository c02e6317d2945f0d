//===- LoadedKernels.cpp - Compiled kernels in this process ---------------===//

#include "compiler/halide/LoadedKernels.h"

#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/Support/TargetSelect.h"

#include <utility>

using namespace bnopt;

LoadedKernels::LoadedKernels(std::unique_ptr<llvm::orc::LLJIT> jit)
    : jit(std::move(jit)) {}

LoadedKernels::~LoadedKernels() {
  // Idle workers would wake up in code that is gone.
  if (auto shutdown = lookup("halide_shutdown_thread_pool"))
    reinterpret_cast<void (*)()>(*shutdown)();
  else
    llvm::consumeError(shutdown.takeError());
}

llvm::Expected<std::unique_ptr<LoadedKernels>>
LoadedKernels::load(llvm::ArrayRef<KernelObject> kernels,
                    const Target &target) {
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  auto jit = llvm::orc::LLJITBuilder().create();
  if (!jit)
    return jit.takeError();
  auto runtime = emitRuntime(target, {});
  if (!runtime)
    return runtime.takeError();
  if (llvm::Error error = (*jit)->addObjectFile(std::move(*runtime)))
    return error;
  for (const KernelObject &kernel : kernels)
    if (kernel.object)
      if (llvm::Error error =
              (*jit)->addObjectFile(llvm::MemoryBuffer::getMemBufferCopy(
                  kernel.object->getBuffer(), kernel.symbol)))
        return error;
  return std::unique_ptr<LoadedKernels>(new LoadedKernels(std::move(*jit)));
}

llvm::Expected<void *> LoadedKernels::lookup(llvm::StringRef symbol) const {
  auto address = jit->lookup(symbol);
  if (!address)
    return address.takeError();
  return address->toPtr<void *>();
}

template <size_t... Is>
static int callWith(void *function, llvm::ArrayRef<halide_buffer_t *> buffers,
                    std::index_sequence<Is...>) {
  using Function =
      int (*)(std::conditional_t<true, halide_buffer_t *,
                                 std::integral_constant<size_t, Is>>...);
  return reinterpret_cast<Function>(function)(buffers[Is]...);
}

int bnopt::callKernel(void *function,
                      llvm::ArrayRef<halide_buffer_t *> buffers) {
  switch (buffers.size()) {
  case 1:
    return callWith(function, buffers, std::make_index_sequence<1>());
  case 2:
    return callWith(function, buffers, std::make_index_sequence<2>());
  case 3:
    return callWith(function, buffers, std::make_index_sequence<3>());
  case 4:
    return callWith(function, buffers, std::make_index_sequence<4>());
  case 5:
    return callWith(function, buffers, std::make_index_sequence<5>());
  case 6:
    return callWith(function, buffers, std::make_index_sequence<6>());
  case 7:
    return callWith(function, buffers, std::make_index_sequence<7>());
  default:
    llvm::report_fatal_error(
        "kernels with more than 6 arguments cannot be called");
  }
}

llvm::Expected<int>
LoadedKernels::call(llvm::StringRef symbol,
                    llvm::ArrayRef<halide_buffer_t *> buffers) const {
  auto function = lookup(symbol);
  if (!function)
    return function.takeError();
  return callKernel(*function, buffers);
}

llvm::Error LoadedKernels::setThreads(int threads) const {
  auto function = lookup("halide_set_num_threads");
  if (!function)
    return function.takeError();
  reinterpret_cast<int (*)(int)>(*function)(threads);
  return llvm::Error::success();
}
