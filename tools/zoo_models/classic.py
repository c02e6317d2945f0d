"""VGG, ResNet, DenseNet and RepVGG, as their authors published them."""

CLASSES = 1000


def _classify(graph, x):
    x = graph.flatten(graph.global_average_pool(x))
    return graph.model(graph.dense(x, CLASSES))


def _conv_bn(graph, x, channels, kernel, stride=1, groups=1):
    return graph.batch_norm(graph.conv(x, channels, kernel, stride, groups))


def _conv_bn_relu(graph, x, channels, kernel, stride=1, groups=1):
    return graph.relu(_conv_bn(graph, x, channels, kernel, stride, groups))


def _stem(graph):
    x = _conv_bn_relu(graph, graph.input, 64, 7, 2)
    return graph.max_pool(x, 3, 2, pad=1)


def _basic_block(graph, x, channels, stride):
    branch = _conv_bn_relu(graph, x, channels, 3, stride)
    branch = _conv_bn(graph, branch, channels, 3)
    if stride != 1 or x.channels != channels:
        x = _conv_bn(graph, x, channels, 1, stride)
    return graph.relu(graph.add(branch, x))


def _bottleneck(graph, x, channels, stride):
    branch = _conv_bn_relu(graph, x, channels, 1)
    branch = _conv_bn_relu(graph, branch, channels, 3, stride)
    branch = _conv_bn(graph, branch, channels * 4, 1)
    if stride != 1 or x.channels != channels * 4:
        x = _conv_bn(graph, x, channels * 4, 1, stride)
    return graph.relu(graph.add(branch, x))


def _residual(graph, block, depths):
    x = _stem(graph)
    for stage, depth in enumerate(depths):
        for index in range(depth):
            stride = 2 if stage > 0 and index == 0 else 1
            x = block(graph, x, 64 << stage, stride)
    return _classify(graph, x)


def resnet18(graph):
    return _residual(graph, _basic_block, [2, 2, 2, 2])


def resnet50(graph):
    return _residual(graph, _bottleneck, [3, 4, 6, 3])


def _preactivated_bottleneck(graph, x, channels, stride):
    activated = graph.relu(graph.batch_norm(x))
    branch = _conv_bn_relu(graph, activated, channels, 1)
    branch = _conv_bn_relu(graph, branch, channels, 3, stride)
    branch = graph.conv(branch, channels * 4, 1)
    if stride != 1 or x.channels != channels * 4:
        x = graph.conv(activated, channels * 4, 1, stride)
    return graph.add(branch, x)


def resnet50v2(graph):
    """Normalizations come before the convolutions, at the head of each branch."""
    x = graph.max_pool(graph.conv(graph.input, 64, 7, 2), 3, 2, pad=1)
    for stage, depth in enumerate([3, 4, 6, 3]):
        for index in range(depth):
            stride = 2 if stage > 0 and index == 0 else 1
            x = _preactivated_bottleneck(graph, x, 64 << stage, stride)
    return _classify(graph, graph.relu(graph.batch_norm(x)))


def vgg16_bn(graph):
    x = graph.input
    for channels, depth in [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)]:
        for _ in range(depth):
            x = graph.conv(x, channels, 3, bias=True)
            x = graph.relu(graph.batch_norm(x))
        x = graph.max_pool(x, 2, 2)
    x = graph.flatten(x)
    x = graph.relu(graph.dense(x, 4096))
    x = graph.relu(graph.dense(x, 4096))
    return graph.model(graph.dense(x, CLASSES))


def densenet121(graph):
    growth = 32
    x = _stem(graph)
    for depth in [6, 12, 24, 16]:
        if depth != 6:
            x = graph.relu(graph.batch_norm(x))
            x = graph.average_pool(graph.conv(x, x.channels // 2, 1), 2)
        for _ in range(depth):
            branch = graph.relu(graph.batch_norm(x))
            branch = _conv_bn_relu(graph, branch, 4 * growth, 1)
            x = graph.concat([x, graph.conv(branch, growth, 3)])
    return _classify(graph, graph.relu(graph.batch_norm(x)))


def repvgg_a0(graph):
    """The form in which it is trained: three normalized branches a block."""
    x = graph.input
    for channels, depth in [(48, 1), (48, 2), (96, 4), (192, 14), (1280, 1)]:
        for index in range(depth):
            stride = 2 if index == 0 else 1
            total = graph.add(_conv_bn(graph, x, channels, 3, stride),
                              _conv_bn(graph, x, channels, 1, stride))
            if stride == 1 and x.channels == channels:
                total = graph.add(total, graph.batch_norm(x))
            x = graph.relu(total)
    return _classify(graph, x)
