// Each constraint of nn.channel_shuffle is checked.
// RUN: bn-opt %s --split-input-file --verify-diagnostics

func.func @channel_shuffle_c1_not_positive(%x: tensor<1x?x4x4xf32>) -> tensor<1x?x4x4xf32> {
  // expected-error@+1 {{'nn.channel_shuffle' op expects 'groups' to be positive, but got 0}}
  %result = nn.channel_shuffle %x groups 0 : tensor<1x?x4x4xf32>
  return %result : tensor<1x?x4x4xf32>
}

// -----

func.func @channel_shuffle_c1(%x: tensor<1x6x4x4xf32>) -> tensor<1x6x4x4xf32> {
  // expected-error@+1 {{'nn.channel_shuffle' op expects 'groups' to divide 6 input channels, but got 4}}
  %result = nn.channel_shuffle %x groups 4 : tensor<1x6x4x4xf32>
  return %result : tensor<1x6x4x4xf32>
}
