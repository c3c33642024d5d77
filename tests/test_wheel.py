"""The wheel carries all that an empty environment needs: pages, the English, the town, the scripts."""

import json
import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    with ZipFile(next(folder.glob("*.whl"))) as wheel:
        wheel.extractall(folder / "site")
    return folder / "site"


def test_it_holds_pages_town_english_and_scripts_and_no_database(unpacked):
    held = {str(path.relative_to(unpacked)) for path in unpacked.rglob("*") if path.is_file()}
    for page in (ROOT / "pages").glob("*.py"):
        assert f"atlas/pages/{page.name}" in held
    assert {"atlas/geodata/siyang/town.toml", "atlas/geodata/siyang/ledger.jsonl"} <= held
    assert {"atlas/locale/en/LC_MESSAGES/atlas.mo", "atlas/desk/static/map_host.js"} <= held
    assert not [name for name in held if ".db" in name or "/photos/" in name or "/making/" in name]


def test_it_makes_the_demo_town_and_counts_it_outside_a_checkout(unpacked, tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(unpacked)}
    town = tmp_path / "town"

    def run(*arguments):
        command = [sys.executable, "-m", "atlas", *arguments]
        return subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True)

    where = subprocess.run(
        [sys.executable, "-c", "import atlas; print(atlas.__file__)"],
        cwd=tmp_path, env=environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert where.stdout.startswith(str(unpacked))
    run("demo", str(town))
    found = json.loads(run("figures", "--json", "--data", str(town)).stdout)
    assert (found["total"], found["closed"], found["referred"], found["open"]) == (667, 651, 16, 0)
    assert (found["rate_all"], found["rate_own"]) == (0.976, 1.0)
