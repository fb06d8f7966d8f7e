import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import kendalltau

import benchmarks_data
from harness.agree import main
from harness.analysis.agreement import agreement


def scores(**by_proxy: list[list[float]]) -> pd.DataFrame:
    """Scores of each proxy: one list a seed, one number an index."""
    rows = [
        ("nb201", index, "cell", proxy, seed, score, 0.0, "ok")
        for proxy, seeds in by_proxy.items()
        for seed, values in enumerate(seeds)
        for index, score in enumerate(values)
    ]
    return pd.DataFrame(
        rows, columns=["benchmark", "index", "arch", "proxy", "seed", "score", "seconds", "status"]
    )


def test_agreement_by_hand() -> None:
    first, second = [1.0, 2.0, 3.0, 4.0], [2.0, 1.0, 3.0, 4.0]
    ours = scores(synflow=[first, second], params=[[1.0, 2.0, 3.0, math.nan]], zen=[first])
    theirs = pd.DataFrame({"synflow": first, "size": [3.0, 2.0, 1.0, 0.0]}, index=range(4))
    found = agreement(ours, theirs, {"params": "size"}).set_index("proxy")
    assert list(found.index) == ["synflow", "params"], "zen has no column"
    assert found.loc["synflow", "one_seed"] == pytest.approx((1 + 2 / 3) / 2)
    assert found.loc["synflow", "between_seeds"] == pytest.approx(2 / 3)
    assert found.loc["synflow", "tau"] == pytest.approx(
        kendalltau([1.5, 1.5, 3, 4], first).statistic
    )
    assert found.loc["params", ["n", "tau"]].tolist() == [3, -1.0]
    lower_is_better = agreement(scores(te_ntk=[first, first]), theirs.assign(te_ntk=first)).iloc[0]
    assert lower_is_better[["tau", "one_seed", "between_seeds"]].tolist() == [1, 1, 1]


def test_the_command_prints_a_row_for_each_proxy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    values = np.random.default_rng(0).normal(size=20).tolist()
    ours, theirs = tmp_path / "scores.csv", tmp_path / "theirs.csv"
    scores(naswot=[values]).to_csv(ours, index=False)
    pd.DataFrame({"index": range(20), "nwot": [-1e8, *values[1:]]}).to_csv(theirs, index=False)
    assert main([str(ours), str(theirs), "--match", "naswot=nwot", "--missing=-1e8"]) == 0
    row = next(line for line in capsys.readouterr().out.splitlines() if "naswot" in line)
    assert row.split()[:4] == ["naswot", "nwot", "19", "1.000"]


def test_two_runs_are_compared_option_by_option(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    first, second = [1.0, 2.0, 3.0, 4.0], [2.0, 1.0, 3.0, 4.0]
    name = "naswot[batch=8]"
    ours, theirs = (
        scores(naswot=[first], te_ntk=[first]),
        scores(naswot=[second], te_ntk=[first, second]),
    )
    paths = []
    for number, frame in enumerate((ours, theirs)):
        paths.append(str(tmp_path / f"{number}.csv"))
        both = pd.concat(
            [
                frame,
                frame[frame["proxy"] == "naswot"].assign(
                    proxy=name, score=lambda one: -one["score"]
                ),
            ]
        )
        both.to_csv(paths[-1], index=False)
    assert main(paths) == 0
    rows = {
        line.split()[0]: line.split()
        for line in capsys.readouterr().out.splitlines()
        if "naswot" in line or "te_ntk" in line
    }
    assert rows["naswot"][:4] == ["naswot", "naswot", "4", "0.667"]
    assert rows[name][:4] == [name, name, "4", "0.667"]
    # Lower is better: ranks over seeds are 1.5, 1.5, 3, 4 in the scores' own direction.
    assert rows["te_ntk"][3] == f"{kendalltau([1.5, 1.5, 3, 4], first).statistic:.3f}"


def test_files_that_do_not_fit_are_one_line_and_exit_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ours, theirs = tmp_path / "scores.csv", tmp_path / "theirs.csv"
    scores(naswot=[[1.0, 2.0]]).to_csv(ours, index=False)
    complaints = {
        "index,nwot\n0,1\n1,2\n": "no column for a proxy",
        "index,naswot\n0,1\n0,2\n": "stands in several rows",
        "naswot\n1\n": "lacks the columns index",
        "index,naswot\n0,a\n1,2\n": "column 'naswot' holds something else",
        "index,naswot\n7,1\n8,2\n": "has no architecture of",
        "index,naswot\n": "has no row",
    }
    for text, complaint in complaints.items():
        theirs.write_text(text)
        assert complaint in refusal(ours, theirs, capsys)
    assert main([str(ours), str(tmp_path / "absent.csv")]) == 2
    theirs.write_text("index,naswot\n0,1\n1,2\n")
    assert main([str(ours), str(theirs), "--match", "naswto=naswot"]) == 2
    assert main([str(ours), str(theirs), "--match", "naswot"]) == 2
    pd.concat([scores(naswot=[[1.0, 2.0]])] * 2).to_csv(ours, index=False)
    assert main([str(ours), str(theirs)]) == 2
    assert capsys.readouterr().err.count("\n") == 4


def refusal(ours: Path, theirs: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Return the one line that a command ends with which cannot compare the two."""
    assert main([str(ours), str(theirs)]) == 2
    shown = capsys.readouterr().err
    assert shown.count("\n") == 1
    return shown


def arch(index: int) -> str:
    return benchmarks_data.get("nb201").architecture(index).string


def test_a_file_without_indices_is_joined_by_architecture(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    values = [3.0, 1.0, 2.0, 5.0]
    ours, theirs = tmp_path / "scores.csv", tmp_path / "theirs.csv"
    frame = scores(naswot=[values])
    frame.assign(arch=frame["index"].map(arch)).to_csv(ours, index=False)
    rows = [f"{arch(index)},{value}" for index, value in enumerate([*values, 9.0])]
    theirs.write_text("\n".join(["arch,naswot", *reversed(rows)]) + "\n")
    assert main([str(ours), str(theirs)]) == 0
    row = next(line for line in capsys.readouterr().out.splitlines() if "naswot" in line)
    assert row.split()[:4] == ["naswot", "naswot", "4", "1.000"]


def test_architectures_that_do_not_fit_are_one_line_and_exit_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ours, theirs = tmp_path / "scores.csv", tmp_path / "theirs.csv"
    scores(naswot=[[1.0, 2.0]]).to_csv(ours, index=False)
    complaints = {
        f"index,arch,naswot\n0,{arch(0)},1\n2,{arch(1)},2\n": "row 3: " + arch(1) + " is index 1",
        f"arch,naswot\n{arch(0)},1\n{arch(0)},2\n": "index 0 stands in several rows",
        "arch,naswot\n|nor_conv_9x9~0|,1\n": "row 2: ",
        "arch,naswot\n,1\n": "row 2: ",
        "naswot\n1\n": "lacks the columns index and arch",
    }
    for text, complaint in complaints.items():
        theirs.write_text(text)
        assert complaint in refusal(ours, theirs, capsys)
