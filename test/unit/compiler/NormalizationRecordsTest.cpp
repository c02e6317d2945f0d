//===- NormalizationRecordsTest.cpp - One record for each normalization ---===//

#include "compiler/NormalizationRecords.h"

#include "dialect/AllDialects.h"

#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

using namespace mlir;

namespace bnopt {
namespace {

class NormalizationRecordsTest : public ::testing::Test {
protected:
  NormalizationRecordsTest() {
    DialectRegistry registry;
    registerAllDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
  }

  Location at(StringRef node) {
    return NameLoc::get(StringAttr::get(&context, node));
  }
  Location at(ArrayRef<StringRef> nodes) {
    return FusedLoc::get(&context, llvm::map_to_vector(nodes, [&](StringRef n) {
      return at(n);
    }));
  }

  /// A model of one normalization `op` for each of `locations`.
  OwningOpRef<ModuleOp> makeModel(StringRef op, ArrayRef<Location> locations) {
    std::string text =
        "func.func @model(%x0: tensor<1x1xf32>, %p: tensor<1xf32>) {\n";
    for (size_t i = 0; i < locations.size(); ++i) {
      const std::string x = "%x" + std::to_string(i),
                        y = "%x" + std::to_string(i + 1);
      text += op == "layer_norm"
                  ? y + " = bn.layer_norm " + x +
                        ", %p, %p {axis = 1 : i64, epsilon = 1.0 : f64} : "
                        "(tensor<1x1xf32>, tensor<1xf32>, tensor<1xf32>) -> "
                        "tensor<1x1xf32>\n"
                  : y + " = bn.scale_shift " + x +
                        ", %p, %p {featureIndex = 1 : i64} : (tensor<1x1xf32>, "
                        "tensor<1xf32>, tensor<1xf32>) -> tensor<1x1xf32>\n";
    }
    OwningOpRef<ModuleOp> module =
        parseSourceString<ModuleOp>(text + "return\n}", &context);
    size_t next = 0;
    module->walk([&](Operation *nested) {
      if (nested->getName().getDialectNamespace() == "bn")
        nested->setLoc(locations[next++]);
    });
    return module;
  }

  void note(StringRef name, Location location,
            ArrayRef<std::pair<StringRef, StringRef>> metrics) {
    NormalizationEvent event{name.str(), location, {}};
    for (auto [key, value] : metrics)
      event.metrics[key] = value.str();
    records.note(event);
  }
  void noteFolded(Location location, StringRef into, StringRef node,
                  StringRef bound) {
    note("Folded", location,
         {{"Op", "bn.scale_shift"},
          {"Into", into},
          {"Node", node},
          {"Rule", "rule"},
          {"Bound", bound}});
  }

