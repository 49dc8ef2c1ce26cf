"""The judge: holds the executed reference, runs the test cells, and never runs anything of a student's."""

# What PyTorch imports at the first backward(gradient): half a second, once before the forks instead of in each of them.
AUTOGRAD_IMPORT = "torch.fx.experimental.symbolic_shapes"
