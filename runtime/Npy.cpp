/// The format:
/// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html

#include "runtime/TensorFile.h"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>

static_assert(std::endian::native == std::endian::little,
              "files hold little-endian elements");

namespace bnopt {

static constexpr std::string_view magic = "\x93NUMPY";

[[noreturn]] static void cannotRead(const std::string &path,
                                    const std::string &reason) {
  throw RuntimeError("cannot read '" + path + "': " + reason);
}

namespace {

/// The dictionary of a header, such as
/// {'descr': '<f4', 'fortran_order': False, 'shape': (1, 3), }
class Header {
public:
  Header(std::string text, std::string path)
      : text(std::move(text)), path(std::move(path)) {}

  DLDataType type() const;
  bool isFortranOrder() const;
  std::vector<int64_t> shape() const;

private:
  /// The text after the key and its colon.
  std::string_view valueOf(std::string_view key) const;

  std::string text;
  std::string path;
};

} // namespace

std::string_view Header::valueOf(std::string_view key) const {
  for (char quote : {'\'', '"'}) {
    std::string quoted = quote + std::string(key) + quote;
    size_t at = text.find(quoted);
    if (at == std::string::npos)
      continue;
    at = text.find_first_not_of(" :", at + quoted.size());
    if (at != std::string::npos)
      return std::string_view(text).substr(at);
  }
  cannotRead(path, "its header has no '" + std::string(key) + "'");
}

DLDataType Header::type() const {
  std::string_view value = valueOf("descr");
  if (value.size() < 2 || (value[0] != '\'' && value[0] != '"'))
    cannotRead(path, "only plain element types are supported");
  value = value.substr(1, value.find(value[0], 1) - 1);
  if (value.starts_with('>'))
    cannotRead(path,
               "its elements are big-endian ('" + std::string(value) + "')");
  static constexpr struct {
    std::string_view name;
    DLDataType type;
  } types[] = {{"f2", {kDLFloat, 16, 1}},
               {"f4", {kDLFloat, 32, 1}},
               {"f8", {kDLFloat, 64, 1}},
               {"i1", {kDLInt, 8, 1}},
               {"i2", {kDLInt, 16, 1}},
               {"i4", {kDLInt, 32, 1}},
               {"i8", {kDLInt, 64, 1}},
               {"u1", {kDLUInt, 8, 1}},
               {"u2", {kDLUInt, 16, 1}},
               {"u4", {kDLUInt, 32, 1}},
               {"u8", {kDLUInt, 64, 1}},
               {"b1", {kDLUInt, 8, 1}},
               // NumPy has no bfloat16; ml_dtypes saves its own as two bytes
               // of a kind that NumPy does not know.
               {"V2", {kDLBfloat, 16, 1}}};
  for (const auto &[name, type] : types)
    if (value.size() == 3 && value.substr(1) == name)
      return type;
  cannotRead(path,
             "element type '" + std::string(value) + "' is not supported");
}

bool Header::isFortranOrder() const {
  return valueOf("fortran_order").starts_with("True");
}

std::vector<int64_t> Header::shape() const {
  std::string_view value = valueOf("shape");
  size_t end = value.find(')');
  if (!value.starts_with('(') || end == std::string_view::npos)
    cannotRead(path, "its shape is not a tuple");
  std::vector<int64_t> extents;
  const char *at = value.data() + 1, *last = value.data() + end;
  while (at < last) {
    if (*at == ' ' || *at == ',') {
      ++at;
      continue;
    }
    int64_t extent = 0;
    auto [next, error] = std::from_chars(at, last, extent);
    if (error != std::errc() || extent < 0)
      cannotRead(path, "its shape is not a tuple of sizes");
    extents.push_back(extent);
    // Python 2 wrote long integers with this suffix.
    at = next < last && *next == 'L' ? next + 1 : next;
  }
  return extents;
}

/// The header's text; leaves the file at the first element.
static Header readHeader(std::istream &file, const std::string &path) {
  char start[8];
  if (!file.read(start, sizeof start) ||
      std::string_view(start, magic.size()) != magic)
    cannotRead(path, "it is not a .npy file");
  unsigned version = static_cast<unsigned char>(start[6]);
  if (version < 1 || version > 3)
    cannotRead(path, "version " + std::to_string(version) +
                         " of the format is not known");
  // Two bytes in version 1, four since version 2.
  uint32_t size = 0;
  file.read(reinterpret_cast<char *>(&size), version == 1 ? 2 : 4);
  if (!file || size > largestNpyHeader - sizeof start - sizeof size)
    cannotRead(path, "its header is damaged");
  std::string text(size, '\0');
  if (!file.read(text.data(), size))
    cannotRead(path, "its header is cut off");
  return Header(std::move(text), path);
}

Tensor readNpy(const std::string &path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file)
    cannotRead(path, std::strerror(errno));
  auto size = static_cast<uint64_t>(file.tellg());
  file.seekg(0);
  return readNpy(file, size, path);
}

