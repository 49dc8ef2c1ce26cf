"""Calls from a test to a student's code in another process: codec, framing, client, server and proxies.

This file imports nothing: the grader's controller needs the framing without PyTorch.
"""
