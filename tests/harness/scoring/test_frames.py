"""Scores as tables."""

from pathlib import Path

from harness.scoring.frames import SCORE_COLUMNS, read_scores


def test_architectures_in_digits_keep_their_zeros(tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    path.write_text(",".join(SCORE_COLUMNS) + "\nnbmacro,3,00000010,synflow,0,1.5,0.1,ok\n")
    assert read_scores(path)["arch"].tolist() == ["00000010"]
