"""The demo town made once, servers on copies of it, and visitors with a browser."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.running import CHROMIUM_FLAGS, Atlas, Visitor, copied, serving


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo town with its database, opened by nobody."""
    folder = tmp_path_factory.mktemp("demo") / "siyang"
    subprocess.run([sys.executable, "-m", "atlas", "demo", str(folder)], check=True, capture_output=True)
    return folder


@pytest.fixture(scope="package")
def chromium():
    """One browser for all files here; gone before other tests start event loops of their own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def atlas(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory):
    """A server on a copy of the demo town, one for each file of tests."""
    folder = copied(demo_folder, tmp_path_factory.mktemp("town") / "siyang")
    with serving(folder) as running:
        yield running


@pytest.fixture
def own_atlas(demo_folder: Path, tmp_path: Path):
    """A server on a copy of the demo town for one test alone, which may kill it."""
    with serving(copied(demo_folder, tmp_path / "siyang")) as running:
        yield running


@pytest.fixture
def visit(chromium):
    """Open browsers on a server; at the end none has asked another machine or met a fault of ours."""
    visitors: list[Visitor] = []

    def open_one(atlas: Atlas, role: str = "office", **context: object) -> Visitor:
        visitors.append(Visitor(chromium, atlas, role, **context))
        return visitors[-1]

    yield open_one
    for visitor in visitors:
        assert visitor.only_asked_this_machine(), visitor.requests
        assert not visitor.faults
        visitor.close()
