//===- AllDialectsTest.cpp ------------------------------------------------===//

#include "dialect/AllDialects.h"
#include "dialect/NN/NNDialect.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Builders.h"

#include "gtest/gtest.h"

using namespace mlir;
using namespace bnopt;

TEST(AllDialectsTest, RegistersWhatProgramsHave) {
  DialectRegistry registry;
  registerAllDialects(registry);
  for (StringRef name : {"arith", "bn", "func", "kernel", "memref", "nn"})
    EXPECT_TRUE(registry.getDialectAllocator(name)) << name.str();
}

TEST(AllDialectsTest, MaterializesConstantsOfArith) {
  MLIRContext context;
  auto *dialect = context.getOrLoadDialect<nn::NNDialect>();
  OpBuilder builder(&context);
  auto type = RankedTensorType::get({2}, builder.getF32Type());
  auto value = DenseElementsAttr::get(type, {1.0f, 2.0f});
  OwningOpRef<Operation *> constant = dialect->materializeConstant(
      builder, value, type, builder.getUnknownLoc());
  ASSERT_TRUE(constant);
  EXPECT_TRUE(isa<arith::ConstantOp>(*constant));
}
