"""The models that bn-opt is tested and shown with.

Real architectures with seeded random weights, conditioned so that values keep
their order of magnitude from the input to the logits and the output depends on
the input: a wrong kernel then shows in the result.
"""
