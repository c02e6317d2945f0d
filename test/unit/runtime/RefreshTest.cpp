// New parameters become weights: every step and recipe on tables written by
// hand, and every parameter that must change nothing.

#include "runtime/refresh.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

using testing::Each;
using testing::ElementsAre;
using testing::StartsWith;

namespace {

constexpr DLDataType f32 = {kDLFloat, 32, 1};
constexpr int64_t pair[] = {2}, one[] = {1}, matrix[] = {2, 3}, none[] = {0};

/// Operands 0 to 4: scale, offset, mean, variance of two features, and weights
/// of two by three; 5 is a fixed parameter of the value 8, 6 the constant 0.5.
class RefreshTest : public testing::Test {
protected:
  enum Operand : int64_t {
    Scale,
    Offset,
    Mean,
    Variance,
    Weights,
    Fixed,
    Half
  };

  RefreshTest() {
    table.model = &model;
    table.num_operands = 7;
    table.operands = infos;
    table.values = values;
    table.names = "\0norm\0conv";
    model.name = "tiny";
    model.num_parameters = 5;
    model.num_fixed_parameters = 1;
    model.parameters = infos;
    result.assign(16, -1);
    table.weights = result.data();
  }

  /// `names` are offsets in table.names.
  static constexpr int64_t norm = 1, conv = 6;

  static bnopt_step step(bnopt_step_kind kind, std::vector<int64_t> operands) {
    bnopt_step result = {};
    result.kind = kind;
    result.num_operands = int64_t(operands.size());
    std::copy(operands.begin(), operands.end(), result.operands);
    result.node = norm;
    return result;
  }

  static bnopt_step normalize(double epsilon = 0) {
    bnopt_step result =
        step(BNOPT_STEP_NORMALIZE, {Scale, Offset, Mean, Variance});
    result.epsilon = epsilon;
    return result;
  }

  /// A recipe of `features` features that follows all steps.
  static bnopt_recipe recipe(bnopt_recipe_role role, int64_t operand = -1,
                             int64_t features = 2, int64_t inner = 1) {
    bnopt_recipe result = {};
    result.role = role;
    result.operand = operand;
    result.groups = result.outer = 1;
    result.features = features;
    result.inner = inner;
    result.node = conv;
    return result;
  }

  bnopt_status refresh(std::vector<bnopt_step> steps,
                       std::vector<bnopt_recipe> recipes) {
    for (bnopt_recipe &recipe : recipes)
      recipe.num_steps = int64_t(steps.size());
    table.steps = steps.data();
    table.recipes = recipes.data();
    table.num_recipes = int64_t(recipes.size());
    std::vector<DLTensor> tensors;
    for (auto &parameter : given)
      tensors.push_back({parameter.second.data(),
                         {kDLCPU, 0},
                         infos[parameter.first].rank,
                         f32,
                         const_cast<int64_t *>(infos[parameter.first].shape),
                         nullptr,
                         0});
    std::vector<bnopt_parameter> parameters;
    for (size_t i = 0; i < given.size(); ++i)
      parameters.push_back({infos[given[i].first].name, &tensors[i]});
    return bnopt_refresh_checked(&table, parameters.data(), parameters.size(),
                                 &error);
  }

  std::vector<float> first(size_t count) {
    return {result.begin(), result.begin() + int64_t(count)};
  }
  std::string text() const { return error.message; }

