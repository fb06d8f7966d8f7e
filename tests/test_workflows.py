"""The workflows and the action: what GitHub reads has its form, and what they run works."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from harness.regress import parser

yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")
PROJECT = Path(__file__).parent.parent
WORKFLOWS = sorted((PROJECT / ".github" / "workflows").glob("*.yml"))
PLUGIN = '''
from proxies import proxy


@proxy("half_params", reads="cost")
def half_params(cost):
    """Half of the number of parameters."""
    return cost.params / 2
'''


def read(path: Path) -> dict[Any, Any]:
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))


def check_steps(steps: list[dict[str, Any]], *, shell: bool) -> None:
    """Each step uses an action of a version, or runs something, in a named shell if *shell*."""
    for step in steps:
        assert ("uses" in step) != ("run" in step), step
        if "run" in step:
            assert ("shell" in step) == shell, step
        elif step["uses"] != "./":
            assert "@" in step["uses"], step


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_has_the_form_that_github_reads(path: Path) -> None:
    workflow = read(path)
    assert set(workflow) == {"name", True, "permissions", "jobs"}, "YAML reads 'on' as true"
    assert set(workflow[True]) == {"pull_request", "push"}
    assert workflow["permissions"] == {"contents": "read"}
    for job in workflow["jobs"].values():
        assert {"runs-on", "timeout-minutes", "steps"} == set(job)
        check_steps(job["steps"], shell=False)
        for step in job["steps"]:
            if step.get("uses") == "./":
                assert set(step.get("with", {})) <= set(read(PROJECT / "action.yml")["inputs"])


def test_there_are_workflows_for_tests_and_for_the_regression() -> None:
    assert [path.name for path in WORKFLOWS] == ["ci.yml", "regress.yml"]


def test_make_knows_what_the_workflow_makes() -> None:
    steps = read(PROJECT / ".github" / "workflows" / "ci.yml")["jobs"]["check"]["steps"]
    made = [step["run"].removeprefix("make ") for step in steps if "run" in step]
    assert made == ["lint", "test ALL=1"], "the slow tests too"
    targets = [one.split()[0] for one in made]
    makefile = (PROJECT / "Makefile").read_text()
    assert all(f"\n{target}: " in makefile for target in targets)


def test_the_action_has_the_form_that_github_reads() -> None:
    action = read(PROJECT / "action.yml")
    assert set(action) == {"name", "description", "inputs", "runs"}
    assert action["runs"]["using"] == "composite"
    check_steps(action["runs"]["steps"], shell=True)
    for name, one in action["inputs"].items():
        assert set(one) == {"description", "default"}
        assert f"${{{{ inputs.{name} }}}}" in (PROJECT / "action.yml").read_text()
        options = parser().format_help()
        assert name == "python-version" or f"--{name} " in options


@pytest.mark.slow
def test_the_action_compares_the_proxy_of_another_repository(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(PLUGIN)
    (tmp_path / "other.py").write_text(PLUGIN.replace("half_params", "other_params"))
    environment = {
        **os.environ,
        "PYTHONPATH": str(PROJECT),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        "PLUGIN": "mine.py\nother.py\n",
        "PROXY": "half_params\nother_params\n",
        "BASELINE": "baseline.csv",
        "JUNIT": "",
    }

    def done(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )

    words = ["--plugin", "mine.py", "other.py", "--proxy", "half_params", "other_params"]
    words += ["--baseline", "baseline.csv"]
    update = [sys.executable, "-m", "harness.regress", "--update", "--archs", "3", *words]
    assert done(*update, "--workers", "1").returncode == 0
    script = read(PROJECT / "action.yml")["runs"]["steps"][-1]["run"]
    script = f"python() {{ '{sys.executable}' \"$@\"; }}\n{script}"
    held = done("bash", "-e", "-o", "pipefail", "-c", script)
    assert held.returncode == 0, held.stderr
    assert "holds: 2 proxies, 3 architectures" in held.stdout
    assert "2 proxies hold" in (tmp_path / "summary.md").read_text()
    (tmp_path / "mine.py").write_text(PLUGIN.replace("/ 2", "/ 3"))
    moved = done("bash", "-e", "-o", "pipefail", "-c", script)
    assert moved.returncode == 1, moved.stderr
    assert "drift: half_params: 3 of 3 scores moved" in moved.stdout


def test_the_workflow_of_the_documentation_uses_inputs_that_the_action_has() -> None:
    text = (PROJECT / "docs" / "ci.md").read_text().split("```yaml\n")[1].partition("```")[0]
    (job,) = yaml.safe_load(text)["jobs"].values()
    check_steps(job["steps"], shell=False)
    assert set(job["steps"][-1]["with"]) <= set(read(PROJECT / "action.yml")["inputs"])
