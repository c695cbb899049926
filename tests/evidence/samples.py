"""Real files of many tools, where this checkout has them beside it; tests over them are left out elsewhere."""

from collections.abc import Sequence
from pathlib import Path

import pytest

_FOLDER = Path(__file__).parents[3] / "shared" / "samples"


def sample(path: str) -> bytes:
    """A sample's bytes; the test is left out where there are no samples."""
    file = _FOLDER / path
    if not file.is_file():
        pytest.skip("the sample files do not stand beside this checkout")
    return file.read_bytes()


def every_sample() -> Sequence[str]:
    """The path of each sample; none where there are no samples."""
    return sorted(str(each.relative_to(_FOLDER)) for each in _FOLDER.glob("*/*") if each.is_file())
