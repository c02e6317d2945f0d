#include "compiler/link/HeaderParameters.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/raw_ostream.h"

namespace bnopt {

/// The words of C and C++ that a parameter could be called, and macros in small
/// letters of common headers.
static constexpr llvm::StringLiteral keywords[] = {
    "alignas",       "alignof",       "and",
    "and_eq",        "asm",           "auto",
    "bitand",        "bitor",         "bool",
    "break",         "case",          "catch",
    "char",          "char16_t",      "char32_t",
    "char8_t",       "class",         "co_await",
    "co_return",     "co_yield",      "compl",
    "complex",       "concept",       "const",
    "const_cast",    "consteval",     "constexpr",
    "constinit",     "continue",      "decltype",
    "default",       "delete",        "do",
    "double",        "dynamic_cast",  "else",
    "enum",          "errno",         "explicit",
    "export",        "extern",        "false",
    "float",         "for",           "friend",
    "goto",          "i386",          "if",
    "imaginary",     "inline",        "int",
    "linux",         "long",          "mutable",
    "namespace",     "new",           "noexcept",
    "noreturn",      "not",           "not_eq",
    "nullptr",       "operator",      "or",
    "or_eq",         "private",       "protected",
    "public",        "register",      "reinterpret_cast",
    "requires",      "restrict",      "return",
    "short",         "signed",        "sizeof",
    "static",        "static_assert", "static_cast",
    "struct",        "switch",        "template",
    "this",          "thread_local",  "throw",
    "true",          "try",           "typedef",
    "typeid",        "typename",      "typeof",
    "typeof_unqual", "union",         "unix",
    "unsigned",      "using",         "virtual",
    "void",          "volatile",      "wchar_t",
    "while",         "xor",           "xor_eq"};

static std::string toIdentifier(llvm::StringRef name) {
  std::string identifier;
  for (char c : name)
    identifier += llvm::isAlnum(c) ? c : '_';
  // Macros are of capitals, by custom, and headers have thousands.
  const bool isLikeMacro = llvm::none_of(identifier, llvm::isLower) &&
                           llvm::any_of(identifier, llvm::isUpper);
  if (isLikeMacro || llvm::is_contained(keywords, identifier))
    identifier += '_';
  // What begins with '_' is the implementation's where a capital follows.
  const bool isFree = !identifier.empty() && llvm::isAlpha(identifier.front());
  return isFree ? identifier : "p" + identifier;
}

std::vector<std::string>
getParameterIdentifiers(llvm::ArrayRef<TensorSignature> tensors) {
  llvm::StringSet<> used;
  std::vector<std::string> identifiers;
  // A name that is an identifier keeps it, whatever comes before.
  for (const TensorSignature &tensor : tensors) {
    identifiers.push_back(toIdentifier(tensor.name));
    if (identifiers.back() == tensor.name)
      used.insert(tensor.name);
  }
  for (auto [identifier, tensor] : llvm::zip_equal(identifiers, tensors)) {
    if (identifier == tensor.name)
      continue;
    const std::string stem = identifier;
    for (int number = 2; !used.insert(identifier).second; ++number)
      identifier = stem + "_" + std::to_string(number);
  }
  return identifiers;
}

void printParameters(const ModelSignature &model, llvm::raw_ostream &os) {
  if (!model.isRefreshable)
    return;
  os << "/* The parameters of the model, row-major without gaps. */\n"
     << "typedef struct " << model.name << "_parameters {\n";
  for (auto [identifier, tensor] : llvm::zip_equal(
           getParameterIdentifiers(model.parameters), model.parameters))
    os << "  const float *" << identifier << "; /* " << describeTensor(tensor)
       << " */\n";
  // C has no empty structs.
  if (model.parameters.empty())
    os << "  const float *none; /* the model has none */\n";
  os << "} " << model.name << "_parameters;\n\n";
  if (model.fixedParameters.empty())
    return;
  os << "/* Fixed, because their values have shaped the code:\n";
  for (const TensorSignature &tensor : model.fixedParameters)
    os << " *   " << describeTensor(tensor) << '\n';
  os << " */\n\n";
}

llvm::StringRef getRefreshDeclarations(const ModelSignature &model) {
  if (!model.isRefreshable)
    return "";
  return R"(
/* Computes the model's weights of new parameters: all of `parameters`, by their
 * names in the model, in any order, `count` in number. The parameters are read
 * during the call only. On failure the status says what is wrong and `error`,
 * unless NULL, says it in words; the weights are what they were then. Not to be
 * called during a run. */
bnopt_status $_refresh(const bnopt_parameter *parameters, size_t count,
    bnopt_error *error);

/* As above. */
bnopt_status $_refresh_from(const $_parameters *parameters,
    bnopt_error *error);
)";
}

} // namespace bnopt
