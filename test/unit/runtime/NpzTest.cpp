// Archives of parameters, stored and deflated, and the damaged ones.

#include "runtime/ParameterFile.h"
#include "runtime/TensorFile.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <zlib.h>

using namespace bnopt;
using testing::ElementsAre;
using testing::EndsWith;

namespace {

/// Writes a zip archive as numpy.savez does.
class NpzTest : public testing::Test {
protected:
  ~NpzTest() override { std::filesystem::remove(path); }

  template <typename T>
  static void append(std::string &to, T value) {
    to.append(reinterpret_cast<const char *>(&value), sizeof value);
  }

  /// A path of this test's own.
  static std::string getPath(const std::string &suffix) {
    return testing::TempDir() + "bnopt-npz-test-" +
           testing::UnitTest::GetInstance()->current_test_info()->name() +
           suffix;
  }

  static std::string makeNpy(std::vector<float> values) {
    Tensor tensor(float32, {int64_t(values.size())});
    std::copy(values.begin(), values.end(), tensor.elements<float>().begin());
    const std::string file = getPath(".npy");
    writeNpy(file, tensor);
    std::ifstream stream(file, std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(stream), {}};
    std::filesystem::remove(file);
    return bytes;
  }

  static std::string deflateBytes(const std::string &bytes) {
    std::string packed(compressBound(bytes.size()), '\0');
    z_stream stream = {};
    deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY);
    stream.next_in =
        reinterpret_cast<Bytef *>(const_cast<char *>(bytes.data()));
    stream.avail_in = uInt(bytes.size());
    stream.next_out = reinterpret_cast<Bytef *>(packed.data());
    stream.avail_out = uInt(packed.size());
    EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return packed;
  }

  void add(const std::string &name, const std::string &bytes,
           uint16_t method = 0, bool isWide = false) {
    const std::string packed = method == 8 ? deflateBytes(bytes) : bytes;
    const auto checksum = uint32_t(
        crc32(0, reinterpret_cast<const Bytef *>(bytes.data()), bytes.size()));
    const auto headerAt = uint32_t(archive.size());
    const auto writeCommon = [&](std::string &to, uint32_t packedSize,
                                 uint32_t size, uint16_t extraSize) {
      append<uint16_t>(to, flags);
      append<uint16_t>(to, method);
      append<uint32_t>(to, 0); // time and date
      append(to, checksum);
      append(to, packedSize);
      append(to, size);
      append(to, uint16_t(name.size()));
      append(to, extraSize);
    };
    append<uint32_t>(archive, 0x04034b50);
    append<uint16_t>(archive, 20);
    writeCommon(archive, uint32_t(packed.size()), uint32_t(bytes.size()), 0);
    archive += name + packed;
    const uint32_t elsewhere = 0xffffffff;
    append<uint32_t>(directory, 0x02014b50);
    append<uint32_t>(directory, 20);
    writeCommon(directory, isWide ? elsewhere : uint32_t(packed.size()),
                isWide ? elsewhere : uint32_t(bytes.size()), isWide ? 28 : 0);
    directory.append(10, '\0'); // comment, disk, attributes
    append(directory, isWide ? elsewhere : headerAt);
    directory += name;
    if (isWide) {
      append<uint16_t>(directory, 1);
      append<uint16_t>(directory, 24);
      append(directory, uint64_t(bytes.size()));
      append(directory, uint64_t(packed.size()));
      append(directory, uint64_t(headerAt));
    }
    ++count;
  }

  void write(const std::string &comment = "") {
    std::string end;
    append<uint32_t>(end, 0x06054b50);
    append<uint32_t>(end, 0);
    append(end, count);
    append(end, count);
    append(end, uint32_t(directory.size()));
    append(end, uint32_t(archive.size()));
    append(end, uint16_t(comment.size()));
    std::ofstream(path, std::ios::binary)
        << archive << directory << end << comment;
  }

  static void takeAll(const std::string & /*name*/, DLDataType /*type*/,
                      const std::vector<int64_t> & /*shape*/) {}

  std::string error(const ParameterCheck &check = takeAll) {
    try {
      readNpz(path, check);
    } catch (const RuntimeError &error) {
      return error.what();
    }
    return "";
  }

  const std::string path = getPath(".npz");
  std::string archive, directory;
  uint16_t count = 0, flags = 0;
};

