"""Checks the tests of a lab: right and wrong answers that they must tell apart."""
