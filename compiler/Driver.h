//===- Driver.h - The command line of bn-opt ------------------------------===//

#ifndef BNOPT_COMPILER_DRIVER_H
#define BNOPT_COMPILER_DRIVER_H

namespace bnopt {

/// Runs bn-opt: compiles a model, or, given MLIR and passes, works as mlir-opt
/// does. Returns the exit status of the process.
int runDriver(int argc, char **argv);

} // namespace bnopt

#endif // BNOPT_COMPILER_DRIVER_H
