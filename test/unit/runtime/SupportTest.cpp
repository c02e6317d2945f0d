// The checks and helpers that every compiled library carries, on a descriptor
// written by hand.

#include "runtime/support.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include <cstdint>
#include <string>
#include <vector>

using testing::HasSubstr;
using testing::StartsWith;

static int poolSize = -1;
extern "C" int halide_set_num_threads(int threads) {
  poolSize = threads;
  return 0;
}
extern "C" void halide_error(void *context, const char *message);

namespace {

constexpr int64_t imageShape[] = {1, 3, 4, 5};
constexpr int64_t scoreShape[] = {1, 2};
constexpr bnopt_tensor_info imageInfo = {
    "data_0", imageShape, 4, {kDLFloat, 32, 1}};
constexpr bnopt_tensor_info scoreInfo = {
    "prob_1", scoreShape, 2, {kDLFloat, 32, 1}};

int32_t copyFirst(const void *const *inputs, void *const *outputs, void *) {
  auto *input = static_cast<const float *>(inputs[0]);
  auto *output = static_cast<float *>(outputs[0]);
  output[0] = input[0];
  output[1] = input[59];
  return 0;
}

class SupportTest : public testing::Test {
protected:
  SupportTest() {
    imageData.assign(61, 0);
    imageData[0] = 7;
    imageData[59] = 8;
    image.data = imageData.data();
    image.device = {kDLCPU, 0};
    image.ndim = 4;
    image.dtype = {kDLFloat, 32, 1};
    image.shape = imageExtents;
    scores = image;
    scores.data = scoreData;
    scores.ndim = 2;
    scores.shape = scoreExtents;
  }

  bnopt_status run() {
    const DLTensor *inputs[] = {&image};
    DLTensor *outputs[] = {&scores};
    return bnopt_run_checked(&model, inputs, outputs, workspace, 128, &error);
  }

  std::string text() const { return error.message; }

