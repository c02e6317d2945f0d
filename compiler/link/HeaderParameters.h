/// The part of a model's C header that is about its parameters.

#ifndef BNOPT_COMPILER_LINK_HEADERPARAMETERS_H
#define BNOPT_COMPILER_LINK_HEADERPARAMETERS_H

#include "compiler/link/Header.h"

namespace bnopt {

/// A C identifier for each of `tensors`, all different: its name with `_` for
/// what identifiers cannot hold, and `_2`, `_3`, … where two come out alike.
std::vector<std::string>
getParameterIdentifiers(llvm::ArrayRef<TensorSignature> tensors);

/// Prints the struct of a model's parameters; nothing for a model without
/// refresh.
void printParameters(const ModelSignature &model, llvm::raw_ostream &os);

/// The declarations of the functions that refresh a model, with `$` for its
/// name; empty for a model without refresh.
llvm::StringRef getRefreshDeclarations(const ModelSignature &model);

/// How a comment describes `tensor`: 'name': f32 [1, 3].
std::string describeTensor(const TensorSignature &tensor);

} // namespace bnopt

#endif // BNOPT_COMPILER_LINK_HEADERPARAMETERS_H
