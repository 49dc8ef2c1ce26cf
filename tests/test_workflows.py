"""Continuous integration and containers: valid, pinned, with few permissions, and calling make targets that exist."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

pytest.importorskip("check_jsonschema")

ROOT = Path(__file__).parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
ACTIONS = sorted((ROOT / ".github" / "actions").glob("*/action.yml"))
MAKE = re.compile(r"\bmake ((?:[a-z][a-z-]*\b ?)+)")
EXPECTED = {"tests", "nbval", "nbval-gpu", "platforms", "release", "grade"}


def read(path):
    # YAML 1.1 reads the key `on` as true.
    return {"on" if key is True else key: value for key, value in yaml.safe_load(path.read_text()).items()}


def jobs(path):
    return read(path)["jobs"].items()


def steps(path):
    if path.name == "action.yml":
        return read(path)["runs"]["steps"]
    return [step for _, job in jobs(path) for step in job["steps"]]


def named(paths):
    return pytest.mark.parametrize("path", paths, ids=lambda path: path.relative_to(ROOT / ".github").as_posix())


def valid(schema, paths):
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *map(str, paths)]
    checked = subprocess.run(command, capture_output=True, text=True)
    return checked.returncode == 0, checked.stdout + checked.stderr


def test_there_is_a_workflow_for_each_purpose():
    assert {path.stem for path in WORKFLOWS} == EXPECTED


def test_files_follow_the_published_schemas():
    for schema, paths in (("vendor.github-workflows", WORKFLOWS), ("vendor.github-actions", ACTIONS)):
        ok, said = valid(schema, paths)
        assert ok, said


def test_the_schema_notices_a_mistake(tmp_path):
    wrong = tmp_path / "wrong.yml"
    wrong.write_text((ROOT / ".github/workflows/nbval.yml").read_text().replace("runs-on", "run-on"))
    assert not valid("vendor.github-workflows", [wrong])[0]


@named(WORKFLOWS + ACTIONS)
def test_actions_are_pinned_by_hash_with_their_version(path):
    for line in re.findall(r"uses: (.+)", path.read_text()):
        assert line.startswith("./") or re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line


def test_an_action_has_the_same_version_everywhere():
    found = {use for path in WORKFLOWS + ACTIONS for use in re.findall(r"uses: (\w.+)", path.read_text())}
    assert len({use.partition("@")[0] for use in found}) == len(found), sorted(found)


@named(WORKFLOWS)
def test_permissions_are_read_only_unless_a_job_needs_more(path):
    assert read(path)["permissions"] == {"contents": "read"}
    more = {name for name, job in jobs(path) if job.get("permissions", {"contents": "read"}) != {"contents": "read"}}
    assert more == ({"publish"} if path.stem == "release" else set())


@named(WORKFLOWS)
def test_jobs_have_time_limits_and_runs_do_not_pile_up(path):
    assert read(path)["concurrency"]["group"]
    assert all(job["timeout-minutes"] for _, job in jobs(path))


@named(WORKFLOWS)
def test_a_checkout_leaves_no_token_behind(path):
    for step in steps(path):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


@named(WORKFLOWS)
def test_strangers_pull_requests_get_no_secret_and_no_runner_of_ours(path):
    triggers = read(path)["on"]
    assert "pull_request_target" not in triggers
    text = path.read_text()
    if "pull_request" in triggers:
        assert "secrets." not in text and "self-hosted" not in text
    if "self-hosted" in text:
        assert set(triggers) <= {"schedule", "workflow_dispatch", "workflow_call"}


def test_the_class_is_never_graded_for_a_pull_request():
    (job,) = [job for _, job in jobs(ROOT / ".github/workflows/grade.yml")]
    assert "github.event_name != 'pull_request'" in job["if"]
    assert "github.event_name != 'pull_request_target'" in job["if"]


class TestGradingAClass:
    """What a run leaves behind: the next checkout cleans the workspace, so grades must be elsewhere."""

    steps = steps(ROOT / ".github/workflows/grade.yml")
    state = "${{ inputs.state }}"

    def test_results_go_into_the_folder_that_stays_and_into_the_artifact(self):
        (grading,) = [step for step in self.steps if "grade-class" in step.get("run", "")]
        assert 'CLASS="$STATE"' in grading["run"] and grading["env"]["STATE"] == self.state
        (upload,) = [step for step in self.steps if step.get("uses", "").startswith("actions/upload-artifact@")]
        assert upload["with"]["path"] == self.state and upload["with"]["include-hidden-files"] is True

    def test_the_page_s_example_gives_what_the_workflow_asks_for(self):
        page = (ROOT / "docs" / "own-runner.md").read_text()
        (job,) = yaml.safe_load(page.partition("```yaml\n")[2].partition("```")[0])["jobs"].values()
        assert ROOT / job["uses"] == ROOT / ".github/workflows/grade.yml"
        called = read(ROOT / job["uses"])["on"]["workflow_call"]
        for given, asked in ((job["with"], called["inputs"]), (job["secrets"], called["secrets"])):
            assert {name for name, each in asked.items() if each.get("required")} <= given.keys() <= asked.keys()

    def test_the_submissions_do_not_stay(self):
        fetched = [
            step["with"]["path"] for step in self.steps if "path" in step.get("with", {}) and "token" in step["with"]
        ]
        assert (self.steps[-1]["if"], self.steps[-1]["run"]) == ("always()", f"rm -rf {fetched[0]}")

    @pytest.mark.parametrize("place, works", [("outside", True), ("work/class", False), ("work", False)])
    def test_the_folder_must_be_outside_the_workspace(self, tmp_path, place, works):
        assert self.accepts(tmp_path, tmp_path / place) is works
        assert (tmp_path / place).is_dir() is works

    @pytest.mark.parametrize("text", ["", "class", "~/class"])
    def test_its_path_must_be_a_full_one(self, tmp_path, text):
        assert not self.accepts(tmp_path, text)

    def accepts(self, folder, state):
        (check,) = [step for step in self.steps if step.get("name") == "the folder that stays"]
        environment = {"STATE": str(state), "GITHUB_WORKSPACE": str(folder / "work"), "PATH": os.environ["PATH"]}
        return subprocess.run(["bash", "-e", "-c", check["run"]], cwd=folder, env=environment).returncode == 0


@named(WORKFLOWS + ACTIONS)
def test_no_input_is_pasted_into_a_script(path):
    for step in steps(path):
        assert "${{" not in step.get("run", ""), f"pass it as an environment variable: {step['run']}"


def make_targets():
    return set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))


@named(WORKFLOWS + ACTIONS)
def test_every_make_target_exists(path):
    called = {name for step in steps(path) for names in MAKE.findall(step.get("run", "")) for name in names.split()}
    assert called <= make_targets()


def test_workflows_call_make():
    called = [names for path in WORKFLOWS for step in steps(path) for names in MAKE.findall(step.get("run", ""))]
    assert len(called) > 8


def test_the_readme_names_every_workflow():
    readme = (ROOT / "README.md").read_text()
    assert [path.stem for path in WORKFLOWS if f"`{path.name}`" not in readme] == []


class TestContainer:
    def test_the_dev_container_uses_the_graders_image(self):
        settings = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
        folder, build = ROOT / ".devcontainer", settings["build"]
        assert (folder / build["dockerfile"]).resolve() == ROOT / "container" / "Containerfile"
        assert (folder / build["context"]).resolve() == ROOT

    def test_the_dev_container_finds_the_workspaces_environment_first(self):
        settings = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
        assert settings["postCreateCommand"] == "make setup"
        assert settings["remoteEnv"]["PATH"].startswith("${containerWorkspaceFolder}/.venv/bin:")

    def test_the_page_explains_every_permission_of_the_dev_container(self):
        settings = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
        page = (ROOT / "docs" / "container.md").read_text()
        assert [option for option in settings["runArgs"] if f"`{option.replace('=', ' ', 1)}`" not in page] == []

    def test_the_image_runs_as_a_user_and_calls_make(self):
        text = (ROOT / "container" / "Containerfile").read_text()
        instructions = re.findall(r"^([A-Z]+) (.+)", text, re.MULTILINE)
        assert [value for name, value in instructions if name == "USER"][-1] == "grader"
        called = {name for names in MAKE.findall(text) for name in names.split()}
        assert "setup" in called
        known = {"FROM", "RUN", "WORKDIR", "USER", "ARG", "COPY", "ENV", "ENTRYPOINT", "CMD"}
        assert {name for name, _ in instructions} <= known

    def test_grades_and_git_stay_out_of_the_image(self):
        ignored = (ROOT / ".dockerignore").read_text().splitlines()
        assert {".git", ".venv", "submitted", "autograded", "class", "*.db", "*-autograded"} <= set(ignored)
