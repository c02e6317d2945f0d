#ifndef BNOPT_KERNEL_KERNELDIALECT
#define BNOPT_KERNEL_KERNELDIALECT

include "mlir/IR/OpBase.td"

def Kernel_Dialect : Dialect {
  let name = "kernel";
  let cppNamespace = "::bnopt::kernel";
  let summary = "Fused groups of operators as isolated symbols, and their launches";
  let description = [{
    What `gpu.func` and `gpu.launch_func` are to a device: `kernel.func` holds
    the operators that one generated function computes, `kernel.launch` calls
    it, first on tensors, after `bn-plan-memory` on places in memory.

    Attributes on arguments and results of `kernel.func`: `kernel.layout`
    (`#kernel.layout` or `#kernel.packed`); absent means row-major.
  }];
  let useDefaultAttributePrinterParser = 1;
  let extraClassDeclaration = "void registerAttributes();";
}

#endif // BNOPT_KERNEL_KERNELDIALECT
