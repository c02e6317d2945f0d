"""Prints a model of two convolutions, 3×3 and 1×1, with weights that differ."""

import struct


def resource(name, count):
    """Little-endian f32 after four bytes of alignment, as MLIR prints blobs."""
    values = ((index * 37 % 101 - 50) / 1000 for index in range(count))
    data = struct.pack("<i", 4) + b"".join(struct.pack("<f", v) for v in values)
    return f'{name}: "0x{data.hex().upper()}"'


IMAGE = "tensor<1x64x14x14xf32>"
print(f"""
func.func @model(%x: {IMAGE} {{bn.name = "data"}}) -> ({IMAGE} {{bn.name = "prob"}}) {{
  %w = arith.constant dense_resource<w> : tensor<64x64x3x3xf32>
  %b = arith.constant dense_resource<b> : tensor<64xf32>
  %p = arith.constant dense_resource<p> : tensor<64x64x1x1xf32>
  %0 = nn.conv %x, %w bias %b pads [1, 1, 1, 1]
    : ({IMAGE}, tensor<64x64x3x3xf32>, tensor<64xf32>) -> {IMAGE}
  %1 = nn.relu %0 : {IMAGE}
  %2 = nn.conv %1, %p : ({IMAGE}, tensor<64x64x1x1xf32>) -> {IMAGE}
  return %2 : {IMAGE}
}}
{{-#
  dialect_resources: {{
    builtin: {{
      {resource("w", 64 * 64 * 9)},
      {resource("b", 64)},
      {resource("p", 64 * 64)}
    }}
  }}
#-}}
""")
