"""The catalogues there are: ours, and those in a folder of one's own."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app import library
from app.cli import main
from app.errors import NotFound, Problem, Unreadable
from app.readiness.assessment import CatalogueReference
from app.readiness.profile import Profile
from app.records import assessments, people, pilots, sign_in
from app.records.caller import Role
from app.records.database import Database

OURS = Path(str(files("app.readiness"))) / "catalogues"
FIRST_LOOK = "genai-first-look"

Edit = tuple[str, str, str]  # a file, what stands there, and what is to stand there instead


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "catalogues"
    made.mkdir()
    return made


@pytest.fixture
def put(folder: Path) -> Callable[..., Path]:
    """Puts a copy of our newest first look there, as another version or under another id, edited."""

    def put_(version: str = "3", *edits: Edit, id: str = FIRST_LOOK, at: str = "") -> Path:
        place = folder / (at or f"{id}/v{version}")
        place.mkdir(parents=True)
        for each in (OURS / FIRST_LOOK / "v2").iterdir():
            (place / each.name).write_text(each.read_text())
        for name, was, becomes in (
            ("policy.yaml", 'version: "2"', f'version: "{version}"'),
            ("policy.yaml", f"id: {FIRST_LOOK}\n", f"id: {id}\n"),
            *edits,
        ):
            text = (place / name).read_text()
            assert was in text
            (place / name).write_text(text.replace(was, becomes, 1))
        return place

    return put_


@pytest.fixture
def opened(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder as the one that the setting names, for this process."""
    monkeypatch.setenv("READYROOM_CATALOGUES", str(folder))
    _forget()
    yield folder
    _forget()


def _forget() -> None:
    library.own.cache_clear()
    library.available.cache_clear()


def refused(folder: Path) -> list[Problem]:
    with pytest.raises(Unreadable) as caught:
        library.read_own(folder)
    assert str(folder) in caught.value.message
    return list(caught.value.problems)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


# ---- ours


def test_the_versions_of_a_catalogue_stand_oldest_first() -> None:
    assert library.versions_of(FIRST_LOOK) == ("1", "2")
    assert library.newer_versions(FIRST_LOOK, "1") == ("2",)
    assert library.newer_versions(FIRST_LOOK, "2") == ()
    assert library.versions_of("none") == ()


def test_the_newest_version_of_each_begins_with_that_of_new_assessments() -> None:
    assert list(library.newest_of_each().items()) == [library.DEFAULT, (FIRST_LOOK, "2")]
    assert library.newest(FIRST_LOOK).version == "2"


@pytest.mark.parametrize("named", [("none", "1"), (FIRST_LOOK, "9"), ("../genai-production", "1")])
def test_what_there_is_not_names_what_there_is(named: tuple[str, str]) -> None:
    with pytest.raises(NotFound, match="genai-first-look version 2"):
        library.catalogue(*named)
    with pytest.raises(NotFound, match="genai-production"):
        library.newest("none")


# ---- one's own


def test_a_version_of_ones_own_stands_beside_ours(opened: Path, put: Callable[..., Path]) -> None:
    put("3", ("policy.yaml", "go: 70", "go: 75"))
    assert library.newer_versions(FIRST_LOOK, "1") == ("2", "3")
    assert library.newest(FIRST_LOOK).policy.tiers[0].go == 75
    assert library.catalogue(*library.DEFAULT).id == "genai-production"


def test_versions_are_compared_as_numbers(opened: Path, put: Callable[..., Path]) -> None:
    for version in ("2.10", "2.9", "10"):
        put(version)
    assert library.versions_of(FIRST_LOOK) == ("1", "2", "2.9", "2.10", "10")


def test_a_catalogue_of_ones_own_may_ask_for_what_it_likes(opened: Path, put: Callable[..., Path]) -> None:
    put("1", ("policy.yaml", "go: 70", "go: 41"), id="ours-alone")
    assert library.newest("ours-alone").policy.tiers[0].go == 41
    assert list(library.newest_of_each()) == ["genai-production", FIRST_LOOK, "ours-alone"]


