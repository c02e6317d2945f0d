"""Mean and spread of a tensor's elements, followed through a random network.

Mean-field estimates: every tensor is described by the mean of its elements and
their variance about it. They decide how large a layer's random weights are, so
that what comes out of it has unit variance.
"""

import dataclasses
import math


@dataclasses.dataclass(frozen=True)
class Moments:
    mean: float = 0.0
    variance: float = 1.0

    @property
    def second(self):
        return self.variance + self.mean**2

    def scaled(self, mean_square):
        """Multiplied by factors of mean 1 and the given mean square."""
        return Moments(self.mean, self.second * mean_square - self.mean**2)

    def plus(self, other):
        """The sum with an independent tensor."""
        return Moments(self.mean + other.mean, self.variance + other.variance)

    def averaged(self, window):
        """Averaged over `window` neighbours, which are partly correlated."""
        return Moments(self.mean, self.variance * max(0.25, window**-0.5))


# Of the standard normal distribution: E[f(x)], Var[f(x)].
_SILU = (0.2066, 0.3127)
_HARD_SWISH = (0.2065, 0.2910)
# Of the sigmoid, whose argument is a standard normal: E[s], E[s^2].
SIGMOID_GATE = (0.5, 0.2934)


def of_relu(value, ceiling=None):
    """max(x, 0) of a normally distributed x; a ceiling cuts little off."""
    mean, spread = value.mean, math.sqrt(value.variance)
    ratio = mean / spread
    below = 0.5 * (1 + math.erf(ratio / math.sqrt(2)))
    density = math.exp(-(ratio**2) / 2) / math.sqrt(2 * math.pi)
    first = mean * below + spread * density
    second = (mean**2 + value.variance) * below + mean * spread * density
    if ceiling is not None and first > ceiling / 2:
        raise ValueError(f"values of mean {first:.1f} would saturate at {ceiling}")
    return Moments(first, max(second - first**2, 1e-6))


def of_silu(value):
    spread = math.sqrt(value.variance)
    return Moments(_SILU[0] * spread, _SILU[1] * value.variance)


def of_hard_swish(value):
    spread = math.sqrt(value.variance)
    return Moments(_HARD_SWISH[0] * spread, _HARD_SWISH[1] * value.variance)


def of_gate(value):
    """Multiplied by a sigmoid of something independent."""
    mean = value.mean * SIGMOID_GATE[0]
    return Moments(mean, value.second * SIGMOID_GATE[1] - mean**2)


def of_max(value, window):
    """The largest of `window` neighbours, as for independent normal values."""
    # Expected maximum of n standard normal values; half of the neighbours
    # count as independent.
    count = max(2.0, window / 2)
    lift = math.sqrt(2 * math.log(count))
    return Moments(
        value.mean + 0.7 * lift * math.sqrt(value.variance), 0.7 * value.variance
    )


def of_concat(parts):
    """`parts`: (channels, moments) of each operand."""
    total = sum(channels for channels, _ in parts)
    mean = sum(channels * m.mean for channels, m in parts) / total
    second = sum(channels * m.second for channels, m in parts) / total
    return Moments(mean, second - mean**2)
