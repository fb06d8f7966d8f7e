"""Files that are read whole."""

from pathlib import Path

import pytest

from benchmarks_data.reading import read_bytes, read_text


def test_no_more_is_read_than_allowed(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"1234")
    assert read_bytes(path, 4) == b"1234"
    with pytest.raises(OSError, match="larger than 0 MiB"):
        read_bytes(path, 3)


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"\xef\xbb\xbf12\n")
    assert read_text(path) == "12\n"


def test_a_folder_and_a_device_are_refused(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        read_bytes(tmp_path)
    with pytest.raises(OSError, match="not a regular file"):
        read_bytes(Path("/dev/zero"))