def test_a_document_that_answers_a_catalogue_of_ones_own_is_scored(
    opened: Path, put: Callable[..., Path], tmp_path: Path
) -> None:
    put("1", id="ours-alone")
    document = {
        "format": "readyroom.assessment/1",
        "catalogue": {"id": "ours-alone", "version": "1"},
        "pilot": {"name": "Letters"},
        "answers": {"service.off-switch": {"level": 2}},
    }
    file = tmp_path / "assessment.json"
    file.write_text(json.dumps(document))
    plain = json.loads(run("score", str(file), "--json").stdout)
    assert [each["key"] for each in plain["dimensions"]] == list(library.newest(FIRST_LOOK).policy.dimensions)


def test_what_is_no_catalogue_is_passed_by(folder: Path, put: Callable[..., Path]) -> None:
    put("3")
    (folder / "README.md").write_text("Ours.")
    (folder / ".git").mkdir()
    assert list(library.read_own(folder)) == [(FIRST_LOOK, "3")]


def test_an_empty_folder_holds_none(folder: Path) -> None:
    assert library.read_own(folder) == {}


def test_everything_wrong_is_said_at_once_with_file_line_and_reason(folder: Path, put: Callable[..., Path]) -> None:
    put("3", ("service.yaml", "owner: engineering", "owner: nobody"))
    put("4", ("protection.yaml", "weight: 1\n", "weight: heavy\n"))
    problems = refused(folder)
    assert [re.sub(r"\d+$", "N", each.where) for each in problems] == [
        "genai-first-look/v3/service.yaml:N",
        "genai-first-look/v4/protection.yaml:N",
    ]
    assert "no owner 'nobody'" in problems[0].message


@pytest.mark.parametrize("version", ["2", "2.0", "2.0.0"])
def test_a_version_of_ours_cannot_be_replaced(folder: Path, put: Callable[..., Path], version: str) -> None:
    put(version)
    assert [each.message for each in refused(folder)] == [
        "genai-first-look version 2 comes with Ready Room already; give yours another version, such as 2.1"
    ]


def test_two_names_of_one_version_are_refused(folder: Path, put: Callable[..., Path]) -> None:
    put("3")
    put("3.0")
    assert ["version 3 stands here already" in each.message for each in refused(folder)] == [True]


@pytest.mark.parametrize(
    ("at", "said"),
    [
        pytest.param("another/v3", "id is genai-first-look, but the folder is called another", id="another id"),
        pytest.param(f"{FIRST_LOOK}/v4", "the folder must be called v3, not v4", id="another version"),
        pytest.param(f"{FIRST_LOOK}/3", "the folder must be called v3, not 3", id="no v"),
    ],
)
def test_a_folder_is_called_what_it_holds(folder: Path, put: Callable[..., Path], at: str, said: str) -> None:
    put("3", at=at)
    assert [said in each.message for each in refused(folder)] == [True]


def test_a_folder_without_a_version_is_not_passed_by(folder: Path) -> None:
    (folder / "ours-alone").mkdir()
    (folder / "ours-alone" / "policy.yaml").write_text("id: ours-alone")
    assert [each.where for each in refused(folder)] == ["ours-alone"]


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("go: 70", "go: 69.9", "go of tier high is 69.9; it may be raised above our 70, never lowered"),
        ("floor: 35", "floor: 34", "floor of tier low is 34"),
        ("no_go: 40", "no_go: 39", "no_go of tier high is 39"),
        ("coverage: 0.8", "coverage: 0.79", "coverage is 0.79; it may be raised above our 0.8"),
        ("not_applicable_share: 0.15", "not_applicable_share: 0.2", "not_applicable_share is 0.2; it may be stricter"),
        ("exception_days: 180", "exception_days: 365", "exception_days is 365; it may be stricter than our 180"),
        ("documented: 365, ", "documented: 366, ", "shelf_life_days of documented is 366"),
        (", measured: 90", "", "shelf_life_days has no measured, so such evidence would never age"),
        ("blank: meets", "blank: fails", "tiers must be those of our newest version"),
        ("autonomy = act-alone or affects_people = yes or", "autonomy = act-alone or", "tiers must be those"),
        ("key: low", "key: lower", "tiers must be those"),
    ],
)
def test_a_threshold_is_never_lowered(
    folder: Path, put: Callable[..., Path], was: str, becomes: str, said: str
) -> None:
    put("3", ("policy.yaml", was, becomes))
    (problem,) = refused(folder)
    assert problem.where == "genai-first-look/v3/policy.yaml"
    assert said in problem.message


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("go: 70", "go: 80"),
        ("coverage: 0.8", "coverage: 0.95"),
        ("not_applicable_share: 0.15", "not_applicable_share: 0.05"),
        ("exception_days: 180", "exception_days: 60"),
        ("measured: 90", "measured: 30"),
    ],
)
def test_a_threshold_may_be_raised(folder: Path, put: Callable[..., Path], was: str, becomes: str) -> None:
    put("3", ("policy.yaml", was, becomes))
    assert list(library.read_own(folder)) == [(FIRST_LOOK, "3")]


