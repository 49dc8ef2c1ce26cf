"""The judge: holds the executed reference, runs the test cells, and never runs anything of a student's."""

# What PyTorch imports at the first backward(gradient) and with the first optimizer: together more than a second, once
# before the forks instead of in each of them, where a call's limit could also interrupt them.
LATE_IMPORTS = ("torch.fx.experimental.symbolic_shapes", "torch._dynamo")
