//===- ConstantData.h - The numbers inside constants ----------------------===//

#ifndef BNOPT_PASSES_FOLD_CONSTANTDATA_H
#define BNOPT_PASSES_FOLD_CONSTANTDATA_H

#include "dialect/BN/BNAttrs.h"
#include "dialect/Interfaces/FloatElements.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bnopt {

/// Constants with at most this many elements are kept in the attribute itself,
/// where people can read them; larger ones are resource blobs, which are
/// neither hashed nor copied.
inline constexpr int64_t maxInlineElements = 16;

/// The elements of a constant of the program.
class ConstantData : public FloatElements {
public:
  /// The data of a value that `arith.constant` defines, of a static shape and
  /// floating-point elements; none if it is something else, if its resource
  /// has been elided, or if it depends on parameters that may be refreshed.
  static std::optional<ConstantData> get(mlir::Value value);
  /// As `get`, but also what the numbers are before any refresh. Whoever makes
  /// a constant of them gives it a recipe that makes it of others, and decides
  /// nothing by them.
  static std::optional<ConstantData> getInitial(mlir::Value value);
  static std::optional<ConstantData> get(mlir::Attribute attribute);

private:
  explicit ConstantData(FloatElements elements) : FloatElements(elements) {}
};

/// The elements of a constant under construction, in memory that becomes the
/// constant's.
class ConstantBuffer {
public:
  explicit ConstantBuffer(mlir::RankedTensorType type);

  mlir::RankedTensorType getType() const { return type; }

  /// Stores `valueAt(index)`, rounded once to the element type, for
  /// `begin <= index < end`. Returns whether all of them are finite after
  /// rounding. Disjoint ranges may be filled at the same time.
  template <typename ValueAt>
  bool fill(int64_t begin, int64_t end, ValueAt &&valueAt);

  /// Stores `value`, rounded once to the element type, and returns what it has
  /// become. Different elements may be stored at the same time.
  double store(int64_t index, double value) {
    char *bytes = blob.getMutableData().data();
    switch (format) {
    case FloatFormat::Single:
      return reinterpret_cast<float *>(bytes)[index] =
                 static_cast<float>(value);
    case FloatFormat::Double:
      return reinterpret_cast<double *>(bytes)[index] = value;
    case FloatFormat::Other:
      return storeOther(index, value);
    }
    llvm_unreachable("all formats are handled");
  }

  /// Makes the constant, an `arith.constant` where `builder` stands. A resource
  /// is called after the node at `loc` and its `role` there: conv1.weights.
  /// With a `recipe` it is always a resource: constants of the same numbers
  /// merge, those of different recipes must not.
  mlir::Value build(mlir::OpBuilder &builder, mlir::Location loc,
                    llvm::StringRef role, bn::RecipeAttr recipe = {}) &&;

private:
  double storeOther(int64_t index, double value);

  mlir::RankedTensorType type;
  FloatFormat format;
  mlir::AsmResourceBlob blob;
};

/// A constant of `type` with the given elements, rounded once.
mlir::Value createConstant(mlir::OpBuilder &builder, mlir::Location loc,
                           llvm::StringRef role, mlir::RankedTensorType type,
                           mlir::ArrayRef<double> values,
                           bn::RecipeAttr recipe = {});

/// How a constant follows from parameters that may be refreshed; null where it
/// does not depend on any.
bn::RecipeAttr getRecipe(mlir::Value constant);

//===----------------------------------------------------------------------===//
// Implementation
//===----------------------------------------------------------------------===//

template <typename ValueAt>
bool ConstantBuffer::fill(int64_t begin, int64_t end, ValueAt &&valueAt) {
  bool finite = true;
  for (int64_t i = begin; i < end; ++i)
    finite &= std::isfinite(store(i, valueAt(i)));
  return finite;
}

} // namespace bnopt

#endif // BNOPT_PASSES_FOLD_CONSTANTDATA_H
