//===- WindowRows.h - Where a sliding window reads
//----------------------------===//

#ifndef BNOPT_COMPILER_REFERENCE_WINDOWROWS_H
#define BNOPT_COMPILER_REFERENCE_WINDOWROWS_H

#include "compiler/reference/Tensor.h"

#include <optional>

namespace bnopt::reference {

/// A window that slides over the spatial dimensions of `input` and stops at
/// each position of `output`. One value per spatial dimension.
struct Window {
  Shape input, output, kernel, strides, dilations, padLow;
};

/// A run of neighbouring outputs, all of which read the same element (`tap`) of
/// the window, row-major within it: `output + i` reads `input + i·step`.
struct WindowRow {
  int64_t tap, output, input, count, step;
};

/// All pairs of output and input that a window connects, as rows; what falls
/// outside the input is left out.
std::vector<WindowRow> getWindowRows(const Window &window);

/// How many elements of each window lie in the input, or with `includePads`
/// (all low values, then all high ones) in the padded input.
std::vector<double>
countWindowElements(Window window,
                    std::optional<llvm::ArrayRef<int64_t>> includePads);

} // namespace bnopt::reference

#endif // BNOPT_COMPILER_REFERENCE_WINDOWROWS_H
