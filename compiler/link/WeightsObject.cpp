#include "compiler/link/WeightsObject.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm::ELF;

namespace bnopt {

/// A cache line, and the widest vector.
static constexpr uint64_t weightAlignment = 64;

namespace {

/// The strings of an ELF string table, each found by its offset.
class StringTable {
public:
  uint32_t add(llvm::StringRef string) {
    uint32_t offset = contents.size();
    contents += string;
    contents += '\0';
    return offset;
  }
  llvm::StringRef str() const { return contents; }

private:
  std::string contents = std::string(1, '\0');
};

/// Section numbers in the object.
enum Section : uint16_t { Null, Weights, Symbols, Strings, Stack, Count };

} // namespace

template <typename T>
static void writeStruct(llvm::raw_ostream &os, T value) {
  os.write(reinterpret_cast<const char *>(&value), sizeof value);
}

static Elf64_Ehdr makeFileHeader(uint64_t sectionTable) {
  Elf64_Ehdr header = {};
  llvm::copy(llvm::StringRef(ElfMagic, 4), header.e_ident);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_ident[EI_VERSION] = EV_CURRENT;
  header.e_type = ET_REL;
  header.e_machine = EM_X86_64;
  header.e_version = EV_CURRENT;
  header.e_shoff = sectionTable;
  header.e_ehsize = sizeof(Elf64_Ehdr);
  header.e_shentsize = sizeof(Elf64_Shdr);
  header.e_shnum = Section::Count;
  header.e_shstrndx = Section::Strings;
  return header;
}

static Elf64_Shdr makeSection(uint32_t name, uint32_t type, uint64_t offset,
                              uint64_t size, uint64_t alignment) {
  Elf64_Shdr section = {};
  section.sh_name = name;
  section.sh_type = type;
  section.sh_offset = offset;
  section.sh_size = size;
  section.sh_addralign = alignment;
  return section;
}

static void writeSegments(llvm::ArrayRef<WeightSegment> segments, uint64_t size,
                          llvm::raw_ostream &os) {
  uint64_t written = 0;
  for (const WeightSegment &segment : segments) {
    assert(segment.offset >= written && "segments overlap or are not sorted");
    os.write_zeros(segment.offset - written);
    os.write(segment.bytes.data(), segment.bytes.size());
    written = segment.offset + segment.bytes.size();
  }
  os.write_zeros(size - written);
}

void writeWeightsObject(llvm::StringRef symbol,
                        llvm::ArrayRef<WeightSegment> segments, bool isWritable,
                        llvm::raw_ostream &os) {
  uint64_t used = segments.empty()
                      ? 0
                      : segments.back().offset + segments.back().bytes.size();
  // Rounded up, so that a vector load of the last element stays inside.
  uint64_t size = llvm::alignTo(std::max<uint64_t>(used, 1), weightAlignment);

  StringTable strings;
  Elf64_Sym weights = {};
  weights.st_name = strings.add(symbol);
  weights.setBindingAndType(STB_GLOBAL, STT_OBJECT);
  weights.st_other = STV_HIDDEN;
  weights.st_shndx = Section::Weights;
  weights.st_size = size;
  uint32_t weightsName =
      strings.add((isWritable ? ".data." : ".rodata.") + symbol.str());
  uint32_t symbolsName = strings.add(".symtab");
  uint32_t stringsName = strings.add(".strtab");
  uint32_t stackName = strings.add(".note.GNU-stack");

  // File header, weights, symbols, strings, section table.
  uint64_t symbolsAt = weightAlignment + size;
  uint64_t stringsAt = symbolsAt + 2 * sizeof(Elf64_Sym);
  uint64_t stringsEnd = stringsAt + strings.str().size();
  uint64_t sectionTable = llvm::alignTo(stringsEnd, alignof(Elf64_Shdr));
  static_assert(sizeof(Elf64_Ehdr) == weightAlignment);

  writeStruct(os, makeFileHeader(sectionTable));
  writeSegments(segments, size, os);
  writeStruct(os, Elf64_Sym{});
  writeStruct(os, weights);
  os << strings.str();
  os.write_zeros(sectionTable - stringsEnd);

  Elf64_Shdr weightsSection = makeSection(
      weightsName, SHT_PROGBITS, weightAlignment, size, weightAlignment);
  weightsSection.sh_flags = SHF_ALLOC | (isWritable ? SHF_WRITE : 0);
  Elf64_Shdr symbolsSection =
      makeSection(symbolsName, SHT_SYMTAB, symbolsAt, 2 * sizeof(Elf64_Sym),
                  alignof(Elf64_Sym));
  symbolsSection.sh_link = Section::Strings;
  symbolsSection.sh_info = 1; // the first symbol that is not local
  symbolsSection.sh_entsize = sizeof(Elf64_Sym);
  writeStruct(os, Elf64_Shdr{});
  writeStruct(os, weightsSection);
  writeStruct(os, symbolsSection);
  writeStruct(os, makeSection(stringsName, SHT_STRTAB, stringsAt,
                              strings.str().size(), 1));
  writeStruct(os, makeSection(stackName, SHT_PROGBITS, sectionTable, 0, 1));
}

} // namespace bnopt
