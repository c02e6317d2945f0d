// Parameters as members of a C struct.

#include "compiler/link/HeaderParameters.h"

#include "llvm/Support/raw_ostream.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

using namespace bnopt;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

namespace {

std::vector<std::string> getIdentifiers(std::vector<std::string> names) {
  std::vector<TensorSignature> tensors(names.size());
  for (size_t i = 0; i < names.size(); ++i)
    tensors[i].name = names[i];
  return getParameterIdentifiers(tensors);
}

TEST(HeaderParametersTest, KeepsIdentifiers) {
  EXPECT_THAT(getIdentifiers({"conv1", "Conv_2"}),
              ElementsAre("conv1", "Conv_2"));
}

TEST(HeaderParametersTest, ReplacesWhatIdentifiersCannotHold) {
  EXPECT_THAT(getIdentifiers({"conv.weight", "7", "_x", "", "class", "ä"}),
              ElementsAre("conv_weight", "p7", "p_x", "p", "class_", "p__"));
}

TEST(HeaderParametersTest, AvoidsMacros) {
  EXPECT_THAT(getIdentifiers({"NULL", "INT64.MAX", "W", "1", "_A", "errno"}),
              ElementsAre("NULL_", "INT64_MAX_", "W_", "p1", "p_A_", "errno_"));
  EXPECT_THAT(getIdentifiers({"W", "W_", "W_2"}),
              ElementsAre("W_", "W__", "W_2_"));
}

TEST(HeaderParametersTest, TellsApartWhatComesOutAlike) {
  EXPECT_THAT(getIdentifiers({"a.b", "a/b", "a_b", "a_b_2"}),
              ElementsAre("a_b_3", "a_b_4", "a_b", "a_b_2"));
}

TEST(HeaderParametersTest, PrintsTheStruct) {
  ModelSignature model;
  model.name = "net";
  const auto print = [&] {
    std::string text;
    llvm::raw_string_ostream os(text);
    printHeader(model, os);
    return text;
  };
  EXPECT_THAT(print(), Not(HasSubstr("refresh(const")));
  EXPECT_THAT(print(), Not(HasSubstr("net_parameters")));
  model.isRefreshable = true;
  model.parameters = {{"w/1", {2, 3}}};
  model.fixedParameters = {{"low", {}}};
  EXPECT_THAT(print(), HasSubstr("typedef struct net_parameters {\n"
                                 "  const float *w_1; /* 'w/1': f32 [2, 3] */\n"
                                 "} net_parameters;\n"));
  EXPECT_THAT(print(), HasSubstr(" *   'low': f32 []\n"));
  EXPECT_THAT(print(), HasSubstr("bnopt_status net_refresh_from("
                                 "const net_parameters *parameters,"));
}

} // namespace
