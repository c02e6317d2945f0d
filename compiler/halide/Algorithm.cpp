//===- Algorithm.cpp - Kernels as Halide algorithms -----------------------===//

#include "compiler/halide/AlgorithmBuilder.h"
#include "compiler/halide/AlgorithmTransposition.h"
#include "dialect/Kernel/KernelLayouts.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/STLExtras.h"

#include <numeric>

using namespace mlir;
using namespace bnopt;
using Halide::Expr;
using Halide::Func;
using Halide::ImageParam;
using Halide::Var;

/// Halide computes indices with 32 bits.
static Expr toExpr(int64_t value) { return Expr(static_cast<int32_t>(value)); }

/// The type of an element in memory.
static Halide::Type getStorageType(Type type) {
  Type elementType = getElementTypeOrSelf(type);
  return elementType.isBF16()
             ? Halide::BFloat(16)
             : Halide::Float(elementType.getIntOrFloatBitWidth());
}

/// Far beyond f16.
static constexpr float beyondFloat16 = 1e38f;

Expr bnopt::toStored(const Expr &value, Type type) {
  Halide::Type storage = getStorageType(type);
  if (storage != Halide::Float(16))
    return Halide::cast(storage, value);
  // Changes no result. Without it, an f64 number that has been rounded to f32
  // is rounded to f16 at once, for which no processor has an instruction.
  return Halide::cast(
      storage, Halide::select(value > beyondFloat16, beyondFloat16, value));
}

llvm::Expected<KernelFuncs> bnopt::buildAlgorithm(kernel::FuncOp kernel,
                                                  DimensionViews views) {
  KernelView view;
  if (views == DimensionViews::Merged)
    view = KernelView::getMerged(kernel);
  return AlgorithmBuilder(kernel, std::move(view)).build();
}

llvm::Expected<KernelFuncs> AlgorithmBuilder::build() {
  addArguments();
  for (Operation &op : kernel.getBody().front()) {
    if (auto returnOp = dyn_cast<kernel::ReturnOp>(op)) {
      finish(returnOp.getOperands());
      continue;
    }
    if (!buildOp(&op))
      return llvm::createStringError("'" + op.getName().getStringRef().str() +
                                     "' has no Halide algorithm");
  }
  return std::move(funcs);
}

//===----------------------------------------------------------------------===//
// Arguments and result
//===----------------------------------------------------------------------===//

/// Sizes of packed weights in buffer order: channel within tile, reduced
/// channel, window, tile.
static SmallVector<int64_t> getPackedSizes(BlockArgument value,
                                           kernel::PackedAttr packed) {
  // A transposed B has the order of a convolution's weights.
  bool isTransposed = llvm::any_of(value.getUsers(), [](Operation *user) {
    auto gemm = dyn_cast<nn::GemmOp>(user);
    return gemm && gemm.getTransB();
  });
  auto shape = cast<RankedTensorType>(value.getType()).getShape();
  SmallVector<int64_t> sizes =
      kernel::getPackedShape(shape, packed, isTransposed);
  std::reverse(sizes.begin(), sizes.end());
  return sizes;
}

static ImageParam makePackedParam(BlockArgument value,
                                  kernel::PackedAttr packed,
                                  const std::string &name) {
  SmallVector<int64_t> sizes = getPackedSizes(value, packed);
  ImageParam param(getStorageType(value.getType()), sizes.size(), name);
  int64_t stride = 1;
  for (auto [dim, size] : llvm::enumerate(sizes)) {
    param.dim(dim).set_bounds(0, toExpr(size)).set_stride(toExpr(stride));
    stride *= size;
  }
  return param;
}

static ImageParam makeParam(const MemoryLayout &layout, Type type,
                            const std::string &name) {
  int64_t rank = layout.shape.size();
  ImageParam param(getStorageType(type), rank, name);
  for (auto [dim, logical] : llvm::enumerate(kernel::getBufferDimOrder(rank))) {
    int64_t low = layout.halo[2 * logical];
    int64_t high = layout.halo[2 * logical + 1];
    param.dim(dim)
        .set_bounds(toExpr(-low), toExpr(layout.shape[logical] + low + high))
        .set_stride(toExpr(layout.strides[logical]));
  }
  return param;
}

void AlgorithmBuilder::addArguments() {
  for (BlockArgument value : kernel.getBody().getArguments())
    addArgument(value);
}

