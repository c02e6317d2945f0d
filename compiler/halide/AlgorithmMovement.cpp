//===- AlgorithmMovement.cpp - Data movement as Funcs ---------------------===//

#include "compiler/halide/AlgorithmBuilder.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace bnopt;
using Halide::Expr;

/// Indices into `to` of the element that has `indices` in `from`, both
/// row-major with the same number of elements. Leading and trailing
/// dimensions that agree keep their index, so that flattening N×C×1×1 to N×C
/// needs no division.
static Indices reshapeIndices(ArrayRef<Expr> indices, ArrayRef<int64_t> from,
                              ArrayRef<int64_t> to) {
  Expr position = 0;
  for (auto [index, size] : llvm::zip_equal(indices, from))
    position = size == 1 ? position : position * static_cast<int>(size) + index;
  Indices result(to.size(), Expr(0));
  for (size_t dim = to.size(); dim-- > 0;) {
    if (to[dim] == 1)
      continue;
    int size = to[dim];
    // What is left of the outermost dimension needs no bound.
    bool outermost =
        llvm::all_of(to.take_front(dim), [](int64_t s) { return s == 1; });
    result[dim] = outermost ? position : position % size;
    position = position / size;
  }
  return result;
}

void AlgorithmBuilder::buildReshape(nn::ReshapeOp op) {
  define(op, [&](ArrayRef<Expr> indices) {
    // Ones aside, equal dimensions at the front (the batch) stay as they are.
    SmallVector<int64_t> from = view.getShape(op.getType());
    SmallVector<int64_t> to(shapeOf(op.getInput()));
    size_t common = 0;
    while (common < std::min(from.size(), to.size()) &&
           from[common] == to[common])
      ++common;
    Indices own(indices.take_front(common));
    llvm::append_range(own, reshapeIndices(indices.drop_front(common),
                                           ArrayRef(from).drop_front(common),
                                           ArrayRef(to).drop_front(common)));
    return read(op.getInput(), own);
  });
}

/// The index that lies at `index`, counted from the low edge of `size`
/// elements, when the tensor is mirrored at its edges (which count once).
static Expr reflectIndex(const Expr &index, int size) {
  Expr low = Halide::abs(index);
  Expr mirrored = Halide::select(low < size, low, 2 * (size - 1) - low);
  return Halide::clamp(Halide::cast<int>(mirrored), 0, size - 1);
}

void AlgorithmBuilder::buildPad(nn::PadOp op) {
  ArrayRef<int64_t> pads = op.getPads(), shape = shapeOf(op.getInput());
  define(op, [&](ArrayRef<Expr> indices) {
    Indices own(indices);
    Expr inside = Halide::Internal::const_true();
    for (size_t dim = 0; dim < shape.size(); ++dim) {
      if (pads[dim] == 0 && pads[dim + shape.size()] == 0)
        continue;
      int size = shape[dim];
      own[dim] = own[dim] - static_cast<int>(pads[dim]);
      inside = inside && own[dim] >= 0 && own[dim] < size;
      own[dim] = op.getMode() == nn::PadMode::Reflect
                     ? reflectIndex(own[dim], size)
                     : Halide::clamp(own[dim], 0, size - 1);
    }
    Expr element = read(op.getInput(), own);
    if (op.getMode() != nn::PadMode::Constant)
      return element;
    return Halide::select(inside, element,
                          static_cast<float>(op.getValue().convertToDouble()));
  });
}

void AlgorithmBuilder::buildDepthToSpace(nn::DepthToSpaceOp op) {
  int block = op.getBlockSize();
  int channels = view.getShape(op.getType())[1];
  define(op, [&](ArrayRef<Expr> indices) {
    Expr c = indices[1];
    Expr offset = (indices[2] % block) * block + indices[3] % block;
    Expr channel = op.getColumnRowDepth() ? c * (block * block) + offset
                                          : offset * channels + c;
    Indices own = {indices[0], channel, indices[2] / block, indices[3] / block};
    return read(op.getInput(), own);
  });
}

