"""MobileNet and EfficientNet: depthwise convolutions, gates, smooth activations."""

CLASSES = 1000


def _conv_bn(graph, x, channels, kernel, stride=1, groups=1, activation=None):
    x = graph.batch_norm(graph.conv(x, channels, kernel, stride, groups))
    return activation(x) if activation else x


def _rounded(channels, divisor=8):
    """To a multiple of `divisor`, by at most a tenth down."""
    rounded = max(divisor, int(channels + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * channels else rounded


def mobilenet_v2(graph):
    x = _conv_bn(graph, graph.input, 32, 3, 2, activation=graph.relu6)
    stages = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2),
              (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]
    for expansion, channels, depth, first_stride in stages:
        for index in range(depth):
            stride = first_stride if index == 0 else 1
            inner, branch = x.channels * expansion, x
            if expansion != 1:
                branch = _conv_bn(graph, x, inner, 1, activation=graph.relu6)
            branch = _conv_bn(graph, branch, inner, 3, stride, inner, graph.relu6)
            branch = _conv_bn(graph, branch, channels, 1)
            same = stride == 1 and x.channels == channels
            x = graph.add(x, branch) if same else branch
    x = _conv_bn(graph, x, 1280, 1, activation=graph.relu6)
    x = graph.flatten(graph.global_average_pool(x))
    return graph.model(graph.dense(x, CLASSES))


def mobilenet_v3_small(graph):
    relu, swish = graph.relu, graph.hard_swish
    x = _conv_bn(graph, graph.input, 16, 3, 2, activation=swish)
    # kernel, inner channels, channels, gated, activation, stride
    blocks = [(3, 16, 16, True, relu, 2), (3, 72, 24, False, relu, 2),
              (3, 88, 24, False, relu, 1), (5, 96, 40, True, swish, 2),
              (5, 240, 40, True, swish, 1), (5, 240, 40, True, swish, 1),
              (5, 120, 48, True, swish, 1), (5, 144, 48, True, swish, 1),
              (5, 288, 96, True, swish, 2), (5, 576, 96, True, swish, 1),
              (5, 576, 96, True, swish, 1)]
    for kernel, inner, channels, gated, activation, stride in blocks:
        branch = x
        if inner != x.channels:
            branch = _conv_bn(graph, x, inner, 1, activation=activation)
        branch = _conv_bn(graph, branch, inner, kernel, stride, inner, activation)
        if gated:
            branch = graph.gated(branch, _rounded(inner / 4), relu, hard=True)
        branch = _conv_bn(graph, branch, channels, 1)
        same = stride == 1 and x.channels == channels
        x = graph.add(x, branch) if same else branch
    x = _conv_bn(graph, x, 576, 1, activation=swish)
    x = graph.flatten(graph.global_average_pool(x))
    return graph.model(graph.dense(swish(graph.dense(x, 1024)), CLASSES))


def efficientnet_b0(graph):
    silu = graph.silu
    x = _conv_bn(graph, graph.input, 32, 3, 2, activation=silu)
    # expansion, channels, depth, stride, kernel
    stages = [(1, 16, 1, 1, 3), (6, 24, 2, 2, 3), (6, 40, 2, 2, 5), (6, 80, 3, 2, 3),
              (6, 112, 3, 1, 5), (6, 192, 4, 2, 5), (6, 320, 1, 1, 3)]
    for number, (expansion, channels, depth, first_stride, kernel) in enumerate(stages):
        for index in range(depth):
            stride = first_stride if index == 0 else 1
            inner, branch = x.channels * expansion, x
            if expansion != 1:
                branch = _conv_bn(graph, x, inner, 1, activation=silu)
            branch = _conv_bn(graph, branch, inner, kernel, stride, inner, silu)
            # Exporters write the mean in either of two ways; have both.
            branch = graph.gated(branch, max(1, x.channels // 4), silu,
                                 as_reduction=number % 2 == 1)
            branch = _conv_bn(graph, branch, channels, 1)
            same = stride == 1 and x.channels == channels
            x = graph.add(x, branch) if same else branch
    x = _conv_bn(graph, x, 1280, 1, activation=silu)
    x = graph.flatten(graph.global_average_pool(x))
    return graph.model(graph.dense(x, CLASSES))
