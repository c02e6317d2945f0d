/// The format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT

#include "runtime/ParameterFile.h"
#include "runtime/TensorFile.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <unordered_set>
#include <zlib.h>

namespace bnopt {
namespace {

/// One file of an archive, as the directory at its end describes it.
struct Member {
  std::string name;
  uint16_t flags, method;
  uint32_t checksum;
  uint64_t packedSize, size, headerAt;
};

class Archive {
public:
  explicit Archive(const std::string &path);

  std::vector<Member> readDirectory();
  /// The contents of a member, unpacked and checked.
  std::string read(const Member &member);
  /// The first `size` bytes of a member, or all if it has fewer, unchecked.
  std::string readStart(const Member &member, uint64_t size);

  [[noreturn]] void fail(const std::string &reason) const {
    throw RuntimeError("cannot read '" + path + "': " + reason);
  }

private:
  std::string readAt(uint64_t offset, uint64_t size);
  /// Where the directory begins and how many members it lists.
  std::pair<uint64_t, uint64_t> findDirectory();
  Member parseMember(const std::string &header, const std::string &rest);
  std::string inflate(const Member &member, std::string packed, uint64_t size);

  std::string path;
  std::ifstream file;
  uint64_t fileSize = 0;
};

/// Little-endian fields.
template <typename T>
T field(const std::string &bytes, size_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

constexpr uint32_t memberSignature = 0x04034b50,
                   directorySignature = 0x02014b50,
                   wideEndSignature = 0x06064b50, locatorSignature = 0x07064b50;
constexpr size_t memberHeaderSize = 30, directoryHeaderSize = 46, endSize = 22,
                 wideEndSize = 56, locatorSize = 20;
/// What a field of 32 bits holds when the number has 64 and is elsewhere.
constexpr uint32_t isElsewhere = 0xffffffff;

} // namespace

Archive::Archive(const std::string &path)
    : path(path), file(path, std::ios::binary | std::ios::ate) {
  if (!file)
    fail(std::strerror(errno));
  fileSize = static_cast<uint64_t>(file.tellg());
}

std::string Archive::readAt(uint64_t offset, uint64_t size) {
  // Checked before memory is allocated for what a damaged file asks.
  if (offset > fileSize || size > fileSize - offset)
    fail("it is cut off or damaged");
  std::string bytes(size, '\0');
  file.seekg(static_cast<std::streamoff>(offset));
  if (!file.read(bytes.data(), static_cast<std::streamsize>(size)))
    fail(std::strerror(errno));
  return bytes;
}

std::pair<uint64_t, uint64_t> Archive::findDirectory() {
  // A comment of up to 65535 bytes may follow the end record.
  const uint64_t tailSize = std::min<uint64_t>(fileSize, endSize + 0xffff);
  const std::string tail = readAt(fileSize - tailSize, tailSize);
  const std::string signature("PK\x05\x06", 4);
  size_t at = tail.rfind(signature);
  while (at != std::string::npos && tail.size() - at < endSize)
    at = at == 0 ? std::string::npos : tail.rfind(signature, at - 1);
  if (at == std::string::npos)
    fail("it is not a .npz archive");
  const auto offset = field<uint32_t>(tail, at + 16);
  const auto count = field<uint16_t>(tail, at + 10);
  if (offset != isElsewhere && count != 0xffff)
    return {offset, count};
  const uint64_t endAt = fileSize - tailSize + at;
  if (endAt < locatorSize)
    fail("it is cut off or damaged");
  const std::string locator = readAt(endAt - locatorSize, locatorSize);
  if (field<uint32_t>(locator, 0) != locatorSignature)
    return {offset, count};
  const std::string end = readAt(field<uint64_t>(locator, 8), wideEndSize);
  if (field<uint32_t>(end, 0) != wideEndSignature)
    fail("its directory is damaged");
  return {field<uint64_t>(end, 48), field<uint64_t>(end, 32)};
}

/// `rest` is what follows the fixed part: name and extra fields.
Member Archive::parseMember(const std::string &header,
                            const std::string &rest) {
  const auto nameSize = field<uint16_t>(header, 28);
  Member member = {rest.substr(0, nameSize),    field<uint16_t>(header, 8),
                   field<uint16_t>(header, 10), field<uint32_t>(header, 16),
                   field<uint32_t>(header, 20), field<uint32_t>(header, 24),
                   field<uint32_t>(header, 42)};
  // Sizes of 64 bits are in the extra field 1, those that need it.
  for (size_t at = nameSize; at + 4 <= rest.size();) {
    const auto id = field<uint16_t>(rest, at);
    const size_t end = at + 4 + field<uint16_t>(rest, at + 2);
    size_t next = at + 4;
    if (id == 1)
      for (uint64_t *number :
           {&member.size, &member.packedSize, &member.headerAt})
        if (*number == isElsewhere && next + 8 <= std::min(end, rest.size())) {
          *number = field<uint64_t>(rest, next);
          next += 8;
        }
    at = end;
  }
  return member;
}

std::vector<Member> Archive::readDirectory() {
  auto [at, count] = findDirectory();
  std::vector<Member> members;
  for (uint64_t i = 0; i < count; ++i) {
    const std::string header = readAt(at, directoryHeaderSize);
    if (field<uint32_t>(header, 0) != directorySignature)
      fail("its directory is damaged");
    const size_t restSize =
        size_t(field<uint16_t>(header, 28)) + field<uint16_t>(header, 30);
    members.push_back(
        parseMember(header, readAt(at + directoryHeaderSize, restSize)));
    at += directoryHeaderSize + restSize + field<uint16_t>(header, 32);
  }
  // A small file whose members share their bytes could unpack to anything.
  uint64_t left = fileSize;
  for (const Member &member : members) {
    if (member.packedSize > left)
      fail("its members overlap, or it is cut off");
    left -= member.packedSize;
  }
  return members;
}

std::string Archive::inflate(const Member &member, std::string packed,
                             uint64_t size) {
  // Deflate packs by a factor of 1032 at most.
  constexpr uint64_t largestFactor = 1040;
  if (member.size / largestFactor > packed.size())
    fail("member '" + member.name + "' is damaged");
  std::string bytes(size, '\0');
  z_stream stream = {};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
    throw std::bad_alloc();
  // Counts are of 32 bits, so large members go in parts.
  constexpr uint64_t largestPart = 1 << 30;
  uint64_t in = 0, out = 0;
  int status = Z_OK;
  while (status == Z_OK) {
    const uint64_t inPart = std::min<uint64_t>(packed.size() - in, largestPart);
    const uint64_t outPart =
        std::min<uint64_t>(bytes.size() - out, largestPart);
    stream.next_in = reinterpret_cast<Bytef *>(packed.data() + in);
    stream.avail_in = static_cast<uInt>(inPart);
    stream.next_out = reinterpret_cast<Bytef *>(bytes.data() + out);
    stream.avail_out = static_cast<uInt>(outPart);
    status = ::inflate(&stream, Z_NO_FLUSH);
    in += inPart - stream.avail_in;
    out += outPart - stream.avail_out;
    if (status == Z_OK && inPart == stream.avail_in &&
        outPart == stream.avail_out)
      break;
  }
  inflateEnd(&stream);
  const bool isAll = size == member.size;
  if ((isAll && status != Z_STREAM_END) || out != bytes.size())
    fail("member '" + member.name + "' is damaged");
  return bytes;
}

std::string Archive::readStart(const Member &member, uint64_t size) {
  constexpr uint16_t isEncrypted = 1, stored = 0, deflated = 8;
  if (member.flags & isEncrypted)
    fail("member '" + member.name + "' is encrypted");
  if (member.method != stored && member.method != deflated)
    fail("member '" + member.name + "' is packed by method " +
         std::to_string(member.method) + ", which is not supported");
  const std::string header = readAt(member.headerAt, memberHeaderSize);
  if (field<uint32_t>(header, 0) != memberSignature)
    fail("member '" + member.name + "' is damaged");
  const uint64_t dataAt = member.headerAt + memberHeaderSize +
                          field<uint16_t>(header, 26) +
                          field<uint16_t>(header, 28);
  size = std::min(size, member.size);
  if (member.method == deflated)
    return inflate(member, readAt(dataAt, member.packedSize), size);
  if (member.packedSize != member.size)
    fail("member '" + member.name + "' is damaged");
  return readAt(dataAt, size);
}

std::string Archive::read(const Member &member) {
  std::string bytes = readStart(member, member.size);
  const auto checksum =
      crc32_z(0, reinterpret_cast<const Bytef *>(bytes.data()), bytes.size());
  if (checksum != member.checksum)
    fail("member '" + member.name + "' is damaged");
  return bytes;
}

std::vector<NamedTensor> readNpz(const std::string &path,
                                 const ParameterCheck &check) {
  Archive archive(path);
  std::vector<NamedTensor> tensors;
  std::unordered_set<std::string> names;
  for (const Member &member : archive.readDirectory()) {
    constexpr std::string_view suffix = ".npy";
    if (!member.name.ends_with(suffix))
      archive.fail("member '" + member.name + "' is not a .npy file");
    if (!names.insert(member.name).second)
      archive.fail("member '" + member.name + "' comes twice");
    const std::string memberPath = path + "/" + member.name;
    std::string name =
        member.name.substr(0, member.name.size() - suffix.size());
    std::istringstream start(archive.readStart(member, largestNpyHeader));
    const NpyHeader header = readNpyHeader(start, member.size, memberPath);
    check(name, header.type, header.shape);
    std::istringstream stream(archive.read(member));
    tensors.push_back(
        {std::move(name), readNpy(stream, member.size, memberPath)});
  }
  return tensors;
}

} // namespace bnopt