void AlgorithmBuilder::addArgument(BlockArgument value) {
  unsigned index = value.getArgNumber();
  std::string name = "argument" + std::to_string(index);
  Attribute attr = kernel.getArgLayout(index);
  TensorFunc tensor;
  tensor.argument = index;
  if (auto packed = dyn_cast_or_null<kernel::PackedAttr>(attr)) {
    tensor.shape =
        llvm::to_vector(cast<RankedTensorType>(value.getType()).getShape());
    funcs.arguments.push_back(makePackedParam(value, packed, name));
  } else {
    MemoryLayout layout = view.getLayout(value.getType(), attr);
    tensor.shape = layout.shape;
    tensor.halo = layout.halo;
    funcs.arguments.push_back(makeParam(layout, value.getType(), name));
  }
  tensor.func = funcs.arguments.back();
  values[value] = std::move(tensor);
}

Func AlgorithmBuilder::makeResult(Value value, unsigned index,
                                  const MemoryLayout &layout) {
  int64_t rank = layout.shape.size();
  std::vector<Var> vars = getVars(rank);
  // Loops over features that are computed together have one name.
  if (auto *features = std::get_if<FeatureFuncs>(&funcs.anchor);
      features && features->writesData && index > 0)
    vars = {
        funcs.vars[features->featuresPerGroup > 1 ? 1 : features->featureDim]};
  // The same of channels and samples.
  if (std::holds_alternative<RowNormFuncs>(funcs.anchor) && index > 0)
    vars = {funcs.vars.front(), funcs.vars.back()};
  Func func(index == 0 ? "output" : "result" + std::to_string(index));
  func(vars) = toStored(read(value, getIndices(vars)), value.getType());
  Halide::OutputImageParam buffer = func.output_buffer();
  // The halo is not the kernel's to write: the result is the interior.
  for (auto [dim, logical] : llvm::enumerate(kernel::getBufferDimOrder(rank)))
    buffer.dim(dim)
        .set_bounds(0, toExpr(layout.shape[logical]))
        .set_stride(toExpr(layout.strides[logical]));
  return func;
}

void AlgorithmBuilder::finish(ValueRange returned) {
  if (finishPacked(returned.front()))
    return;
  if (auto *gradient = std::get_if<RowGroupGradientFuncs>(&funcs.anchor))
    return finishRowGroups(returned, *gradient);
  for (auto [index, value] : llvm::enumerate(returned)) {
    if (index == 0)
      if (auto *features = std::get_if<FeatureFuncs>(&funcs.anchor);
          features && canShareLines(*features)) {
        finishLines(value, *features);
        continue;
      }
    MemoryLayout layout = view.getLayout(kernel.getResultTypes()[index],
                                         kernel.getResultLayout(index));
    Func result = makeResult(value, index, layout);
    if (index > 0) {
      funcs.vectors.push_back(result);
      continue;
    }
    int64_t rank = layout.shape.size();
    funcs.output = result;
    funcs.vars = getVars(rank);
    for (int64_t logical : kernel::getBufferDimOrder(rank)) {
      funcs.extents.push_back(layout.shape[logical]);
      funcs.strides.push_back(layout.strides[logical]);
    }
  }
  funcs.inPlace = kernel.getInPlace();
  if (std::holds_alternative<std::monostate>(funcs.anchor))
    funcs.reads = describeReads(kernel, view, funcs.arguments);
}

//===----------------------------------------------------------------------===//
// Logical indices and buffer order
//===----------------------------------------------------------------------===//

std::vector<Var> AlgorithmBuilder::getVars(int64_t rank) {
  if (rank == 0)
    return {};
  if (rank == 1)
    return {Var("i")};
  if (rank == 2)
    return {Var("i"), Var("j")};
  std::vector<Var> vars = {Var("c")};
  static const char *const spatial[] = {"x", "y", "z"};
  for (int64_t dim = 0; dim < rank - 2; ++dim)
    vars.push_back(dim < 3 ? Var(spatial[dim])
                           : Var("d" + std::to_string(dim)));
  vars.push_back(Var("n"));
  return vars;
}

Indices AlgorithmBuilder::getIndices(ArrayRef<Var> vars) {
  Indices indices(vars.size());
  for (auto [dim, logical] :
       llvm::enumerate(kernel::getBufferDimOrder(vars.size())))
    indices[logical] = vars[dim];
  return indices;
}