  bnopt_model model = {BNOPT_ABI_VERSION, 1,          1,   "tiny",  "x86-64",
                       &imageInfo,        &scoreInfo, 128, 64,      copyFirst,
                       nullptr,           0,          0,   nullptr, nullptr};
  std::vector<float> imageData;
  float scoreData[2] = {};
  int64_t imageExtents[4] = {1, 3, 4, 5};
  int64_t scoreExtents[2] = {1, 2};
  DLTensor image = {}, scores = {};
  alignas(64) char workspace[192];
  bnopt_error error = {"untouched"};
};

TEST_F(SupportTest, RunsTheModel) {
  EXPECT_EQ(run(), BNOPT_OK);
  EXPECT_EQ(scoreData[0], 7);
  EXPECT_EQ(scoreData[1], 8);
}

TEST_F(SupportTest, HonoursByteOffset) {
  imageData[1] = 9;
  image.byte_offset = sizeof(float);
  EXPECT_EQ(run(), BNOPT_OK);
  EXPECT_EQ(scoreData[0], 9);
}

TEST_F(SupportTest, AcceptsCompactStridesAndAnyStrideOfOne) {
  int64_t strides[] = {12345, 20, 5, 1};
  image.strides = strides;
  EXPECT_EQ(run(), BNOPT_OK);
}

TEST_F(SupportTest, RejectsNullInputs) {
  EXPECT_EQ(bnopt_run_checked(&model, nullptr, nullptr, workspace, 128, &error),
            BNOPT_NULL_ARGUMENT);
  EXPECT_EQ(text(), "inputs is null");
}

TEST_F(SupportTest, RejectsNullTensor) {
  const DLTensor *inputs[] = {nullptr};
  DLTensor *outputs[] = {&scores};
  EXPECT_EQ(bnopt_run_checked(&model, inputs, outputs, workspace, 128, &error),
            BNOPT_NULL_ARGUMENT);
  EXPECT_EQ(text(), "input 'data_0' is null");
}

TEST_F(SupportTest, RejectsNullData) {
  scores.data = nullptr;
  EXPECT_EQ(run(), BNOPT_NULL_ARGUMENT);
  EXPECT_EQ(text(), "data of output 'prob_1' is null");
}

TEST_F(SupportTest, RejectsNullShape) {
  image.shape = nullptr;
  EXPECT_EQ(run(), BNOPT_NULL_ARGUMENT);
  EXPECT_EQ(text(), "shape of input 'data_0' is null");
}

TEST_F(SupportTest, RejectsWrongRank) {
  image.ndim = 3;
  EXPECT_EQ(run(), BNOPT_WRONG_RANK);
  EXPECT_EQ(text(), "input 'data_0' expects rank 4, but got 3");
}

TEST_F(SupportTest, RejectsWrongType) {
  image.dtype = {kDLFloat, 16, 1};
  EXPECT_EQ(run(), BNOPT_WRONG_TYPE);
  EXPECT_EQ(text(), "input 'data_0' expects type f32, but got f16");
}

TEST_F(SupportTest, RejectsVectorType) {
  image.dtype = {kDLFloat, 32, 4};
  EXPECT_EQ(run(), BNOPT_WRONG_TYPE);
  EXPECT_EQ(text(), "input 'data_0' expects type f32, but got f32x4");
}

TEST_F(SupportTest, RejectsWrongShape) {
  imageExtents[3] = 6;
  EXPECT_EQ(run(), BNOPT_WRONG_SHAPE);
  EXPECT_EQ(text(), "input 'data_0' expects shape 1x3x4x5, but got 1x3x4x6");
}

TEST_F(SupportTest, RejectsWrongLayout) {
  int64_t strides[] = {60, 1, 15, 3};
  image.strides = strides;
  EXPECT_EQ(run(), BNOPT_WRONG_LAYOUT);
  EXPECT_EQ(text(), "input 'data_0' expects stride 1 in dimension 3 "
                    "(row-major without gaps), but got 3");
}

TEST_F(SupportTest, RejectsWrongDevice) {
  scores.device = {kDLCUDA, 0};
  EXPECT_EQ(run(), BNOPT_WRONG_DEVICE);
  EXPECT_EQ(text(), "output 'prob_1' expects host memory (DLPack device type "
                    "1), but got device type 2");
}

TEST_F(SupportTest, RejectsMisalignedData) {
  image.byte_offset = 2;
  EXPECT_EQ(run(), BNOPT_MISALIGNED);
  EXPECT_THAT(text(), StartsWith("input 'data_0' expects data aligned to 4 "
                                 "bytes, but got address 0x"));
}

TEST_F(SupportTest, RejectsNullWorkspace) {
  const DLTensor *inputs[] = {&image};
  DLTensor *outputs[] = {&scores};
  EXPECT_EQ(bnopt_run_checked(&model, inputs, outputs, nullptr, 128, &error),
            BNOPT_NULL_ARGUMENT);
  EXPECT_EQ(text(), "workspace is null");
  model.workspace_size = 0;
  EXPECT_EQ(bnopt_run_checked(&model, inputs, outputs, nullptr, 0, &error),
            BNOPT_OK);
}

TEST_F(SupportTest, RejectsSmallWorkspace) {
  model.workspace_size = 129;
  EXPECT_EQ(run(), BNOPT_WORKSPACE_TOO_SMALL);
  EXPECT_EQ(text(), "workspace expects 129 bytes, but got 128");
}

TEST_F(SupportTest, RejectsMisalignedWorkspace) {
  const DLTensor *inputs[] = {&image};
  DLTensor *outputs[] = {&scores};
  EXPECT_EQ(
      bnopt_run_checked(&model, inputs, outputs, workspace + 32, 128, &error),
      BNOPT_MISALIGNED);
  EXPECT_THAT(text(), StartsWith("workspace expects alignment to 64 bytes, "
                                 "but got address 0x"));
}

TEST_F(SupportTest, RejectsUnsupportedProcessor) {
  model.target = "x86-64-v3+quantum";
  EXPECT_EQ(run(), BNOPT_UNSUPPORTED_CPU);
  EXPECT_THAT(text(), HasSubstr("model 'tiny' is compiled for target "
                                "'x86-64-v3+quantum', but this processor "
                                "lacks '"));
}

TEST_F(SupportTest, ReportsTheFailingKernel) {
  model.execute = [](const void *const *, void *const *, void *) -> int32_t {
    halide_error(nullptr, "Error: buffer is too small\n");
    return -28;
  };
  EXPECT_EQ(run(), BNOPT_KERNEL_FAILED);
  EXPECT_EQ(text(), "Error: buffer is too small");
}

TEST_F(SupportTest, ReportsTheStatusOfASilentKernel) {
  model.execute = [](const void *const *, void *const *, void *) -> int32_t {
    return -11;
  };
  EXPECT_EQ(run(), BNOPT_KERNEL_FAILED);
  EXPECT_EQ(text(), "a kernel of model 'tiny' failed with status -11");
}

TEST_F(SupportTest, NeedsNoErrorToWriteTo) {
  const DLTensor *inputs[] = {&image};
  DLTensor *outputs[] = {&scores};
  image.ndim = 3;
  EXPECT_EQ(bnopt_run_checked(&model, inputs, outputs, workspace, 128, nullptr),
            BNOPT_WRONG_RANK);
  image.ndim = 4;
  EXPECT_EQ(bnopt_run_checked(&model, inputs, outputs, workspace, 128, nullptr),
            BNOPT_OK);
  halide_error(nullptr, "outside of a run");
}

TEST_F(SupportTest, CutsLongMessages) {
  std::string name(400, 'n');
  bnopt_tensor_info info = imageInfo;
  info.name = name.c_str();
  model.inputs = &info;
  image.ndim = 3;
  EXPECT_EQ(run(), BNOPT_WRONG_RANK);
  EXPECT_EQ(text().size(), sizeof error.message - 1);
}

TEST(ThreadsTest, NegativeMeansAllProcessors) {
  bnopt_set_threads(2);
  EXPECT_EQ(poolSize, 2);
  bnopt_set_threads(-3);
  EXPECT_EQ(poolSize, 0);
}

/// A channels-last tensor of 2×3 pixels, each of `channels` channels at
/// `pixelStride`, with a halo of 1 above, 2 below, 1 left and 2 right.
void checkHalo(int64_t channels, int64_t pixelStride) {
  constexpr int64_t images = 2, height = 2, width = 3;
  constexpr int64_t top = 1, bottom = 2, left = 1, right = 2;
  int64_t rowStride = (left + width + right) * pixelStride;
  int64_t imageStride = (top + height + bottom) * rowStride;
  std::vector<float> memory(images * imageStride, 1);
  float *interior = memory.data() + top * rowStride + left * pixelStride;
  int64_t geometry[] = {images,      channels, height,    width,
                        imageStride, 1,        rowStride, pixelStride,
                        top,         bottom,   left,      right};
  bnopt_zero_halo(interior, geometry);
  for (int64_t i = 0; i < images * imageStride; ++i) {
    int64_t y = i % imageStride / rowStride - top;
    int64_t x = i % rowStride / pixelStride - left;
    bool isInside = y >= 0 && y < height && x >= 0 && x < width;
    bool isOurs = i % pixelStride < channels;
    EXPECT_EQ(memory[i], isInside || !isOurs ? 1 : 0) << "at " << i;
  }
}

TEST(ZeroHaloTest, WholeTensor) { checkHalo(4, 4); }

TEST(ZeroHaloTest, SliceOfChannels) { checkHalo(3, 5); }

} // namespace
