//===- HalideErrors.h - Halide's complaints as errors ---------------------===//

#ifndef BNOPT_COMPILER_HALIDE_HALIDEERRORS_H
#define BNOPT_COMPILER_HALIDE_HALIDEERRORS_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace bnopt {

/// Runs `body`, which calls Halide. Halide's exceptions become an error, and so
/// does its warning that a pipeline is guaranteed to fail an assertion: without
/// assertions it would corrupt memory. Other warnings are added to `warnings`.
/// Several threads may be in here at once; `body` stays on its thread.
llvm::Error catchHalideErrors(llvm::function_ref<llvm::Error()> body,
                              std::vector<std::string> &warnings);

} // namespace bnopt

#endif // BNOPT_COMPILER_HALIDE_HALIDEERRORS_H
