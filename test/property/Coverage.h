//===- Coverage.h - What the graphs of a run consist of -------------------===//

#ifndef BNOPT_TEST_PROPERTY_COVERAGE_H
#define BNOPT_TEST_PROPERTY_COVERAGE_H

#include "mlir/IR/BuiltinOps.h"

#include "llvm/Support/raw_ostream.h"

#include <map>
#include <string>

namespace bnopt::property {

/// How often operators, and properties of them, occur: kinds, ranks, groups,
/// pads, feature dimensions, uses, and parameters that go wrong elsewhere.
class Coverage {
public:
  void add(mlir::ModuleOp module);
  void add(const Coverage &other);
  /// One line for each, in columns.
  void print(llvm::raw_ostream &stream) const;

private:
  std::map<std::string, int64_t> counts;
};

} // namespace bnopt::property

#endif // BNOPT_TEST_PROPERTY_COVERAGE_H
