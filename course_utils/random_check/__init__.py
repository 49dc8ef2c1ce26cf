"""Try an exercise on many small random inputs, against a slow specification in plain Python.

    from course_utils.random_check import check_random, show_specification

    check_random("chain_bmm")
    show_specification("chain_bmm")

A specification says what the result is, with loops over lists of numbers. As an answer it does not pass: exercises ask
for tensors, most of them for gradients.
"""

from course_utils.random_check.search import check_random, show_specification

__all__ = ["check_random", "show_specification"]
