//===- Passes.td - Kernels get memory -----------------------------------===//

#ifndef BNOPT_PASSES_LOWER_PASSES
#define BNOPT_PASSES_LOWER_PASSES

include "mlir/Pass/PassBase.td"

def AssignLayoutsPass : Pass<"bn-assign-layouts", "::mlir::ModuleOp"> {
  let summary = "Decide where the elements of every tensor lie in memory";
  let description = [{
    Activations of rank 3 and higher become channels-last where a kernel wants
    it, and stay row-major where all kernels that they are connected to work in
    any order: normalizations, reductions, elementwise operators. Tensors read by
    a padded convolution get a halo of zeros that its window may read. The
    operands of a concatenation along the channels become slices of its
    result. Inputs and outputs of the model keep the model's row-major order;
    where an operator needs another one, a kernel that copies is inserted.
    Kernels are cloned where the same one is used with different layouts.
    Shapes must be static and elements f32, f16 or bf16; those of convolutions
    and matrix products f32.

    The layouts are the `kernel.layout` attributes of the kernels.
  }];
  let dependentDialects = ["::bnopt::kernel::KernelDialect"];
  let statistics = [
    Statistic<"numCopies", "num-copies", "layout copies inserted">,
  ];
}

def ChooseSchedulesPass : Pass<"bn-choose-schedules", "::mlir::ModuleOp"> {
  let summary = "Choose register tiles, and with them the packing of weights";
  let description = [{
    Sets `schedule` on kernels with a convolution or matrix product, and
    `kernel.layout = #kernel.packed<…>` on their weights, by a model of the
    register file.
  }];
  let dependentDialects = ["::bnopt::kernel::KernelDialect"];
  let options = [
    Option<"vectorBytes", "vector-bytes", "unsigned", /*default=*/"32",
           "size of a vector register in bytes">,
    Option<"registers", "registers", "unsigned", /*default=*/"16",
           "number of vector registers">,
  ];
}

def PackWeightsPass : Pass<"bn-pack-weights", "::mlir::ModuleOp"> {
  let summary = "Rewrite constant weights in the order in which kernels read them";
  let description = [{
    A constant passed to an argument with `#kernel.packed` is replaced by one
    of the packed shape. Constants used several times in the same order are
    packed once.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::bnopt::kernel::KernelDialect"];
}

def PlanMemoryPass : Pass<"bn-plan-memory", "::mlir::ModuleOp"> {
  let summary = "Give every tensor a place in one arena";
  let description = [{
    Turns the model function from tensors to memrefs: arguments for inputs,
    outputs and the arena, one `kernel.place` per tensor, one `memref.global`
    per constant, launches that write to their outputs. Places are 64-byte aligned and reused when the lifetimes
    of tensors do not overlap; an elementwise operand of the result's layout
    whose last use is the launch gives its place to the result. Halos are
    zeroed before the first launch that writes the tensor.

    Sets `bn.arena_bytes` and `bn.max_live_bytes` on the function.
  }];
  let dependentDialects = ["::mlir::memref::MemRefDialect", "::bnopt::kernel::KernelDialect"];
}

#endif // BNOPT_PASSES_LOWER_PASSES
