// Elements that lie in another order are loaded and stored in whole vectors, and transposed in registers.

// A row of a tile is a cache line of the output, which bypasses the cache where it is large. Tiles follow each other along the argument.
// RUN: bn-opt %s --target=x86-64-v4 --emit=stmt -o - | FileCheck %s
// CHECK: // kernel transpose{{$}}
// CHECK: internal func {{.*}}line_task (
// CHECK: for ([[OUTPUT:output.*]].s0.j.tile.tile, 0, 260)
// CHECK: allocate [[TILE:argument0.*]][float32 * 64] in Register
// CHECK: [[TILE]][ramp(0, 1, 64)] = interleave_vectors(argument0[ramp({{.*}}, 1, 4) aligned(4, 0)],
// CHECK-COUNT-4: [[OUTPUT]][ramp({{.*}}, 1, 16) aligned(16, 0)] = [[TILE]][ramp({{[0-9]+}}, 1, 16)]

// The last of four lines begins at 33, to end with 49 elements, and overlaps the one before it.
// CHECK: // kernel transpose_0{{$}}
// CHECK: for ([[OUTPUT:output.*]].s0.i.line, 0, 3)
// CHECK: for ([[OUTPUT]].s0.j.tile.tile, 0, 25)
// CHECK: [[OUTPUT]][ramp({{.*}} + 33, 1, 16)

// RUN: bn-opt %s --target=x86-64-v4 --emit=asm -o - | FileCheck %s --check-prefix=V4 --implicit-check-not=gather --implicit-check-not=insertps
// V4: vmovntps %zmm

// Where a line is two registers, tiles have eight rows.
// RUN: bn-opt %s --target=x86-64-v3 --emit=stmt -o - | FileCheck %s --check-prefix=V3
// V3: for ({{.*}}.tile, 0, 130)
// V3: argument0{{.*}}[float32 * 128] in Register
// RUN: bn-opt %s --target=x86-64-v3 --emit=asm -o - | FileCheck %s --check-prefix=V3-ASM
// V3-ASM: vmovntps %ymm
func.func @transpositions(%x: tensor<1024x1040xf32>, %y: tensor<49x100xf32>) -> (tensor<1040x1024xf32>, tensor<100x49xf32>) {
  %0 = nn.transpose %x permutation [1, 0] : (tensor<1024x1040xf32>) -> tensor<1040x1024xf32>
  %1 = nn.transpose %y permutation [1, 0] : (tensor<49x100xf32>) -> tensor<100x49xf32>
  return %0, %1 : tensor<1040x1024xf32>, tensor<100x49xf32>
}