TEST_F(NpzTest, ReadsStoredAndDeflated) {
  add("conv/weight.npy", makeNpy({1, 2, 3}));
  add("bias.npy", makeNpy(std::vector<float>(1000, 4)), 8);
  add("wide.npy", makeNpy({5}), 8, /*isWide=*/true);
  write("a comment, which may follow");
  auto tensors = readParameters(path, takeAll);
  ASSERT_EQ(tensors.size(), 3U);
  EXPECT_EQ(tensors[0].name, "conv/weight");
  EXPECT_THAT(tensors[0].tensor.shape(), ElementsAre(3));
  EXPECT_THAT(tensors[0].tensor.elements<float>(), ElementsAre(1, 2, 3));
  EXPECT_EQ(tensors[1].name, "bias");
  EXPECT_THAT(tensors[1].tensor.elements<float>(), testing::Each(4));
  EXPECT_EQ(tensors[2].name, "wide");
  EXPECT_THAT(tensors[2].tensor.elements<float>(), ElementsAre(5));
}

TEST_F(NpzTest, ReadsAnEmptyArchive) {
  write();
  EXPECT_TRUE(readNpz(path, takeAll).empty());
}

TEST_F(NpzTest, RejectsOtherFiles) {
  std::ofstream(path) << "no archive at all, but longer than an end record";
  EXPECT_THAT(error(), EndsWith(".npz': it is not a .npz archive"));
  std::filesystem::remove(path);
  EXPECT_THAT(error(), EndsWith(": No such file or directory"));
  try {
    readParameters("weights.bin", takeAll);
    FAIL();
  } catch (const RuntimeError &error) {
    EXPECT_STREQ(error.what(), "cannot read 'weights.bin': files of parameters "
                               "end in .npz or .onnx");
  }
}

TEST_F(NpzTest, RejectsCutFiles) {
  add("a.npy", makeNpy({1, 2, 3}));
  write();
  const auto size = std::filesystem::file_size(path);
  std::filesystem::resize_file(path, size - 1);
  EXPECT_THAT(error(), EndsWith("it is not a .npz archive"));
  archive.erase(0, 10);
  write();
  EXPECT_THAT(error(), EndsWith("member 'a.npy' is damaged"));
}

TEST_F(NpzTest, RejectsDamagedMembers) {
  add("a.npy", makeNpy({1, 2, 3}));
  archive.back() ^= 1;
  write();
  EXPECT_THAT(error(), EndsWith("member 'a.npy' is damaged"));
}

TEST_F(NpzTest, RejectsDamagedPacking) {
  add("a.npy", makeNpy(std::vector<float>(1000, 4)), 8);
  archive.back() ^= 0xff;
  write();
  EXPECT_THAT(error(), EndsWith("member 'a.npy' is damaged"));
}

TEST_F(NpzTest, RejectsWhatItCannotUnpack) {
  add("a.npy", makeNpy({1}), 12);
  write();
  EXPECT_THAT(error(), EndsWith("member 'a.npy' is packed by method 12, which "
                                "is not supported"));
}

TEST_F(NpzTest, RejectsEncryption) {
  flags = 1;
  add("a.npy", makeNpy({1}));
  write();
  EXPECT_THAT(error(), EndsWith("member 'a.npy' is encrypted"));
}

TEST_F(NpzTest, RejectsMembersThatAreNoArrays) {
  add("readme.txt", "text");
  write();
  EXPECT_THAT(error(), EndsWith("member 'readme.txt' is not a .npy file"));
  archive.clear();
  directory.clear();
  count = 0;
  add("a.npy", "text");
  write();
  EXPECT_THAT(error(), EndsWith(".npz/a.npy': it is not a .npy file"));
}

TEST_F(NpzTest, AsksBeforeItUnpacks) {
  add("a.npy", makeNpy(std::vector<float>(1 << 20, 4)), 8);
  // What is not unpacked is not found to be damaged.
  archive.back() ^= 0xff;
  write();
  const auto refuse = [](const std::string &name, DLDataType type,
                         const std::vector<int64_t> &shape) {
    throw RuntimeError(name + ": " + typeName(type) + " " + shapeText(shape));
  };
  EXPECT_EQ(error(refuse), "a: f32 1048576");
  EXPECT_THAT(error(), EndsWith("member 'a.npy' is damaged"));
}

TEST_F(NpzTest, RejectsMembersThatOverlap) {
  add("a.npy", makeNpy(std::vector<float>(1000, 4)));
  const std::string alone = directory;
  directory[46] = 'b';
  directory = alone + directory;
  ++count;
  write();
  EXPECT_THAT(error(), EndsWith("its members overlap, or it is cut off"));
}

TEST_F(NpzTest, RejectsNamesThatComeTwice) {
  add("a.npy", makeNpy({1}));
  add("a.npy", makeNpy({2}));
  write();
  EXPECT_THAT(error(), EndsWith("member 'a.npy' comes twice"));
}

} // namespace
