//===- RandomGraph.h - Programs that nobody would write -------------------===//

#ifndef BNOPT_TEST_PROPERTY_RANDOMGRAPH_H
#define BNOPT_TEST_PROPERTY_RANDOMGRAPH_H

#include "compiler/reference/Tensor.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <cstdint>
#include <vector>

namespace bnopt::property {

/// One function and inputs for it.
struct Graph {
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::vector<reference::Tensor> inputs;
};

/// The graph number `index` of `seed`: up to ten operators, or blocks of them,
/// of all kinds that the algebra knows or must leave alone, with normalizations
/// everywhere. Equal numbers give equal graphs.
Graph makeRandomGraph(mlir::MLIRContext *context, mlir::Type elementType,
                      uint64_t seed, uint64_t index);

} // namespace bnopt::property

#endif // BNOPT_TEST_PROPERTY_RANDOMGRAPH_H