std::vector<Expr> AlgorithmBuilder::orderIndices(ArrayRef<Expr> indices) {
  std::vector<Expr> ordered;
  for (int64_t logical : kernel::getBufferDimOrder(indices.size()))
    ordered.push_back(indices[logical]);
  return ordered;
}

Expr AlgorithmBuilder::read(Value value, ArrayRef<Expr> indices) const {
  const TensorFunc &tensor = get(value);
  if (tensor.splat)
    return Expr(static_cast<float>(*tensor.splat));
  assert(indices.size() == tensor.shape.size() && "one index per dimension");
  // All arithmetic is in f32, whatever type memory has.
  return Halide::cast<float>(tensor.func(orderIndices(indices)));
}

Expr AlgorithmBuilder::readBroadcast(Value value,
                                     ArrayRef<Expr> indices) const {
  ArrayRef<int64_t> shape = shapeOf(value);
  // Merging dimensions leaves scalars their rank.
  size_t rank = std::min(shape.size(), indices.size());
  Indices own(indices.take_back(rank));
  for (size_t dim = 0; dim < rank; ++dim)
    if (shape[dim] == 1)
      own[dim] = 0;
  return read(value, own);
}

Expr AlgorithmBuilder::readPadded(Value value, ArrayRef<Expr> indices,
                                  ArrayRef<int64_t> pads, float outside) const {
  const TensorFunc &tensor = get(value);
  int64_t spatialDims = indices.size() - 2;
  Indices clamped(indices);
  Expr inside;
  for (int64_t dim = 0; dim < spatialDims; ++dim) {
    int64_t low = pads[dim], high = pads[dim + spatialDims], logical = dim + 2;
    bool haloCovers = outside == 0 && !tensor.halo.empty() &&
                      tensor.halo[2 * logical] >= low &&
                      tensor.halo[2 * logical + 1] >= high;
    if ((low == 0 && high == 0) || haloCovers)
      continue;
    int size = tensor.shape[logical];
    Expr condition = indices[logical] >= 0 && indices[logical] < size;
    inside = inside.defined() ? inside && condition : condition;
    clamped[logical] = Halide::clamp(indices[logical], 0, size - 1);
  }
  Expr element = read(value, clamped);
  return inside.defined() ? Halide::select(inside, element, outside) : element;
}

Indices AlgorithmBuilder::declareValue(Value value) {
  TensorFunc tensor;
  tensor.shape = view.getShape(value.getType());
  tensor.func = Func(value.getDefiningOp()->getName().stripDialect().str());
  Indices indices = getIndices(getVars(tensor.shape.size()));
  values[value] = std::move(tensor);
  return indices;
}

void AlgorithmBuilder::define(
    Operation *op, llvm::function_ref<Expr(ArrayRef<Expr>)> formula) {
  Indices indices = declare(op);
  Expr value = formula(indices);
  funcOf(op)(getVars(indices.size())) = value;
}

Halide::RDom bnopt::makeReductionDomain(ArrayRef<int64_t> sizes) {
  Halide::Region region;
  for (int64_t size : sizes)
    region.emplace_back(Expr(0), toExpr(size));
  return Halide::RDom(region, "r");
}

std::vector<Halide::RVar> bnopt::getReductionVars(const Halide::RDom &domain) {
  std::vector<Halide::RVar> vars;
  for (int dim = 0; dim < domain.dimensions(); ++dim)
    vars.push_back(domain[dim]);
  return vars;
}

int64_t bnopt::getNumElements(ArrayRef<int64_t> sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), int64_t(1),
                         std::multiplies<>());
}

//===----------------------------------------------------------------------===//
// Operators
//===----------------------------------------------------------------------===//

bool AlgorithmBuilder::buildOp(Operation *op) {
  if (auto constant = dyn_cast<arith::ConstantOp>(op)) {
    auto splat = dyn_cast<SplatElementsAttr>(constant.getValue());
    if (!splat)
      return false;
    TensorFunc tensor;
    tensor.shape = view.getShape(constant.getType());
    tensor.splat = splat.getSplatValue<APFloat>().convertToDouble();
    values[constant.getResult()] = std::move(tensor);
    return true;
  }
  return buildUnary(op) || buildBinary(op) || buildNormalization(op) ||
         buildMovement(op) || buildLinear(op) || buildReduction(op) ||
         buildFeatureStatistics(op) || buildPartialStatistics(op) ||
         buildRowNorm(op) || buildRowNormGradients(op) ||
         buildWindowGradient(op);
}
