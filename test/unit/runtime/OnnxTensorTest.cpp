// Tensors in ONNX's own files.

#include "runtime/TensorFile.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include <filesystem>
#include <fstream>
#include <onnx-ml.pb.h>

using namespace bnopt;
using testing::ElementsAre;
using testing::EndsWith;

namespace {

class OnnxTensorTest : public testing::Test {
protected:
  ~OnnxTensorTest() override { std::filesystem::remove(path); }

  void save(const onnx::TensorProto &proto) {
    std::ofstream file(path, std::ios::binary);
    proto.SerializeToOstream(&file);
  }

  std::string errorOfReading() {
    try {
      readTensor(path);
      return "";
    } catch (const RuntimeError &error) {
      return error.what();
    }
  }

  std::string path =
      testing::TempDir() + "bnopt-onnx-tensor-test-" +
      testing::UnitTest::GetInstance()->current_test_info()->name() + ".pb";
};

onnx::TensorProto makeTensor() {
  onnx::TensorProto proto;
  proto.set_data_type(onnx::TensorProto::FLOAT);
  proto.add_dims(1);
  proto.add_dims(2);
  return proto;
}

TEST_F(OnnxTensorTest, ReadsTypedData) {
  onnx::TensorProto proto = makeTensor();
  proto.add_float_data(1);
  proto.add_float_data(2);
  save(proto);
  Tensor tensor = readTensor(path);
  EXPECT_THAT(tensor.shape(), ElementsAre(1, 2));
  EXPECT_THAT(tensor.elements<float>(), ElementsAre(1, 2));
}

TEST_F(OnnxTensorTest, ReadsRawData) {
  onnx::TensorProto proto = makeTensor();
  float values[] = {3, 4};
  proto.set_raw_data(values, sizeof values);
  save(proto);
  EXPECT_THAT(readTensor(path).elements<float>(), ElementsAre(3, 4));
}

TEST_F(OnnxTensorTest, RejectsMissingData) {
  onnx::TensorProto proto = makeTensor();
  proto.add_float_data(1);
  save(proto);
  EXPECT_EQ(errorOfReading(), "cannot read '" + path +
                                  "': shape 1x2 of f32 and the amount of data "
                                  "disagree");
}

TEST_F(OnnxTensorTest, RejectsSizesBelowZero) {
  onnx::TensorProto proto = makeTensor();
  proto.set_dims(1, -1);
  save(proto);
  EXPECT_THAT(errorOfReading(), EndsWith("shape 1x-1 has a size below zero"));
}

TEST_F(OnnxTensorTest, RejectsOtherTypes) {
  onnx::TensorProto proto = makeTensor();
  proto.set_data_type(onnx::TensorProto::STRING);
  save(proto);
  EXPECT_THAT(errorOfReading(), EndsWith("elements of type STRING are not "
                                         "supported"));
}

TEST_F(OnnxTensorTest, RejectsExternalData) {
  onnx::TensorProto proto = makeTensor();
  proto.set_data_location(onnx::TensorProto::EXTERNAL);
  save(proto);
  EXPECT_THAT(errorOfReading(), EndsWith("its data lies in another file, "
                                         "which is not supported"));
}

TEST_F(OnnxTensorTest, RejectsOtherFiles) {
  std::ofstream(path) << "\xff\xff\xff";
  EXPECT_THAT(errorOfReading(), EndsWith("it is not an ONNX tensor"));
}

TEST(TensorFileTest, RejectsUnknownSuffix) {
  EXPECT_THROW(readTensor("image.png"), RuntimeError);
}

} // namespace
