//===- GraphImporter.h - the state of one import --------------------------===//

#ifndef BNOPT_COMPILER_ONNX_GRAPHIMPORTER_H
#define BNOPT_COMPILER_ONNX_GRAPHIMPORTER_H

#include "compiler/onnx/ConstantValue.h"
#include "compiler/onnx/FirstError.h"
#include "compiler/onnx/ImportOnnx.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/DenseSet.h"
#include <deque>

namespace bnopt::onnx_import {

/// Imports one graph: checks it, then builds the live nodes in their order.
class GraphImporter {
public:
  GraphImporter(ModelFile &file, mlir::FileLineColLoc location,
                const ImportOptions &options, const FirstError &errors)
      : file(file), graph(*file.getModel().mutable_graph()), location(location),
        options(options), errors(errors), builder(location.getContext()) {}

  /// Adds the entry function `name` to `module`.
  llvm::LogicalResult import(mlir::ModuleOp module, llvm::StringRef name);

  mlir::OpBuilder &getBuilder() { return builder; }
  const FirstError &getErrors() const { return errors; }
  ModelFile &getFile() { return file; }
  int64_t getOpset() const { return opset; }

  /// What a name stands for: a tensor, or a constant that becomes one when an
  /// operator first needs it.
  struct Entry {
    mlir::Value value;
    std::optional<ConstantValue> constant;
    /// The initializer that the constant is; empty if it is none.
    llvm::StringRef initializer = {};
  };
  Entry *lookup(llvm::StringRef name);
  void define(llvm::StringRef name, Entry entry) { entries[name] = entry; }

  /// The tensor of `entry`, with an `arith.constant` made where it needs one.
  /// Null for integers.
  mlir::Value materialize(Entry &entry, mlir::Location location);

  bool isLive(llvm::StringRef name) const { return liveValues.contains(name); }
  /// Whether all that reads `name` are nodes that cast it to `type`.
  bool isOnlyCastTo(llvm::StringRef name, mlir::Type type) const;

  /// Dimension `index` of `value` as shape arithmetic sees it.
  ShapeInteger getExtent(mlir::Value value, int64_t index) const;
  /// How many times the batch size the one dynamic dimension of `value` is;
  /// 0 where it is something else, or there are several.
  int64_t getBatchFactor(mlir::Value value) const;
  void setBatchFactor(mlir::Value value, int64_t factor);

private:
  llvm::LogicalResult readOpsets();
  llvm::LogicalResult readInitializers();
  llvm::LogicalResult addInputs(mlir::func::FuncOp function);
  llvm::FailureOr<mlir::RankedTensorType>
  getInputType(const onnx::ValueInfoProto &input);
  llvm::FailureOr<llvm::DenseMap<llvm::StringRef, int>> findProducers();
  llvm::LogicalResult findLiveNodes();
  llvm::LogicalResult checkOperators();
  llvm::LogicalResult importNode(int index);
  llvm::LogicalResult importFolded(int index);
  llvm::LogicalResult addOutputs(mlir::func::FuncOp function);
  void addParameters(mlir::func::FuncOp function);

  /// The name of a node, or `OpType#index`.
  std::string getNodeName(int index) const;
  mlir::Location getNodeLocation(int index) const;
  mlir::InFlightDiagnostic error() { return mlir::emitError(location); }

  ModelFile &file;
  onnx::GraphProto &graph;
  mlir::FileLineColLoc location;
  const ImportOptions &options;
  const FirstError &errors;
  mlir::OpBuilder builder;
  /// Version of the default operator set.
  int64_t opset = 0;
  llvm::DenseMap<llvm::StringRef, Entry> entries;
  /// Where they may be refreshed, the floating-point initializers in use, in
  /// the order of the model.
  std::deque<Parameter> parameters;
  llvm::DenseSet<llvm::StringRef> liveValues;
  std::vector<bool> liveNodes;
  llvm::DenseMap<mlir::Value, int64_t> batchFactors;
};

} // namespace bnopt::onnx_import

#endif // BNOPT_COMPILER_ONNX_GRAPHIMPORTER_H
