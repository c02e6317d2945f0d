//===- FloatElements.h - The numbers inside attributes --------------------===//

#ifndef BNOPT_DIALECT_INTERFACES_FLOATELEMENTS_H
#define BNOPT_DIALECT_INTERFACES_FLOATELEMENTS_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace bnopt {

/// What a loop over the elements of a constant distinguishes.
enum class FloatFormat { Single, Double, Other };

FloatFormat getFloatFormat(mlir::Type elementType);

/// Size of an element in memory; the types of fewer than 8 bits are not
/// floating-point weights of any model.
inline int64_t getElementBytes(mlir::Type elementType) {
  return llvm::divideCeil(elementType.getIntOrFloatBitWidth(), 8);
}

/// The elements of a floating-point attribute, as they lie in memory. Valid as
/// long as the attribute's context.
class FloatElements {
public:
  /// None for attributes without a static shape, of other types or of floats
  /// of more than 64 bits, and for resources that have been elided.
  static std::optional<FloatElements> get(mlir::Attribute attribute);

  mlir::RankedTensorType getType() const { return type; }
  int64_t getNumElements() const { return type.getNumElements(); }
  /// One element stands for all.
  bool isSplat() const { return splat; }

  double operator[](int64_t index) const {
    // A splat holds one element, at 0.
    index = splat ? 0 : index;
    switch (format) {
    case FloatFormat::Single:
      return reinterpret_cast<const float *>(bytes.data())[index];
    case FloatFormat::Double:
      return reinterpret_cast<const double *>(bytes.data())[index];
    case FloatFormat::Other:
      return readOther(index);
    }
    llvm_unreachable("all formats are handled");
  }

  std::vector<double> toDoubles() const;

private:
  double readOther(int64_t index) const;

  mlir::RankedTensorType type;
  FloatFormat format;
  mlir::ArrayRef<char> bytes;
  bool splat = false;
};

} // namespace bnopt

#endif // BNOPT_DIALECT_INTERFACES_FLOATELEMENTS_H
