"""Submissions from elsewhere: what is read is right, and what is wrong is said in whole lines."""

from __future__ import annotations

import math
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from harness.leaderboard.submissions import read_submission
from tests.fuzz.damage import damaged, damaged_csv, taken_or_refused

EXAMPLE = Path(__file__).parents[1] / "harness" / "leaderboard" / "submissions" / "spread_scores"

HEADER, *ROWS = (EXAMPLE / "scores.csv").read_text().splitlines()
#: The same scores as somebody wrote them down, and as a run wrote them.
TEXTS = (
    "\n".join([HEADER, *ROWS, ""]),
    "\n".join([f"{HEADER},status,batch", *(f"{row},ok,0" for row in ROWS), ""]),
)


@given(data=st.data())
def test_cards(data: st.DataObject, tmp_path: Path) -> None:
    content = data.draw(damaged((EXAMPLE / "card.toml").read_bytes()))
    (tmp_path / "card.toml").write_bytes(content)
    (tmp_path / "scores.csv").write_bytes((EXAMPLE / "scores.csv").read_bytes())
    submission = taken_or_refused(lambda: read_submission(tmp_path))
    if submission is not None:
        assert (submission.card is None) == bool(submission.faults)
        assert all(len(line.splitlines()) == 1 for line in submission.faults)


@given(data=st.data())
def test_scores(data: st.DataObject, tmp_path: Path) -> None:
    content = data.draw(damaged_csv(data.draw(st.sampled_from(TEXTS))))
    (tmp_path / "card.toml").write_bytes((EXAMPLE / "card.toml").read_bytes())
    (tmp_path / "scores.csv").write_bytes(content)
    submission = taken_or_refused(lambda: read_submission(tmp_path))
    if submission is not None:
        assert submission.handed_in is not None
        rows = submission.handed_in.scores
        assert submission.faults or len(rows)
        assert all(value < math.inf for value in rows["score"])
        assert all(len(line.splitlines()) == 1 for line in submission.faults)
