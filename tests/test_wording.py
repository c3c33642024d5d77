"""Every visible text has its English, and the catalogue holds nothing that is not said."""

import ast
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from atlas import ledger, wording

ROOT = Path(__file__).parent.parent
CATALOGUE = ROOT / "atlas/locale/en/LC_MESSAGES/atlas.po"


def said() -> set[str]:
    texts = set()
    for path in [*(ROOT / "atlas").rglob("*.py"), *(ROOT / "pages").glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            is_said = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"_", "N_"}
            # What is looked up in a table was marked by N_ where the table stands.
            if is_said and isinstance(node.args[0], ast.Constant):
                texts.add(node.args[0].value)
    return texts


def catalogue() -> dict[str, str]:
    with CATALOGUE.open("rb") as file:
        return {message.id: message.string for message in read_po(file) if message.id}


def test_every_text_has_its_english():
    known = catalogue()
    assert not sorted(text for text in said() if not known.get(text))


def test_the_catalogue_holds_only_what_is_said():
    assert not sorted(set(catalogue()) - said())


def test_the_english_keeps_every_placeholder():
    import string

    for text, english in catalogue().items():
        fields = [{name for _l, name, _s, _c in string.Formatter().parse(t) if name} for t in (text, english)]
        assert fields[0] == fields[1], text


@pytest.fixture(autouse=True)
def _chinese_again():
    yield
    wording.use("zh")


def test_the_switch_changes_the_labels():
    assert wording.label(wording.STATE, "CLOSED") == "已销号"
    wording.use("en")
    assert wording.label(wording.STATE, "CLOSED") == "Closed"


def test_an_unknown_language_speaks_chinese():
    wording.use("xx")
    assert wording.language() == "zh"


def test_every_state_and_action_has_a_label():
    assert set(wording.STATE) == set(ledger.STATES)
    assert set(ledger.MOVES) <= set(wording.ACTION)
