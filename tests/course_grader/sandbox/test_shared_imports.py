"""Imports before a fork: the garbage collector leaves them alone, and works again afterwards."""

import gc

import pytest

from course_grader.in_sandbox.shared_imports import shared_imports


@pytest.fixture(autouse=True)
def unfrozen():
    yield
    gc.enable()
    gc.unfreeze()


def test_what_is_made_in_the_block_is_never_looked_at_again():
    with shared_imports():
        assert not gc.isenabled()
        made = [[]]
    assert gc.isenabled()
    assert not any(each is made for each in gc.get_objects())


def test_the_collector_works_again_after_an_error():
    with pytest.raises(ImportError), shared_imports():
        raise ImportError
    assert gc.isenabled()
