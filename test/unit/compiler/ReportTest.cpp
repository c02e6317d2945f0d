//===- ReportTest.cpp - Numbers and names in the forms of a report --------===//

#include "compiler/Report.h"
#include "compiler/ReportFormat.h"

#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <limits>
#include <random>

using ::testing::HasSubstr;
using ::testing::Not;

namespace bnopt {
namespace {

using Printer = void (*)(const Report &, llvm::raw_ostream &);

std::string print(const Report &report, Printer printer) {
  std::string text;
  llvm::raw_string_ostream os(text);
  printer(report, os);
  return text;
}

TEST(ReportFormatTest, RoundsBoundsUp) {
  EXPECT_EQ(formatBound(0), "0.0e+00");
  EXPECT_EQ(formatBound(1e-8), "1.0e-08");
  EXPECT_EQ(formatBound(1.04e-8), "1.1e-08");
  EXPECT_EQ(formatBound(1.06e-8), "1.1e-08");
  EXPECT_EQ(formatBound(9.94e-8), "1.0e-07");
  EXPECT_EQ(formatBound(9.96e-8), "1.0e-07");
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> exponents(-300, 300);
  for (int i = 0; i < 1000; ++i) {
    const double bound = std::pow(10, exponents(random));
    const double shown = std::strtod(formatBound(bound).c_str(), nullptr);
    EXPECT_GE(shown, bound);
    EXPECT_LE(shown, bound * 1.1000001);
  }
}

TEST(ReportFormatTest, EscapesWhatIsNoText) {
  EXPECT_EQ(makePrintable("stem/conv1 é"), "stem/conv1 é");
  EXPECT_EQ(makePrintable("a\nb\tc\x1b[31m\x7f"), "a\\nb\\tc\\x1b[31m\\x7f");
  EXPECT_EQ(makePrintable("\xff"), "\xef\xbf\xbd");
}

class ReportTest : public ::testing::Test {
protected:
  ReportTest() {
    report.model = "net";
    report.target = "native";
    report.seconds = {{Phase::Import, 0.5}, {Phase::Fold, 0.25}};
  }

  Report report;
};

TEST_F(ReportTest, KeepsNamesOnTheirLines) {
  NormalizationRecord record;
  record.name = "a\nb\xff";
  record.nodes = {record.name, "other"};
  record.op = "bn.inference";
  record.outcome = NormalizationOutcome::Folded;
  record.into = "c\rd";
  record.intoOp = "nn.conv";
  record.rule = "W' = s*W";
  report.normalizations = {record};
  report.outputErrors.resize(1);
  report.outputErrors[0].output = "y\n";
  for (Printer printer : {printText, printHtml}) {
    const std::string text = print(report, printer);
    EXPECT_THAT(text, HasSubstr("a\\nb\xef\xbf\xbd"));
    EXPECT_THAT(text, HasSubstr("c\\x0dd"));
    EXPECT_THAT(text, HasSubstr("y\\n"));
    EXPECT_THAT(text, Not(HasSubstr("\xff")));
  }
  llvm::Expected<llvm::json::Value> json =
      llvm::json::parse(print(report, printJson));
  ASSERT_TRUE(bool(json)) << llvm::toString(json.takeError());
  const llvm::json::Object &parsed =
      *json->getAsObject()->getArray("normalizations")->front().getAsObject();
  EXPECT_EQ(parsed.getString("name"), "a\nb\xef\xbf\xbd");
  EXPECT_EQ(parsed.getString("into"), "c\rd");
}

TEST_F(ReportTest, HasNoInfinityInJson) {
  OutputError error;
  error.output = "y";
  error.absolute = error.relative = std::numeric_limits<double>::infinity();
  error.limit = 1e-5;
  report.outputErrors = {error};
  llvm::Expected<llvm::json::Value> json =
      llvm::json::parse(print(report, printJson));
  ASSERT_TRUE(bool(json)) << llvm::toString(json.takeError());
  const llvm::json::Object &parsed =
      *json->getAsObject()->getArray("validation")->front().getAsObject();
  EXPECT_EQ(*parsed.get("absolute"), llvm::json::Value(nullptr));
  EXPECT_EQ(*parsed.get("relative"), llvm::json::Value(nullptr));
  EXPECT_EQ(parsed.getNumber("limit"), 1e-5);
}

TEST_F(ReportTest, SaysNothingOfPhasesThatDidNotRun) {
  for (Printer printer : {printText, printHtml}) {
    const std::string text = print(report, printer);
    for (const char *figure : {"kernels", "launches", "weights", "library"})
      EXPECT_THAT(text, Not(HasSubstr(figure)));
    EXPECT_THAT(text, HasSubstr("0.750 s"));
  }
  report.seconds.push_back({Phase::Fuse, 0.25});
  report.kernels = 3;
  EXPECT_THAT(print(report, printText), HasSubstr("3 kernels, 0 launches"));
  EXPECT_THAT(print(report, printHtml), HasSubstr("<dt>kernels</dt><dd>3"));
  EXPECT_THAT(print(report, printText), Not(HasSubstr("weights")));
}

} // namespace
} // namespace bnopt
