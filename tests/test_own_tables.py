"""Models and accelerators of one's own, beside those that come with the product."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from app.calculators.facts import rows

HOUSE = dict(next(row for row in rows("models.csv") if row["id"] == "llama-3.2-1b")) | {
    "id": "house-1b",
    "name": "House 1B",
}


def table(folder: Path, *models: dict[str, str]) -> Path:
    """A folder with a table of models."""
    lines = [",".join(HOUSE), *(",".join(f'"{value}"' for value in model.values()) for model in models)]
    (folder / "models.csv").write_text("\n".join(lines), encoding="utf-8-sig")
    return folder


def capacity(folder: Path | None) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, as tables are put in use once for each."""
    given = json.dumps({"model": "house-1b", "precision": "bf16", "accelerator": "h100-sxm"})
    return subprocess.run(
        [sys.executable, "-c", "from app.cli import main; main()", "calculate", "capacity", "-"],
        input=given, capture_output=True, text=True, timeout=60, check=False,
        env={"READYROOM_TABLES": str(folder)} if folder else {},
    )  # fmt: skip


def test_a_model_of_ones_own_is_calculated_like_those_that_come_with_the_product(tmp_path: Path) -> None:
    found = capacity(table(tmp_path, HOUSE))
    assert found.returncode == 0, found.stderr
    assert json.loads(found.stdout)["fits"] is True


def test_without_the_table_nobody_knows_it() -> None:
    found = capacity(None)
    assert found.returncode == 2
    assert "house-1b" in found.stderr


@pytest.mark.parametrize(
    ("models", "said"),
    [
        pytest.param([HOUSE | {"parameters_b": "many"}], "row 1, parameters_b", id="a size that is no number"),
        pytest.param([HOUSE | {"source": ""}], "row 1, source", id="a row without its source"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_with_row_and_column(
    tmp_path: Path, models: list[dict[str, str]], said: str
) -> None:
    found = capacity(table(tmp_path, *models))
    assert found.returncode == 2
    assert said in found.stderr


def test_a_folder_without_tables_is_refused(tmp_path: Path) -> None:
    found = capacity(tmp_path)
    assert found.returncode == 2
    assert "neither models.csv nor accelerators.csv" in found.stderr