/// The coordinate in `size` input elements of result element `index` of
/// `result` elements.
static Expr resizeCoordinate(const Expr &index, int64_t size, int64_t result,
                             bool asymmetric) {
  float ratio = static_cast<float>(double(size) / double(result));
  Expr position = Halide::cast<float>(index);
  Expr coordinate =
      asymmetric ? position * ratio : (position + 0.5f) * ratio - 0.5f;
  return Halide::clamp(coordinate, 0.0f, static_cast<float>(size - 1));
}

/// The input element nearest to element `i` of `to`, in integers, because a
/// coordinate that lies halfway between two must round down exactly: of
/// (i + 1/2)·from/to − 1/2, or where coordinates are asymmetric, the floor of
/// i·from/to.
static Expr getNearest(const Expr &i, int64_t from, int64_t to,
                       bool asymmetric) {
  int numerator = from, denominator = to;
  return asymmetric ? i * numerator / denominator
                    : ((2 * i + 1) * numerator - 1) / (2 * denominator);
}

void AlgorithmBuilder::buildResize(nn::ResizeOp op) {
  SmallVector<int64_t> result = view.getShape(op.getType());
  SmallVector<int64_t> shape(shapeOf(op.getInput()));
  bool linear = op.getMode() == nn::ResizeMode::Linear;
  define(op, [&](ArrayRef<Expr> indices) {
    // Interpolates dimension by dimension: `corners` weighted elements.
    SmallVector<std::pair<Indices, Expr>> corners = {
        {Indices(indices), Expr(1.0f)}};
    for (size_t dim = 2; dim < shape.size(); ++dim) {
      if (shape[dim] == result[dim])
        continue;
      int last = shape[dim] - 1;
      Expr at = resizeCoordinate(indices[dim], shape[dim], result[dim],
                                 op.getAsymmetric());
      Expr low =
          linear ? Halide::clamp(Halide::cast<int>(Halide::floor(at)), 0, last)
                 : getNearest(indices[dim], shape[dim], result[dim],
                              op.getAsymmetric());
      SmallVector<std::pair<Indices, Expr>> next;
      for (auto &[corner, weight] : corners) {
        corner[dim] = low;
        Expr fraction = at - Halide::cast<float>(low);
        next.push_back({corner, linear ? weight * (1.0f - fraction) : weight});
        corner[dim] = Halide::min(low + 1, last);
        if (linear)
          next.push_back({corner, weight * fraction});
      }
      corners = std::move(next);
    }
    Expr sum = 0.0f;
    for (auto &[corner, weight] : corners)
      sum += weight * read(op.getInput(), corner);
    return sum;
  });
}

bool AlgorithmBuilder::buildMovement(Operation *op) {
  return llvm::TypeSwitch<Operation *, bool>(op)
      .Case([&](nn::ReshapeOp op) { return buildReshape(op), true; })
      .Case([&](nn::PadOp op) { return buildPad(op), true; })
      .Case([&](nn::ResizeOp op) { return buildResize(op), true; })
      .Case([&](nn::DepthToSpaceOp op) { return buildDepthToSpace(op), true; })
      .Case([&](nn::TransposeOp op) {
        define(op, [&](ArrayRef<Expr> indices) {
          Indices own(indices.size());
          for (auto [dim, source] : llvm::enumerate(op.getPermutation()))
            own[source] = indices[dim];
          return read(op.getInput(), own);
        });
        return true;
      })
      .Case([&](nn::SliceOp op) {
        define(op, [&](ArrayRef<Expr> indices) {
          Indices own(indices);
          for (auto [index, offset, step] :
               llvm::zip_equal(own, op.getOffsets(), op.getSteps()))
            index = index * static_cast<int>(step) + static_cast<int>(offset);
          return read(op.getInput(), own);
        });
        return true;
      })
      .Case([&](nn::ChannelShuffleOp op) {
        int groups = op.getGroups();
        int groupChannels = shapeOf(op.getInput())[1] / groups;
        define(op, [&](ArrayRef<Expr> indices) {
          Indices own(indices);
          own[1] = (indices[1] % groups) * groupChannels + indices[1] / groups;
          return read(op.getInput(), own);
        });
        return true;
      })
      .Default(false);
}
