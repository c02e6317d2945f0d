#include "compiler/link/Header.h"

#include "compiler/link/Embedded.h"
#include "compiler/link/HeaderParameters.h"
#include "compiler/link/OutputFile.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"

namespace bnopt {

static llvm::StringRef getCodePrefix(uint8_t code) {
  switch (code) {
  case kDLInt:
    return "i";
  case kDLUInt:
    return "u";
  case kDLFloat:
    return "f";
  case kDLBfloat:
    return "bf";
  default:
    return "type";
  }
}

/// Names come from the model file: keep them from ending the comment.
static std::string printableName(llvm::StringRef name) {
  std::string result;
  for (char c : name)
    result += llvm::isPrint(c) && c != '*' && c != '\\' ? c : '_';
  return result;
}

/// As the text between the quotes of a C string.
static std::string escapeForC(llvm::StringRef name) {
  std::string result;
  for (unsigned char c : name) {
    if (llvm::isPrint(c) && c != '"' && c != '\\' && c != '?')
      result += c;
    else
      result += llvm::formatv("\\{0}{1}{2}", c >> 6, (c >> 3) & 7, c & 7);
  }
  return result;
}

static std::string getShapeText(const TensorSignature &tensor) {
  return llvm::join(
      llvm::map_range(tensor.shape, [](int64_t n) { return llvm::itostr(n); }),
      ", ");
}

std::string describeTensor(const TensorSignature &tensor) {
  return llvm::formatv("'{0}': {1}{2} [{3}]", printableName(tensor.name),
                       getCodePrefix(tensor.type.code),
                       unsigned(tensor.type.bits), getShapeText(tensor));
}

static void printTensor(const TensorSignature &tensor, llvm::StringRef role,
                        size_t index, llvm::StringRef prefix,
                        llvm::raw_ostream &os) {
  const std::string shape = getShapeText(tensor);
  int64_t elements = 1;
  for (int64_t extent : tensor.shape)
    elements *= extent;
  DLDataType type = tensor.type;
  std::string macro = llvm::formatv("{0}_{1}_{2}", prefix, role.upper(), index);
  os << llvm::formatv(
      "/* {0} {1}, {2}, row-major.{3} */\n",
      role == "input" ? "Input" : "Output", index, describeTensor(tensor),
      tensor.isOverwritten ? " Output 0 may be in its memory." : "");
  os << "#define " << macro << "_NAME \"" << escapeForC(tensor.name) << "\"\n";
  os << llvm::formatv("#define {0}_RANK {1}\n", macro, tensor.shape.size());
  if (!tensor.shape.empty())
    os << llvm::formatv("#define {0}_SHAPE {{{1}}\n", macro, shape);
  os << llvm::formatv("#define {0}_ELEMENTS {1}\n", macro, elements);
  os << llvm::formatv("#define {0}_TYPE {{{1}, {2}, {3}}\n", macro,
                      unsigned(type.code), unsigned(type.bits), type.lanes);
  os << '\n';
}

static constexpr llvm::StringLiteral declarations = R"(#ifdef __cplusplus
extern "C" {
#endif

/* The model's descriptor. */
const bnopt_model *$_model(void);

/* Runs the model once: checks every argument against the descriptor, then
 * reads `inputs` and writes `outputs`, each an array of pointers in the order
 * above. `workspace_size` is the size of `workspace` in bytes; its contents
 * before and after mean nothing. On failure the status says what is wrong and
 * `error`, unless NULL, says it in words; outputs are unspecified then. */
bnopt_status $_run(const DLTensor *const *inputs, DLTensor *const *outputs,
    void *workspace, uint64_t workspace_size, bnopt_error *error);

/* Sets how many threads work on one run; zero means one for each processor.
 * Not to be called during a run. */
void $_set_threads(int32_t threads);
)";

static constexpr llvm::StringLiteral endOfDeclarations = R"(
#ifdef __cplusplus
}
#endif
)";

static void printFunctions(const ModelSignature &model, llvm::raw_ostream &os) {
  const std::string &name = model.name;
  std::string text =
      (declarations + getRefreshDeclarations(model) + endOfDeclarations).str();
  for (size_t at = text.find('$'); at != std::string::npos;
       at = text.find('$', at + name.size()))
    text.replace(at, 1, name);
  os << text;
}

void printHeader(const ModelSignature &model, llvm::raw_ostream &os) {
  std::string prefix = llvm::StringRef(model.name).upper();
  os << llvm::formatv("/* Model '{0}', compiled by bn-opt for {1}. */\n\n",
                      model.name, printableName(model.target));
  os << getInterfaceHeader();
  os << llvm::formatv("\n#ifndef BNOPT_MODEL_{0}_H\n"
                      "#define BNOPT_MODEL_{0}_H\n\n",
                      prefix);
  for (auto [index, tensor] : llvm::enumerate(model.inputs))
    printTensor(tensor, "input", index, prefix, os);
  for (auto [index, tensor] : llvm::enumerate(model.outputs))
    printTensor(tensor, "output", index, prefix, os);
  os << "/* What a run needs to itself, in bytes; fit for aligned_alloc. */\n";
  os << llvm::formatv("#define {0}_WORKSPACE_ALIGNMENT {1}\n", prefix,
                      model.workspaceAlignment);
  os << llvm::formatv("#define {0}_WORKSPACE_SIZE {1}\n\n", prefix,
                      llvm::alignTo(std::max<uint64_t>(model.workspaceSize, 1),
                                    model.workspaceAlignment));
  printParameters(model, os);
  printFunctions(model, os);
  os << llvm::formatv("\n#endif /* BNOPT_MODEL_{0}_H */\n", prefix);
}

llvm::Error writeHeader(const ModelSignature &model,
                        llvm::StringRef outputPath) {
  return writeOutputFile(
      outputPath, [&](llvm::raw_ostream &os) { printHeader(model, os); });
}

} // namespace bnopt
