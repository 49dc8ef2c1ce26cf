"""Seeds from names."""

from course_utils.seeds import derive_seed


def test_where_one_part_ends_and_the_next_begins_counts():
    assert len({derive_seed("ab", "c"), derive_seed("a", "bc"), derive_seed("abc"), derive_seed("abc", "")}) == 4
    assert derive_seed(1, 23) != derive_seed(12, 3)
