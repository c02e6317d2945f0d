//===- AllDialects.h - The dialects of a bn-opt program -------------------===//

#ifndef BNOPT_DIALECT_ALLDIALECTS_H
#define BNOPT_DIALECT_ALLDIALECTS_H

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace bnopt {

/// Registers `bn`, `nn` and `kernel`, and the upstream dialects that programs
/// have beside them: `arith`, `func` and `memref`.
void registerAllDialects(mlir::DialectRegistry &registry);

} // namespace bnopt

#endif // BNOPT_DIALECT_ALLDIALECTS_H
