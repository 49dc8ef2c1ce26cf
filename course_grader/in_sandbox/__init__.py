"""All that a sandbox sees of the grader: what starts a kernel, and the agent that answers the judge there.

Mounted read-only at the same place in the package tree, so that it imports inside as it does outside. What runs before
a student's code needs the standard library only; nothing here is trusted once that code has run.
"""
