//===- KernelAttrs.cpp - Layouts and schedules ----------------------------===//

#include "dialect/Kernel/KernelAttrs.h"

#include "dialect/Kernel/KernelDialect.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace bnopt::kernel;

#define GET_ATTRDEF_CLASSES
#include "dialect/Kernel/KernelAttrs.cpp.inc"

void KernelDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialect/Kernel/KernelAttrs.cpp.inc"
      >();
}

using EmitError = llvm::function_ref<InFlightDiagnostic()>;

static LogicalResult verifyPositive(EmitError emitError, StringRef name,
                                    int64_t value) {
  if (value > 0)
    return success();
  return emitError() << "expects '" << name << "' to be positive, but got "
                     << value;
}

LogicalResult LayoutAttr::verify(EmitError emitError, ArrayRef<int64_t> strides,
                                 ArrayRef<int64_t> halo) {
  bool isValid =
      (halo.empty() || halo.size() == 2 * strides.size()) &&
      llvm::all_of(halo, [](int64_t elements) { return elements >= 0; });
  if (isValid)
    return success();
  return emitError() << "expects 'halo' to have " << 2 * strides.size()
                     << " non-negative values, two per stride, but got ["
                     << halo << "]";
}

int64_t LayoutAttr::getHaloLow(int64_t dim) const {
  return getHalo().empty() ? 0 : getHalo()[2 * dim];
}

int64_t LayoutAttr::getHaloHigh(int64_t dim) const {
  return getHalo().empty() ? 0 : getHalo()[2 * dim + 1];
}

bool LayoutAttr::hasHalo() const {
  return llvm::any_of(getHalo(), [](int64_t elements) { return elements; });
}

LogicalResult PackedAttr::verify(EmitError emitError, int64_t tile,
                                 bool transposed, int64_t groups,
                                 int64_t parts) {
  if (failed(verifyPositive(emitError, "tile", tile)) ||
      failed(verifyPositive(emitError, "groups", groups)))
    return failure();
  return verifyPositive(emitError, "parts", parts);
}

LogicalResult DirectAttr::verify(EmitError emitError, int64_t channels,
                                 int64_t pixels) {
  if (failed(verifyPositive(emitError, "channels", channels)))
    return failure();
  return verifyPositive(emitError, "pixels", pixels);
}
