// The parameters in an ONNX model, wherever their elements are stored.

#include "runtime/ParameterFile.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include <filesystem>
#include <fstream>
#include <onnx-ml.pb.h>

using namespace bnopt;
using onnx::TensorProto;
using testing::ElementsAre;
using testing::EndsWith;

namespace {

class OnnxParametersTest : public testing::Test {
protected:
  OnnxParametersTest() {
    std::filesystem::create_directory(folder);
    graph.add_output()->set_name("y");
  }
  ~OnnxParametersTest() override { std::filesystem::remove_all(folder); }

  TensorProto &addTensor(const std::string &name, int32_t type, int64_t size) {
    TensorProto &tensor = *graph.add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(type);
    tensor.add_dims(size);
    return tensor;
  }

  void addNode(std::initializer_list<const char *> inputs, const char *output) {
    onnx::NodeProto &node = *graph.add_node();
    for (const char *input : inputs)
      node.add_input(input);
    node.add_output(output);
  }

  static void takeAll(const std::string & /*name*/, DLDataType /*type*/,
                      const std::vector<int64_t> & /*shape*/) {}

  std::vector<NamedTensor> read() {
    std::ofstream file(path, std::ios::binary);
    model.SerializeToOstream(&file);
    file.close();
    return readParameters(path, takeAll);
  }

  std::string error() {
    try {
      read();
    } catch (const RuntimeError &error) {
      return error.what();
    }
    return "";
  }

  const std::string folder =
      testing::TempDir() + "bnopt-onnx-parameters-" +
      testing::UnitTest::GetInstance()->current_test_info()->name();
  const std::string path = folder + "/model.onnx";
  onnx::ModelProto model;
  onnx::GraphProto &graph = *model.mutable_graph();
};

TEST_F(OnnxParametersTest, ReadsWhatTheOutputsDependOn) {
  addTensor("raw", TensorProto::FLOAT, 1).set_raw_data("\0\0\x80\x3f", 4);
  TensorProto &typed = addTensor("typed", TensorProto::FLOAT, 2);
  typed.add_float_data(2);
  typed.add_float_data(3);
  addTensor("half", TensorProto::FLOAT16, 1).add_int32_data(0x3c00);
  addTensor("shape", TensorProto::INT64, 1).add_int64_data(1);
  addTensor("dead", TensorProto::FLOAT, 1).add_float_data(4);
  addNode({"x", "raw"}, "a");
  addNode({"x", "dead"}, "b");
  addNode({"a", "typed", "half", "shape"}, "y");
  auto tensors = read();
  ASSERT_EQ(tensors.size(), 3U);
  EXPECT_EQ(tensors[0].name, "raw");
  EXPECT_THAT(tensors[0].tensor.elements<float>(), ElementsAre(1));
  EXPECT_EQ(tensors[1].name, "typed");
  EXPECT_THAT(tensors[1].tensor.elements<float>(), ElementsAre(2, 3));
  EXPECT_EQ(tensors[2].name, "half");
  EXPECT_THAT(tensors[2].tensor.elements<uint16_t>(), ElementsAre(0x3c00));
}

TEST_F(OnnxParametersTest, ReadsExternalData) {
  TensorProto &tensor = addTensor("w", TensorProto::FLOAT, 1);
  tensor.set_data_location(TensorProto::EXTERNAL);
  auto addEntry = [&](const char *key, const char *value) {
    auto &entry = *tensor.add_external_data();
    entry.set_key(key);
    entry.set_value(value);
  };
  addEntry("location", "weights.bin");
  addEntry("offset", "4");
  addNode({"w"}, "y");
  EXPECT_THAT(error(), EndsWith("weights.bin': No such file or directory"));
  std::ofstream(folder + "/weights.bin", std::ios::binary)
      << std::string("\0\0\0\0\0\0\0\x40", 8);
  auto tensors = read();
  ASSERT_EQ(tensors.size(), 1U);
  EXPECT_THAT(tensors[0].tensor.elements<float>(), ElementsAre(2));

  tensor.set_dims(0, int64_t(1) << 40);
  EXPECT_THAT(error(), EndsWith("weights.bin' is cut off"));
  tensor.set_dims(0, 1);
  tensor.mutable_external_data(0)->set_value(".");
  EXPECT_THAT(error(), EndsWith("': it is a directory"));
  tensor.mutable_external_data(0)->set_value("weights.bin");

  std::filesystem::resize_file(folder + "/weights.bin", 7);
  EXPECT_THAT(error(), EndsWith("weights.bin' is cut off"));
  tensor.mutable_external_data(1)->set_value("four");
  EXPECT_THAT(error(), EndsWith("initializer 'w': 'offset' of its external "
                                "data is 'four', which is no number of bytes"));
  tensor.mutable_external_data(1)->set_value("4");
  tensor.mutable_external_data(0)->set_value("../weights.bin");
  EXPECT_THAT(error(), EndsWith("external data lies in '../weights.bin', "
                                "outside of the folder of the model"));
}

TEST_F(OnnxParametersTest, AsksBeforeItReads) {
  addTensor("w", TensorProto::FLOAT, int64_t(1) << 40).add_float_data(1);
  addNode({"w"}, "y");
  EXPECT_THAT(error(), EndsWith("initializer 'w': shape 1099511627776 of f32 "
                                "and the amount of data disagree"));
  const auto refuse = [](const std::string &name, DLDataType type,
                         const std::vector<int64_t> &shape) {
    throw RuntimeError(name + ": " + typeName(type) + " " + shapeText(shape));
  };
  try {
    readParameters(path, refuse);
    FAIL();
  } catch (const RuntimeError &error) {
    EXPECT_STREQ(error.what(), "w: f32 1099511627776");
  }
}

TEST_F(OnnxParametersTest, RejectsNamesThatComeTwice) {
  addTensor("w", TensorProto::FLOAT, 1).add_float_data(1);
  addTensor("w", TensorProto::FLOAT, 1).add_float_data(2);
  addNode({"w"}, "y");
  EXPECT_THAT(error(), EndsWith("initializer 'w' comes twice"));
}

TEST_F(OnnxParametersTest, RejectsBrokenModels) {
  addTensor("w", TensorProto::FLOAT, 2).add_float_data(1);
  addNode({"w"}, "y");
  EXPECT_THAT(error(), EndsWith("model.onnx': initializer 'w': shape 2 of f32 "
                                "and the amount of data disagree"));
  std::ofstream(path) << "text";
  EXPECT_THROW(readOnnxParameters(path, takeAll), RuntimeError);
  EXPECT_THROW(readOnnxParameters(folder + "/absent.onnx", takeAll),
               RuntimeError);
}

} // namespace
