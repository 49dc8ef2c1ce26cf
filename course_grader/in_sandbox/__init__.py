"""The only part of the grader that a sandbox can see: it starts the kernel and answers the judge.

Mounted read-only at the same place in the package tree, so that imports work inside as they do outside. The code that
runs before the student's needs only the standard library. Nothing here is trusted once student code has run.
"""
