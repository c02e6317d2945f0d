//===- GlobalBuilder.h - Constants of the host module ---------------------===//

#ifndef BNOPT_COMPILER_HOST_GLOBALBUILDER_H
#define BNOPT_COMPILER_HOST_GLOBALBUILDER_H

#include "compiler/link/Header.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/BuiltinOps.h"

namespace bnopt {

/// Builds constants that refer to each other by address, and functions, at the
/// end of a host module.
class GlobalBuilder {
public:
  /// Constants are called `prefix` and a number.
  GlobalBuilder(mlir::ModuleOp host, mlir::Location loc, llvm::StringRef prefix)
      : builder(mlir::OpBuilder::atBlockEnd(host.getBody())), loc(loc),
        pointer(mlir::LLVM::LLVMPointerType::get(host.getContext())),
        prefix(prefix) {}

  /// `text`, zeros included, and one more zero.
  mlir::LLVM::GlobalOp createString(llvm::StringRef text);
  /// Numbers of any type as they lie in memory, aligned for them.
  mlir::LLVM::GlobalOp createNumbers(llvm::ArrayRef<char> bytes);
  mlir::LLVM::GlobalOp createIntegers(llvm::ArrayRef<int64_t> values);
  /// An array of addresses; null for null.
  mlir::LLVM::GlobalOp
  createPointers(llvm::ArrayRef<mlir::LLVM::GlobalOp> globals);
  /// An array of `bnopt_tensor_info`.
  mlir::LLVM::GlobalOp
  createTensorInfos(llvm::ArrayRef<TensorSignature> tensors);
  /// A struct of `fields`, which are built when `fill` is called.
  mlir::LLVM::GlobalOp
  createStruct(llvm::ArrayRef<mlir::Type> types,
               llvm::function_ref<llvm::SmallVector<mlir::Value>()> fill);

  mlir::LLVM::LLVMFuncOp createFunction(llvm::StringRef name, mlir::Type result,
                                        llvm::ArrayRef<mlir::Type> inputs,
                                        bool isHidden);
  /// A public function that calls the hidden one called `inner` with `first`
  /// and its own arguments.
  void createForwarder(llvm::StringRef name, llvm::StringRef inner,
                       mlir::LLVM::GlobalOp first,
                       llvm::ArrayRef<mlir::Type> inputs);

  mlir::Value integer(unsigned bits, int64_t value) {
    return mlir::LLVM::ConstantOp::create(builder, loc,
                                          builder.getIntegerType(bits), value);
  }
  mlir::Value address(mlir::LLVM::GlobalOp global) {
    return mlir::LLVM::AddressOfOp::create(builder, loc, global);
  }
  mlir::Value address(llvm::StringRef symbol) {
    return mlir::LLVM::AddressOfOp::create(builder, loc, pointer, symbol);
  }
  mlir::Value null() {
    return mlir::LLVM::ZeroOp::create(builder, loc, pointer);
  }

  mlir::OpBuilder &getBuilder() { return builder; }
  mlir::Location getLoc() const { return loc; }
  mlir::Type getPointerType() const { return pointer; }

private:
  mlir::LLVM::GlobalOp createConstant(mlir::Type type, mlir::Attribute value);
  mlir::LLVM::GlobalOp createBytes(llvm::ArrayRef<char> bytes);
  /// A constant of `type`; `fill` builds its value.
  mlir::LLVM::GlobalOp createGlobal(mlir::Type type,
                                    llvm::function_ref<mlir::Value()> fill);
  mlir::LLVM::GlobalOp createShape(llvm::ArrayRef<int64_t> shape);
  mlir::Value insert(mlir::Value aggregate, mlir::Value element,
                     llvm::ArrayRef<int64_t> position) {
    return mlir::LLVM::InsertValueOp::create(builder, loc, aggregate, element,
                                             position);
  }

  mlir::OpBuilder builder;
  mlir::Location loc;
  mlir::Type pointer;
  std::string prefix;
  unsigned counter = 0;
};

} // namespace bnopt

#endif // BNOPT_COMPILER_HOST_GLOBALBUILDER_H
