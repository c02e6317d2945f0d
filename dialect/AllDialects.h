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

/// Registers the dialects that programs come from and go to, `linalg`, `math`,
/// `tensor` and `tosa`, with the models by which they take part in folding.
/// They are loaded when a program or a pass mentions them.
void registerGuestDialects(mlir::DialectRegistry &registry);

} // namespace bnopt

#endif // BNOPT_DIALECT_ALLDIALECTS_H
