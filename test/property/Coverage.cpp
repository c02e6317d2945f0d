//===- Coverage.cpp - What the graphs of a run consist of -----------------===//

#include "test/property/Coverage.h"

#include "test/property/OracleRules.h"

#include "dialect/BN/BNOps.h"
#include "dialect/NN/NNOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"

#include <cmath>

using namespace mlir;

namespace bnopt::property {
namespace {

using Count = llvm::function_ref<void(const std::string &)>;

/// Ranks, groups and pads of a convolution, transposed or not.
template <typename ConvOp>
void describeWindow(ConvOp op, const std::string &name, Count count) {
  const int64_t inputs = getSizes(op.getInput())[1];
  const auto groups = static_cast<int64_t>(op.getGroups());
  count(llvm::formatv("{0}, rank {1}", name, getSizes(op.getInput()).size()));
  if (groups > 1)
    count(name + (groups == inputs ? ", depthwise" : ", groups"));
  if (llvm::any_of(op.getPadValues(), [](int64_t pad) { return pad != 0; }))
    count(name + ", pads");
  if (llvm::any_of(op.getDilationValues(), [](int64_t d) { return d > 1; }))
    count(name + ", dilations");
  if (!op.getWeights().hasOneUse())
    count(name + ", shared weights");
}

/// Parameters per feature, by what makes them dangerous.
void describeParameters(bn::InferenceOp op, Count count) {
  const auto scale = *readConstant(op.getScale()),
             mean = *readConstant(op.getMean()),
             variance = *readConstant(op.getVariance());
  const double smallest = getElementTypeOrSelf(op.getInput()).isF64()
                              ? std::numeric_limits<double>::min()
                              : std::numeric_limits<float>::min();
  for (size_t c = 0; c < scale.size(); ++c) {
    const double s = scale[c], v = variance[c];
    if (s < 0)
      count("feature with scale < 0");
    if (s == 0)
      count(std::signbit(s) ? "feature with scale -0" : "feature with scale 0");
    if (s != 0 && std::fabs(s) < smallest)
      count("feature with a denormal scale");
    if (v < 0)
      count("feature with variance < 0 < variance + epsilon");
    if (v == 0)
      count("feature with variance 0");
    if (v > 0 && v < 1e-6)
      count("feature with a tiny variance");
    if (std::fabs(mean[c]) >= 100)
      count("feature with a large mean");
  }
  if (op.getEpsilon().isZero())
    count("bn.inference, epsilon 0");
}

void describe(Operation *op, Count count) {
  const std::string name = op->getName().getStringRef().str();
  count(name);
  if (auto conv = dyn_cast<nn::ConvOp>(op))
    describeWindow(conv, name, count);
  if (auto conv = dyn_cast<nn::ConvTransposeOp>(op))
    describeWindow(conv, name, count);
  if (auto pad = dyn_cast<nn::PadOp>(op))
    count(name + ", " + nn::stringifyPadMode(pad.getMode()).str());
  if (auto inference = dyn_cast<bn::InferenceOp>(op)) {
    count(llvm::formatv("{0}, rank {1}", name,
                        getSizes(inference.getInput()).size()));
    if (inference.getFeatureIndex() != 1)
      count(name + ", not along the channels");
    describeParameters(inference, count);
  }
  if (!llvm::hasNItemsOrLess(op->getResult(0).getUses(), 1))
    count("value with several uses");
}

} // namespace

void Coverage::add(ModuleOp module) {
  module.walk([&](Operation *op) {
    if (op->getNumResults() == 1 && !isa<arith::ConstantOp>(op))
      describe(op, [&](const std::string &what) { ++counts[what]; });
  });
}

void Coverage::add(const Coverage &other) {
  for (const auto &[what, count] : other.counts)
    counts[what] += count;
}

void Coverage::print(llvm::raw_ostream &stream) const {
  for (const auto &[what, count] : counts)
    stream << llvm::formatv("{0,8}  {1}\n", count, what);
}

} // namespace bnopt::property