  const bnopt_tensor_info infos[7] = {
      {"scale", pair, 1, f32},     {"offset", pair, 1, f32},
      {"mean", pair, 1, f32},      {"variance", pair, 1, f32},
      {"weights", matrix, 2, f32}, {"fixed", one, 1, f32},
      {"", none, 0, f32}};
  const float eight = 8, half = 0.5F;
  const void *values[7] = {nullptr, nullptr, nullptr, nullptr,
                           nullptr, &eight,  &half};
  std::vector<std::pair<int64_t, std::vector<float>>> given = {
      {Scale, {2, -3}},
      {Offset, {0.5F, -1}},
      {Mean, {1, 2}},
      {Variance, {3, 8}},
      {Weights, {1, 2, 3, 4, 5, 6}}};
  bnopt_model model = {};
  bnopt_refresh_table table = {};
  std::vector<float> result;
  bnopt_error error = {"untouched"};
};

// s = [2/√4, −3/√9], t = [0.5 − 1·1, −1 + 2·1]
TEST_F(RefreshTest, Normalizes) {
  bnopt_recipe scale = recipe(BNOPT_RECIPE_SCALE);
  bnopt_recipe shift = recipe(BNOPT_RECIPE_SHIFT);
  shift.offset = 8;
  EXPECT_EQ(refresh({normalize(1)}, {scale, shift}), BNOPT_OK);
  EXPECT_THAT(first(4), ElementsAre(1, -1, -0.5F, 1));
}

TEST_F(RefreshTest, FollowsEveryStep) {
  const std::vector<std::pair<bnopt_step, std::vector<float>>> cases = {
      {step(BNOPT_STEP_SCALE_SHIFT, {Mean, Offset}), {1, 2, 0.5F, -1}},
      {step(BNOPT_STEP_MULTIPLY, {Mean}), {1, 2, 0, 0}},
      {step(BNOPT_STEP_DIVIDE, {Mean}), {1, 0.5F, 0, 0}},
      {step(BNOPT_STEP_ADD, {Mean}), {1, 1, 1, 2}},
      {step(BNOPT_STEP_SUBTRACT, {Mean}), {1, 1, -1, -2}},
      {step(BNOPT_STEP_SUBTRACT_FROM, {Mean}), {-1, -1, 1, 2}},
      {step(BNOPT_STEP_MULTIPLY, {Half}), {0.5F, 0.5F, 0, 0}}};
  bnopt_recipe scale = recipe(BNOPT_RECIPE_SCALE);
  bnopt_recipe shift = recipe(BNOPT_RECIPE_SHIFT);
  shift.offset = 8;
  for (const auto &[step, expected] : cases) {
    EXPECT_EQ(refresh({step}, {scale, shift}), BNOPT_OK) << step.kind;
    EXPECT_EQ(first(4), expected) << step.kind;
  }
}

// ((x·m + o) − m)/2 with o = [0.5, −1] and m = [1, 2]
TEST_F(RefreshTest, ComposesSteps) {
  bnopt_recipe scale = recipe(BNOPT_RECIPE_SCALE);
  bnopt_recipe shift = recipe(BNOPT_RECIPE_SHIFT);
  shift.offset = 8;
  EXPECT_EQ(refresh({step(BNOPT_STEP_SCALE_SHIFT, {Mean, Offset}),
                     step(BNOPT_STEP_SUBTRACT, {Mean}),
                     step(BNOPT_STEP_MULTIPLY, {Half})},
                    {scale, shift}),
            BNOPT_OK);
  EXPECT_THAT(first(4), ElementsAre(0.5F, 1, -0.25F, -1.5F));
}

TEST_F(RefreshTest, ScalesRowsAndColumns) {
  const auto scale = step(BNOPT_STEP_MULTIPLY, {Mean});
  EXPECT_EQ(refresh({scale}, {recipe(BNOPT_RECIPE_WEIGHTS, Weights, 2, 3)}),
            BNOPT_OK);
  EXPECT_THAT(first(6), ElementsAre(1, 2, 3, 8, 10, 12));
  // The same six as three rows of two columns.
  bnopt_recipe columns = recipe(BNOPT_RECIPE_WEIGHTS, Weights);
  columns.outer = 3;
  EXPECT_EQ(refresh({scale}, {columns}), BNOPT_OK);
  EXPECT_THAT(first(6), ElementsAre(1, 4, 3, 8, 5, 12));
  // As two groups of one feature, each of three rows.
  bnopt_recipe groups = recipe(BNOPT_RECIPE_WEIGHTS, Weights, 1);
  groups.groups = 2;
  groups.outer = 3;
  EXPECT_EQ(refresh({scale}, {groups}), BNOPT_OK);
  EXPECT_THAT(first(6), ElementsAre(1, 2, 3, 8, 10, 12));
}

TEST_F(RefreshTest, ShiftsBiases) {
  EXPECT_EQ(refresh({normalize(1)}, {recipe(BNOPT_RECIPE_BIAS, Mean)}),
            BNOPT_OK);
  EXPECT_THAT(first(2), ElementsAre(0.5F, -1));
  EXPECT_EQ(refresh({normalize(1)}, {recipe(BNOPT_RECIPE_BIAS)}), BNOPT_OK);
  EXPECT_THAT(first(2), ElementsAre(-0.5F, 1));
}

// Copies are of any numbers, as in a compilation.
TEST_F(RefreshTest, CopiesWhatIsNotFinite) {
  given[Weights].second[1] = -INFINITY;
  EXPECT_EQ(refresh({}, {recipe(BNOPT_RECIPE_COPY, Weights, 6)}), BNOPT_OK);
  EXPECT_THAT(first(7), ElementsAre(1, -INFINITY, 3, 4, 5, 6, -1));
}

// Two outputs of three inputs in tiles of four; what lies beyond stays.
TEST_F(RefreshTest, PacksOutputsOfInputs) {
  bnopt_recipe packed = recipe(BNOPT_RECIPE_COPY, Weights, 6);
  packed.tile = 4;
  packed.inputs = 3;
  packed.taps = 1;
  packed.output_stride = 3;
  packed.input_stride = 1;
  EXPECT_EQ(refresh({}, {packed}), BNOPT_OK);
  EXPECT_THAT(first(12), ElementsAre(1, 4, -1, -1, 2, 5, -1, -1, 3, 6, -1, -1));
}

// A matrix of two rows, the inputs, and three columns in tiles of two.
TEST_F(RefreshTest, PacksColumns) {
  bnopt_recipe packed = recipe(BNOPT_RECIPE_COPY, Weights, 6);
  packed.tile = 2;
  packed.inputs = 2;
  packed.taps = 1;
  packed.output_stride = 1;
  packed.input_stride = 3;
  EXPECT_EQ(refresh({}, {packed}), BNOPT_OK);
  EXPECT_THAT(first(8), ElementsAre(1, 2, 4, 5, 3, -1, 6, -1));
}

// A depthwise window of three taps over two channels.
TEST_F(RefreshTest, PacksTaps) {
  bnopt_recipe packed = recipe(BNOPT_RECIPE_WEIGHTS, Weights, 2, 3);
  packed.tile = 2;
  packed.inputs = 1;
  packed.taps = 3;
  packed.output_stride = packed.input_stride = 3;
  EXPECT_EQ(refresh({step(BNOPT_STEP_MULTIPLY, {Mean})}, {packed}), BNOPT_OK);
  EXPECT_THAT(first(6), ElementsAre(1, 8, 2, 10, 3, 12));
}

// One column of a matrix: its rows are inputs, not outputs.
TEST_F(RefreshTest, PacksOneColumn) {
  bnopt_recipe packed = recipe(BNOPT_RECIPE_COPY, Weights, 6);
  packed.tile = 2;
  packed.inputs = 6;
  packed.taps = 1;
  packed.output_stride = packed.input_stride = 1;
  EXPECT_EQ(refresh({}, {packed}), BNOPT_OK);
  EXPECT_THAT(first(6), ElementsAre(1, -1, 2, -1, 3, -1));
}

TEST_F(RefreshTest, TakesAnyOrder) {
  std::swap(given[Scale], given[Weights]);
  EXPECT_EQ(refresh({normalize(1)}, {recipe(BNOPT_RECIPE_SCALE)}), BNOPT_OK);
  EXPECT_THAT(first(2), ElementsAre(1, -1));
}

TEST_F(RefreshTest, TakesFixedParametersOfTheSameValue) {
  given.push_back({Fixed, {8}});
  EXPECT_EQ(refresh({normalize(1)}, {recipe(BNOPT_RECIPE_SCALE)}), BNOPT_OK);
  EXPECT_THAT(first(2), ElementsAre(1, -1));
}

TEST_F(RefreshTest, TakesPointers) {
  const std::vector<bnopt_step> steps = {normalize(1)};
  std::vector<bnopt_recipe> recipes = {recipe(BNOPT_RECIPE_SCALE)};
  recipes[0].num_steps = 1;
  table.steps = steps.data();
  table.recipes = recipes.data();
  table.num_recipes = 1;
  const void *pointers[5];
  for (auto &[operand, numbers] : given)
    pointers[operand] = numbers.data();
  EXPECT_EQ(bnopt_refresh_pointers(&table, pointers, &error), BNOPT_OK);
  EXPECT_THAT(first(2), ElementsAre(1, -1));
  pointers[Mean] = nullptr;
  EXPECT_EQ(bnopt_refresh_pointers(&table, pointers, &error),
            BNOPT_MISSING_PARAMETER);
  EXPECT_EQ(text(), "a refresh takes all parameters of model 'tiny', but "
                    "'mean' is null");
  EXPECT_EQ(bnopt_refresh_pointers(&table, nullptr, &error),
            BNOPT_NULL_ARGUMENT);
}

//===--- Refusals ---------------------------------------------------------===//

/// Refreshes that fail, after a recipe that would succeed.
class RefreshErrorTest : public RefreshTest {
protected:
  bnopt_status refreshTwo(const bnopt_step &step, bnopt_recipe_role role,
                          int64_t operand = -1, int64_t inner = 1) {
    bnopt_recipe second = recipe(role, operand, 2, inner);
    second.offset = 32;
    bnopt_status status =
        refresh({step}, {recipe(BNOPT_RECIPE_COPY, Weights, 6), second});
    EXPECT_THAT(result, Each(-1)) << "changed by a refresh that failed";
    return status;
  }
};

TEST_F(RefreshErrorTest, MissingParameter) {
  given.erase(given.begin() + Mean);
  EXPECT_EQ(refreshTwo(normalize(1), BNOPT_RECIPE_SCALE),
            BNOPT_MISSING_PARAMETER);
  EXPECT_EQ(text(), "a refresh takes all parameters of model 'tiny', but "
                    "'mean' is missing");
}

TEST_F(RefreshErrorTest, RepeatedParameter) {
  given.push_back(given[Mean]);
  EXPECT_EQ(refreshTwo(normalize(1), BNOPT_RECIPE_SCALE),
            BNOPT_REPEATED_PARAMETER);
  EXPECT_EQ(text(), "parameter 'mean' is given twice");
}

TEST_F(RefreshErrorTest, UnknownParameter) {
  // A constant has no name, and is no parameter.
  given.push_back({Half, {1}});
  EXPECT_EQ(refreshTwo(normalize(1), BNOPT_RECIPE_SCALE),
            BNOPT_UNKNOWN_PARAMETER);
  EXPECT_EQ(text(), "model 'tiny' has no parameter ''");
}

TEST_F(RefreshErrorTest, FixedParameterOfAnotherValue) {
  given.push_back({Fixed, {9}});
  EXPECT_EQ(refreshTwo(normalize(1), BNOPT_RECIPE_SCALE),
            BNOPT_FIXED_PARAMETER);
  EXPECT_EQ(text(), "parameter 'fixed' is fixed: model 'tiny' was compiled "
                    "with its values, and these are others");
}

TEST_F(RefreshErrorTest, NullArguments) {
  EXPECT_EQ(bnopt_refresh_checked(&table, nullptr, 1, &error),
            BNOPT_NULL_ARGUMENT);
  EXPECT_EQ(text(), "parameters is null");
  const bnopt_parameter nameless = {nullptr, nullptr},
                        empty = {"scale", nullptr};
  EXPECT_EQ(bnopt_refresh_checked(&table, &nameless, 1, nullptr),
            BNOPT_NULL_ARGUMENT);
  EXPECT_EQ(bnopt_refresh_checked(&table, &empty, 1, &error),
            BNOPT_NULL_ARGUMENT);
  EXPECT_EQ(text(), "parameter 'scale' is null");
}

TEST_F(RefreshErrorTest, VarianceThatIsNotPositive) {
  for (float variance : {-1.0F, -2.0F, INFINITY, NAN}) {
    given[Variance].second[1] = variance;
    EXPECT_EQ(refreshTwo(normalize(1), BNOPT_RECIPE_SCALE),
              BNOPT_INVALID_PARAMETER);
    EXPECT_THAT(text(), StartsWith("node 'norm' expects parameter 'variance' "
                                   "plus epsilon 1 to be positive and finite, "
                                   "but feature 1 has "));
  }
}

TEST_F(RefreshErrorTest, ParametersThatAreNotFinite) {
  given[Mean].second[0] = NAN;
  EXPECT_EQ(refreshTwo(normalize(1), BNOPT_RECIPE_SCALE),
            BNOPT_INVALID_PARAMETER);
  EXPECT_EQ(text(), "node 'norm' expects parameter 'mean' to be finite, but "
                    "feature 0 has nan");
}

TEST_F(RefreshErrorTest, DivisionByZero) {
  given[Mean].second[1] = 0;
  EXPECT_EQ(refreshTwo(step(BNOPT_STEP_DIVIDE, {Mean}), BNOPT_RECIPE_SCALE),
            BNOPT_INVALID_PARAMETER);
  EXPECT_EQ(text(), "node 'norm' expects parameter 'mean' to be finite and not "
                    "zero, but feature 1 has 0");
}

TEST_F(RefreshErrorTest, ScalesBeyondF32) {
  given[Scale].second[1] = std::numeric_limits<float>::max();
  given[Variance].second[1] = 0.01F;
  EXPECT_EQ(refreshTwo(normalize(), BNOPT_RECIPE_SCALE),
            BNOPT_INVALID_PARAMETER);
  EXPECT_EQ(text(), "node 'conv' expects parameters to give scales that are "
                    "finite in f32, but feature 1 does not");
}

TEST_F(RefreshErrorTest, WeightsBeyondF32) {
  given[Weights].second[5] = std::numeric_limits<float>::max();
  EXPECT_EQ(refreshTwo(step(BNOPT_STEP_MULTIPLY, {Mean}), BNOPT_RECIPE_WEIGHTS,
                       Weights, 3),
            BNOPT_INVALID_PARAMETER);
  EXPECT_EQ(text(), "node 'conv' expects parameter 'weights' to give weights "
                    "that are finite in f32, but feature 1 does not");
}

} // namespace
