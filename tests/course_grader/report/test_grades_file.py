import json

from course_grader.report.grades_file import class_grades, write_json


def test_the_file_has_the_documented_format(tmp_path, class_results):
    write_json(tmp_path / "build" / "grades.json", class_grades("01_lab", 42, class_results))
    grades = json.loads((tmp_path / "build" / "grades.json").read_text())
    assert (grades["lab"], grades["seed"]) == ("01_lab", 42)
    ben = grades["submissions"][1]
    assert ben["exercises"]["scale"] == {
        "points": 1.0,
        "max": 2.0,
        "tests": {"test_0": "passed", "test_1": "failed"},
        "diagnoses": [],
        "device_problem": "",
    }
    assert (ben["student"], ben["status"], ben["score"], ben["max_score"]) == ("ben", "graded", 1.0, 3.0)
    assert {"manual", "messages", "seconds"} <= set(ben)
    assert [entry["status"] for entry in grades["submissions"]] == ["graded", "graded", "needs_person", "failed"]


def test_text_that_is_not_valid_utf8_is_written_too(tmp_path, class_results):
    class_results[0].messages = ["half a character \ud83d"]
    write_json(tmp_path / "grades.json", class_grades("01", 1, class_results))
    assert json.loads((tmp_path / "grades.json").read_text())["submissions"][0]["messages"] == [
        "half a character \ud83d"
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["grades.json"]