NpyHeader readNpyHeader(std::istream &file, uint64_t size,
                        const std::string &path) {
  const auto start = static_cast<uint64_t>(file.tellg());
  Header header = readHeader(file, path);
  if (header.isFortranOrder() && header.shape().size() > 1)
    cannotRead(path, "it is in Fortran order; save it with "
                     "numpy.ascontiguousarray");
  DLDataType type = header.type();
  std::vector<int64_t> shape = header.shape();
  auto present = size - (static_cast<uint64_t>(file.tellg()) - start);
  // Checked before memory is allocated for what a damaged header asks.
  unsigned __int128 expected = type.bits / 8;
  for (int64_t extent : shape)
    expected = std::min(expected * static_cast<uint64_t>(extent),
                        static_cast<unsigned __int128>(UINT64_MAX));
  if (expected != present)
    cannotRead(path, "shape " + shapeText(shape) + " of " + typeName(type) +
                         " expects " +
                         std::to_string(static_cast<uint64_t>(expected)) +
                         " bytes of data, but the file has " +
                         std::to_string(present));
  return {type, std::move(shape)};
}

Tensor readNpy(std::istream &file, uint64_t size, const std::string &path) {
  NpyHeader header = readNpyHeader(file, size, path);
  Tensor tensor(header.type, std::move(header.shape));
  if (!file.read(reinterpret_cast<char *>(tensor.bytes().data()),
                 static_cast<std::streamsize>(tensor.bytes().size())))
    cannotRead(path, std::strerror(errno));
  return tensor;
}

static std::string makeHeader(const Tensor &tensor, const std::string &path) {
  char kind = tensor.type().code == kDLFloat    ? 'f'
              : tensor.type().code == kDLInt    ? 'i'
              : tensor.type().code == kDLUInt   ? 'u'
              : tensor.type().code == kDLBfloat ? 'V'
                                                : '\0';
  if (!kind)
    throw RuntimeError("cannot write '" + path + "': the .npy format has no " +
                       typeName(tensor.type()));
  std::string text = "{'descr': '";
  text += tensor.type().bits == 8 ? '|' : '<';
  text += kind + std::to_string(tensor.type().bits / 8) +
          "', 'fortran_order': False, 'shape': (";
  for (int64_t extent : tensor.shape())
    text += std::to_string(extent) + ", ";
  if (tensor.shape().size() > 1)
    text.resize(text.size() - 2);
  text += "), }";
  // Elements start at a multiple of 64 bytes; 10 bytes precede the text.
  constexpr size_t alignment = 64, preceding = 10;
  size_t padded =
      (preceding + text.size() + 1 + alignment - 1) / alignment * alignment;
  text.resize(padded - preceding - 1, ' ');
  text += '\n';
  std::string header(magic);
  header += {'\x01', '\x00', static_cast<char>(text.size() & 0xff),
             static_cast<char>(text.size() >> 8)};
  return header + text;
}

void writeNpy(const std::string &path, const Tensor &tensor) {
  std::string header = makeHeader(tensor, path);
  std::FILE *file = std::fopen(path.c_str(), "wb");
  if (!file)
    throw RuntimeError("cannot write '" + path + "': " + std::strerror(errno));
  auto bytes = tensor.bytes();
  bool written =
      std::fwrite(header.data(), 1, header.size(), file) == header.size() &&
      std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
  int error = errno;
  if (std::fclose(file) != 0 && written) {
    error = errno;
    written = false;
  }
  if (!written) {
    // A device that is full stays where it is.
    std::error_code ignored;
    if (std::filesystem::is_regular_file(path, ignored))
      std::filesystem::remove(path, ignored);
    throw RuntimeError("cannot write '" + path + "': " + std::strerror(error));
  }
}

} // namespace bnopt