# ---- at the doors


def test_the_server_does_not_start_with_a_catalogue_that_cannot_be_used(
    opened: Path, put: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("READYROOM_DATABASE_URL", f"sqlite:///{tmp_path}/readyroom.db")
    put("3", ("service.yaml", "owner: engineering", "owner: nobody"))
    result = run("serve")
    assert result.exit_code == 2
    assert re.search(r"genai-first-look/v3/service.yaml:\d+: no owner 'nobody'", result.stderr)


def test_the_server_does_not_start_without_a_catalogue_that_is_answered(
    opened: Path, put: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/readyroom.db"
    monkeypatch.setenv("READYROOM_DATABASE_URL", url)
    put("3")
    database, at = Database(url, library.catalogue), datetime.now(UTC)
    database.migrate()
    with database.writing() as db:
        console = people.found(db, "Nordhafen", at=at)
        account = people.add_account(db, console, "owner@nordhafen.example", "Maren Vogt", Role.OWNER, at=at)
        owner = sign_in.caller_of_account(db, account)
        pilot = pilots.add(db, owner, "Letters", Profile(), {}, at=at)
        answered = CatalogueReference(id=FIRST_LOOK, version="3")
        assessments.begin(db, owner, pilot, answered, at=at)
    database.close()
    shutil.rmtree(opened / FIRST_LOOK)
    _forget()
    result = run("serve", "--port", "1")
    assert result.exit_code == 2
    assert "genai-first-look version 3, which is not among the catalogues" in result.stderr


def test_the_setting_takes_a_folder_that_is_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("READYROOM_CATALOGUES", str(tmp_path / "none"))
    result = run("migrate")
    assert result.exit_code == 2
    assert "READYROOM_CATALOGUES" in result.stderr
    assert "a folder that is there" in result.stderr


def test_a_broken_catalogue_of_ones_own_can_still_be_checked(opened: Path, put: Callable[..., Path]) -> None:
    broken = put("3", ("service.yaml", "owner: engineering", "owner: nobody"))
    assert "no owner 'nobody'" in run("catalogue", "check", str(broken)).stderr
    assert run("catalogue", "show").exit_code == 0


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        ((), library.DEFAULT),
        (("--version", "1"), library.DEFAULT),
        (("--id", FIRST_LOOK), (FIRST_LOOK, "2")),
        (("--id", FIRST_LOOK, "--version", "1"), (FIRST_LOOK, "1")),
    ],
)
def test_the_command_shows_the_catalogue_that_is_named(options: tuple[str, ...], shown: tuple[str, str]) -> None:
    plain = json.loads(run("catalogue", "show", *options, "--json").stdout)
    assert (plain["id"], plain["version"]) == shown
    touched = json.loads(run("catalogue", "coverage", *options, "--json").stdout)
    questions = {key for items in touched.values() for keys in items.values() for key in keys}
    assert questions == set(library.catalogue(*shown).questions)


def test_the_command_says_which_catalogues_there_are_where_there_is_none(opened: Path) -> None:
    result = run("catalogue", "show", "--id", "none")
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert FIRST_LOOK in result.stderr
