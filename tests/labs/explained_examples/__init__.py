"""Examples in the explanations of misconceptions: what the mistake really gives, and what is right.

EXAMPLES of each module: (exercise, words of the explanation, what to try on an answer, what the mistake gives, what is
right). An exception class stands for an error of this type, `...` for a value that the words say nothing about.
"""
