from course_grader.report.items import exercises_of, item_statistics


def test_exercises_keep_notebook_order(class_results):
    assert list(exercises_of(reversed(class_results))) == ["scale", "shift"]


def test_statistics_leave_out_what_could_not_be_run(class_results):
    scale, shift = item_statistics(class_results)
    assert (scale.exercise, scale.submissions, scale.mean, scale.max) == ("scale", 3, 1.0, 2.0)
    assert (scale.full_share, scale.zero_share) == (1 / 3, 1 / 3)
    assert (shift.submissions, shift.full_share, shift.hardest_failed) == (2, 0.5, 1)
    assert scale.hardest_test == "Statement 1 of scale" and scale.hardest_failed == 2


def test_no_submissions_give_no_items():
    assert item_statistics([]) == []