  MLIRContext context;
  NormalizationRecords records;
};

TEST_F(NormalizationRecordsTest, CountsOneFoldInSeveralStepsOnce) {
  auto module = makeModel("scale_shift", {at("a"), at("b")});
  records.addSources(*module);
  note("Kept", at("a"), {{"Op", "bn.scale_shift"}, {"Cause", "multi-use"}});
  noteFolded(at("b"), "bn.scale_shift", "a", "0.0e+00");
  noteFolded(at({"a", "b"}), "nn.conv", "conv", "2.5e-08");
  const auto all = records.get();
  ASSERT_EQ(all.size(), 2u);
  for (const NormalizationRecord &record : all) {
    EXPECT_EQ(record.outcome, NormalizationOutcome::Folded);
    EXPECT_EQ(record.into, "conv");
    EXPECT_EQ(record.intoOp, "nn.conv");
    EXPECT_DOUBLE_EQ(record.bound, 2.5e-08);
    EXPECT_EQ(record.cause, "");
  }
}

TEST_F(NormalizationRecordsTest, TakesTheLargestBoundOfAllSteps) {
  auto module = makeModel("scale_shift", {at("a")});
  records.addSources(*module);
  noteFolded(at("a"), "nn.conv", "above", "4.0e-08");
  noteFolded(at({"a", "other"}), "nn.conv", "below", "1.0e-08");
  EXPECT_DOUBLE_EQ(records.get().front().bound, 4e-8);
}

TEST_F(NormalizationRecordsTest, LeavesOtherNodesAlone) {
  auto module = makeModel("scale_shift", {at("a"), at("b")});
  records.addSources(*module);
  noteFolded(at("a"), "nn.conv", "conv", "0.0e+00");
  const auto all = records.get();
  EXPECT_EQ(all[0].outcome, NormalizationOutcome::Folded);
  EXPECT_EQ(all[1].outcome, NormalizationOutcome::Kept);
}

TEST_F(NormalizationRecordsTest, NamesWhatHasNoNameOfItsOwn) {
  const Location unknown = UnknownLoc::get(&context);
  auto module = makeModel("scale_shift", {at("a"), unknown, at("a"), unknown});
  records.addSources(*module);
  const auto all = records.get();
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(all[0].name, "a");
  EXPECT_EQ(all[1].name, "bn.scale_shift#1");
  EXPECT_EQ(all[2].name, "a#2");
  EXPECT_EQ(all[3].name, "bn.scale_shift#2");
}

TEST_F(NormalizationRecordsTest, ReplacesThePartsOfWhatWasWrittenOut) {
  auto module = makeModel("scale_shift", {at("part"), at("last")});
  records.addSources(*module);
  note("Recognized", at({"split", "part", "join"}), {{"Op", "bn.group_norm"}});
  const auto all = records.get();
  ASSERT_EQ(all.size(), 2u);
  // In the order of the model.
  EXPECT_EQ(all[0].op, "bn.group_norm");
  EXPECT_EQ(all[0].nodes, (std::vector<std::string>{"split", "part", "join"}));
  EXPECT_EQ(all[1].name, "last");
}

TEST_F(NormalizationRecordsTest, EndsWhatNoRemarkIsAbout) {
  auto module = makeModel("scale_shift", {at("unused"), at("left")});
  records.addSources(*module);
  EXPECT_EQ(records.get()[0].reason, "not looked at yet");
  auto folded = makeModel("scale_shift", {at("left")});
  records.finishFold(*folded);
  const auto all = records.get();
  EXPECT_EQ(all[0].outcome, NormalizationOutcome::Folded);
  EXPECT_EQ(all[0].rule, "nothing reads its result");
  EXPECT_EQ(all[1].outcome, NormalizationOutcome::Kept);
  EXPECT_EQ(all[1].cause, "operator");
}

TEST_F(NormalizationRecordsTest, KeepsNormsWhoseScaleAndOffsetFold) {
  auto module = makeModel("layer_norm", {at("norm")});
  records.addSources(*module);
  note("Kept", at("norm"), {{"Op", "bn.scale_shift"}, {"Cause", "multi-use"}});
  noteFolded(at("norm"), "nn.gemm", "dense", "1.0e-08");
  note("Kept", at("norm"),
       {{"Op", "bn.layer_norm"}, {"Cause", "computed-statistics"}});
  const NormalizationRecord record = records.get().front();
  EXPECT_EQ(record.outcome, NormalizationOutcome::Kept);
  EXPECT_EQ(record.cause, "computed-statistics");
  EXPECT_EQ(record.into, "dense");
}

TEST_F(NormalizationRecordsTest, SaysWhereAScaleShiftIsFused) {
  auto module = makeModel("scale_shift", {at("a"), at("b"), at("c")});
  records.addSources(*module);
  for (StringRef node : {"a", "b"})
    note("Kept", at(node), {{"Op", "bn.scale_shift"}, {"Cause", "multi-use"}});
  note("Kept", at("c"), {{"Op", "bn.scale_shift"}, {"Cause", "asked-to-keep"}});
  note("Fused", at("a"),
       {{"Op", "bn.scale_shift"}, {"Kernel", "conv"}, {"Place", "load"}});
  note(
      "Fused", at("b"),
      {{"Op", "bn.scale_shift"}, {"Kernel", "alone"}, {"Place", "standalone"}});
  note("Fused", at("c"),
       {{"Op", "bn.scale_shift"}, {"Kernel", "conv"}, {"Place", "epilogue"}});
  const auto all = records.get();
  EXPECT_EQ(all[0].outcome, NormalizationOutcome::Fused);
  EXPECT_EQ(all[0].kernel, "conv");
  EXPECT_EQ(all[0].place, "load");
  EXPECT_EQ(all[0].cause, "multi-use");
  EXPECT_EQ(all[1].outcome, NormalizationOutcome::Standalone);
  EXPECT_EQ(all[2].outcome, NormalizationOutcome::Kept);
  EXPECT_EQ(all[2].kernel, "conv");
}

} // namespace
} // namespace bnopt
