"""What runs inside the sandbox before a student's code does: standard library only, nothing of ours.

Mounted read-only at the same place in the package tree, so that it imports inside as it does outside.
"""
