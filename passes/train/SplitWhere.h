//===- SplitWhere.h - Which normalizations are split ----------------------===//

#ifndef BNOPT_PASSES_TRAIN_SPLITWHERE_H
#define BNOPT_PASSES_TRAIN_SPLITWHERE_H

namespace bnopt {

/// Reasons for a `bn.training` to become statistics and a `bn.normalize`.
enum class SplitWhere { All, Loaded, Shared, Produced };

} // namespace bnopt

#endif // BNOPT_PASSES_TRAIN_SPLITWHERE_H
