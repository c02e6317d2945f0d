// Reading and writing .npy files, the damaged ones included.

#include "runtime/TensorFile.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include <cstring>
#include <filesystem>
#include <fstream>

using namespace bnopt;
using testing::ElementsAre;
using testing::EndsWith;

namespace {

class NpyTest : public testing::Test {
protected:
  ~NpyTest() override { std::filesystem::remove(path); }

  /// Writes a file of that version with the given dictionary and data.
  void write(int version, std::string dictionary, const std::string &data) {
    std::ofstream file(path, std::ios::binary);
    file << "\x93NUMPY" << char(version) << '\0';
    uint32_t size = dictionary.size();
    file.write(reinterpret_cast<const char *>(&size), version == 1 ? 2 : 4);
    file << dictionary << data;
  }

  std::string errorOfReading() {
    try {
      readNpy(path);
      return "";
    } catch (const RuntimeError &error) {
      return error.what();
    }
  }

  std::string path =
      testing::TempDir() + "bnopt-npy-test-" +
      testing::UnitTest::GetInstance()->current_test_info()->name() + ".npy";
};

std::string asBytes(std::initializer_list<float> values) {
  return {reinterpret_cast<const char *>(values.begin()),
          values.size() * sizeof(float)};
}

TEST_F(NpyTest, RoundTrips) {
  for (std::vector<int64_t> shape :
       {std::vector<int64_t>{}, {5}, {2, 3}, {1, 3, 4, 5}, {2, 0}}) {
    Tensor tensor(float32, shape);
    fillRandom(tensor, 1);
    writeNpy(path, tensor);
    Tensor again = readNpy(path);
    EXPECT_EQ(again.shape(), shape);
    ASSERT_EQ(again.bytes().size(), tensor.bytes().size());
    EXPECT_EQ(std::memcmp(again.bytes().data(), tensor.bytes().data(),
                          tensor.bytes().size()),
              0);
  }
}

TEST_F(NpyTest, HeaderIsNumpys) {
  writeNpy(path, Tensor(float32, {3}));
  std::ifstream file(path, std::ios::binary);
  std::string start(128, '\0');
  file.read(start.data(), 128);
  EXPECT_EQ(start.substr(10, 58),
            "{'descr': '<f4', 'fortran_order': False, 'shape': (3, ), }");
  EXPECT_EQ(start[127], '\n');
  EXPECT_EQ(std::filesystem::file_size(path), 128 + 12u);
}

/// As ml_dtypes writes it.
TEST_F(NpyTest, BFloat16IsTwoBytesOfNoKind) {
  Tensor tensor(bfloat16, {2});
  fillRandom(tensor, 1);
  writeNpy(path, tensor);
  std::ifstream file(path, std::ios::binary);
  std::string start(128, '\0');
  file.read(start.data(), 128);
  EXPECT_EQ(start.substr(10, 15), "{'descr': '<V2'");
  Tensor again = readNpy(path);
  EXPECT_EQ(typeName(again.type()), "bf16");
  EXPECT_EQ(std::memcmp(again.bytes().data(), tensor.bytes().data(), 4), 0);
  write(1, "{'descr': '|V2', 'fortran_order': False, 'shape': (1,), }\n",
        std::string("\x80\x3f", 2));
  EXPECT_EQ(typeName(readNpy(path).type()), "bf16");
}

TEST_F(NpyTest, ReadsAllVersions) {
  for (int version : {1, 2, 3}) {
    write(version,
          "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }\n",
          asBytes({1, 2}));
    Tensor tensor = readNpy(path);
    EXPECT_THAT(tensor.shape(), ElementsAre(1, 2));
    EXPECT_THAT(tensor.elements<float>(), ElementsAre(1, 2));
  }
}

TEST_F(NpyTest, KeepsTheType) {
  write(1, "{'descr': '<i8', 'fortran_order': False, 'shape': ()}",
        std::string(8, '\0'));
  EXPECT_EQ(typeName(readNpy(path).type()), "i64");
}

TEST_F(NpyTest, FortranOrderOfAVectorIsNone) {
  write(1, "{'descr': '<f4', 'fortran_order': True, 'shape': (2,)}",
        asBytes({1, 2}));
  EXPECT_THAT(readNpy(path).elements<float>(), ElementsAre(1, 2));
}

TEST_F(NpyTest, RejectsFortranOrder) {
  write(1, "{'descr': '<f4', 'fortran_order': True, 'shape': (1, 2)}",
        asBytes({1, 2}));
  EXPECT_THAT(errorOfReading(), EndsWith("it is in Fortran order; save it with "
                                         "numpy.ascontiguousarray"));
}

TEST_F(NpyTest, RejectsBigEndian) {
  write(1, "{'descr': '>f4', 'fortran_order': False, 'shape': (1,)}",
        asBytes({1}));
  EXPECT_THAT(errorOfReading(), EndsWith("its elements are big-endian "
                                         "('>f4')"));
}

TEST_F(NpyTest, RejectsOtherTypes) {
  write(1, "{'descr': '<c8', 'fortran_order': False, 'shape': (1,)}",
        asBytes({1, 2}));
  EXPECT_THAT(errorOfReading(), EndsWith("element type '<c8' is not "
                                         "supported"));
  write(1, "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}",
        asBytes({1}));
  EXPECT_THAT(errorOfReading(),
              EndsWith("only plain element types are supported"));
}

TEST_F(NpyTest, RejectsMissingData) {
  write(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (3,)}",
        asBytes({1, 2}));
  EXPECT_EQ(errorOfReading(),
            "cannot read '" + path +
                "': shape 3 of f32 expects 12 bytes of data, but the file "
                "has 8");
}

TEST_F(NpyTest, RejectsHugeShapesBeforeAllocating) {
  write(1,
        "{'descr': '<f4', 'fortran_order': False, 'shape': "
        "(9000000000000000000, 9000000000000000000)}",
        "");
  EXPECT_THAT(errorOfReading(), EndsWith("but the file has 0"));
}

TEST_F(NpyTest, RejectsDamagedHeaders) {
  write(1, "{'descr': '<f4', 'shape': (1,)}", asBytes({1}));
  EXPECT_THAT(errorOfReading(), EndsWith("its header has no "
                                         "'fortran_order'"));
  write(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (x,)}", "");
  EXPECT_THAT(errorOfReading(), EndsWith("its shape is not a tuple of sizes"));
  write(4, "{}", "");
  EXPECT_THAT(errorOfReading(), EndsWith("version 4 of the format is not "
                                         "known"));
  std::ofstream(path) << "PK";
  EXPECT_THAT(errorOfReading(), EndsWith("it is not a .npy file"));
  std::ofstream(path, std::ios::binary)
      << std::string_view("\x93NUMPY\x01\x00\xff\x00{'descr'", 18);
  EXPECT_THAT(errorOfReading(), EndsWith("its header is cut off"));
}

TEST_F(NpyTest, NamesTheMissingFile) {
  EXPECT_EQ(errorOfReading(),
            "cannot read '" + path + "': No such file or directory");
}

TEST_F(NpyTest, ReportsAFullDiskAndLeavesTheDevice) {
  try {
    writeNpy("/dev/full", Tensor(float32, {100000}));
    FAIL();
  } catch (const RuntimeError &error) {
    EXPECT_STREQ(error.what(),
                 "cannot write '/dev/full': No space left on device");
  }
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/full"));
}

} // namespace
