"""The commands people script against: what they print, and how they refuse."""

import json
import subprocess
import sys

import pandas as pd
import pytest


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("commands") / "siyang"
    done = atlas("demo", str(folder))
    assert done.returncode == 0, done.stderr
    return folder


def atlas(*arguments):
    return subprocess.run([sys.executable, "-m", "atlas", *arguments], capture_output=True, text=True, timeout=120)


def test_figures_of_the_demo_are_those_of_the_reported_day(town):
    found = json.loads(atlas("figures", "--json", "--data", str(town)).stdout)
    assert {name: found[name] for name in ("total", "closed", "referred", "open", "rate_all", "rate_own")} == {
        "total": 667, "closed": 651, "referred": 16, "open": 0, "rate_all": 0.976, "rate_own": 1.0,
    }  # fmt: skip


@pytest.mark.parametrize("by", ["village", "sector", "station"])
def test_the_parts_of_the_figures_add_up(town, by):
    found = json.loads(atlas("figures", "--json", "--by", by, "--data", str(town)).stdout)
    assert sum(part["total"] for part in found["by"].values()) == 667


def test_figures_as_of_a_day_agree_with_the_export_of_that_day(town, tmp_path):
    path = tmp_path / "rows.csv"
    assert atlas("export", str(path), "--as-of", "2021-07-31", "--data", str(town)).returncode == 0
    rows = pd.read_csv(path, encoding="utf-8-sig", keep_default_na=False)
    found = json.loads(atlas("figures", "--json", "--as-of", "2021-07-31", "--data", str(town)).stdout)
    assert found["closed"] == (rows["state"] == "CLOSED").sum()
    assert found["open"] == (rows["bucket"] == "open").sum() > 0


def test_check_of_the_demo_is_clean(town):
    done = atlas("check", "--json", "--data", str(town))
    assert done.returncode == 0
    assert json.loads(done.stdout) == {"clean": True, "findings": []}


@pytest.mark.parametrize(
    "arguments",
    [
        ("figures", "--as-of", "31.7.2021"),
        ("figures", "--by", "colour"),
        ("export", "rows.doc"),
        ("export", "rows.csv", "--what", "people"),
    ],
)
def test_a_refusal_is_one_sentence_on_stderr(town, arguments):
    done = atlas(*arguments, "--data", str(town))
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("atlas: ")
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_folder_without_a_town_is_refused_with_the_way_to_make_one(tmp_path):
    done = atlas("figures", "--data", str(tmp_path))
    assert done.returncode == 1
    assert "atlas demo" in done.stderr


def test_the_demo_does_not_overwrite_a_folder_in_use(town):
    done = atlas("demo", str(town))
    assert done.returncode == 1
    assert str(town) in done.stderr


def test_an_address_that_others_can_reach_is_refused_while_demo_accounts_exist(town):
    done = atlas("serve", "--host", "0.0.0.0", "--data", str(town))
    assert done.returncode == 1
    assert "127.0.0.1" in done.stderr
