"""The house itself: sizes, import direction, doors, names, and what the README must mention."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted([*(ROOT / "atlas").rglob("*.py"), *(ROOT / "pages").glob("*.py"), *(ROOT / "geodata").rglob("*.py")])
SCRIPTS = sorted([*(ROOT / "atlas").rglob("*.js"), *(ROOT / "atlas").rglob("*.css")])
TESTS = sorted((ROOT / "tests").rglob("*.py"))
VAGUE = re.compile(r"(^|_)(utils?|helpers?|common|base|core|managers?|services?|repositor(y|ies)|adapters?)(_|$)")

# Room -> rooms it may import from. "field" is every flat module of atlas/.
MAY_IMPORT = {
    "field": {"field"},
    "records": {"field", "records"},
    "maps": {"field", "maps"},
    "desk": {"field", "records", "maps", "desk"},
    "pages": {"field", "desk"},
    "__main__": {"field", "records", "maps", "desk"},
}
DOORS = {
    "folium": {"maps"},
    "branca": {"maps"},
    "pyogrio": {"records"},
    "xlsxwriter": {"records"},
    "PIL": {"records"},
    "sqlalchemy": {"records"},
    "alembic": {"records"},
    "streamlit": {"desk", "pages"},
    "starlette": {"desk"},
    "uvicorn": {"desk"},
    "os": {"records", "desk", "maps", "__main__"},
    "pathlib": {"records", "desk", "maps", "__main__"},
}


def room(path: Path) -> str:
    parts = path.relative_to(ROOT).parts
    if parts[0] != "atlas":
        return parts[0]
    if len(parts) > 2:
        return parts[1]
    return "__main__" if parts[1] == "__main__.py" else "field"


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def room_of_import(name: str) -> str | None:
    parts = name.split(".")
    if parts[0] != "atlas":
        return None
    return parts[1] if len(parts) > 1 and parts[1] in {"records", "maps", "desk"} else "field"


@pytest.mark.parametrize("path", [*SOURCES, *SCRIPTS, *TESTS], ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_is_longer_than_400_lines(path):
    assert len(path.read_text("utf-8").splitlines()) <= 400


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_function_is_longer_than_50_lines(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            doc = node.body[0] if ast.get_docstring(node) is not None else None
            length = node.end_lineno - node.lineno + 1 - (doc.end_lineno - doc.lineno + 1 if doc else 0)
            assert length <= 50, node.name


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_says_what_it_owns_and_no_name_is_vague(path):
    assert ast.get_docstring(ast.parse(path.read_text("utf-8"))) or not path.read_text("utf-8").strip()
    assert not VAGUE.search(path.stem)


@pytest.mark.parametrize("path", [p for p in SOURCES if room(p) in MAY_IMPORT], ids=lambda path: str(path.name))
def test_imports_point_inward_only(path):
    rooms = {room_of_import(name) for name in imported(path)} - {None}
    assert rooms <= MAY_IMPORT[room(path)]


@pytest.mark.parametrize("path", [p for p in SOURCES if room(p) in MAY_IMPORT], ids=lambda path: str(path.name))
def test_each_dangerous_library_has_one_door(path):
    for name in imported(path):
        allowed = DOORS.get(name.split(".")[0])
        assert allowed is None or room(path) in allowed, name


@pytest.mark.parametrize("path", [p for p in SOURCES if room(p) in MAY_IMPORT], ids=lambda path: str(path.name))
def test_public_functions_are_typed_and_documented(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            arguments = [a for a in [*node.args.args, *node.args.kwonlyargs] if a.arg not in {"self", "cls"}]
            assert node.returns is not None, node.name
            assert all(argument.annotation for argument in arguments), node.name
            if not node.name.startswith("_"):
                assert ast.get_docstring(node), f"{path.name}: {node.name}"


def test_nothing_shipped_names_an_address_outside_this_machine():
    shipped = [*SOURCES, *SCRIPTS, *(ROOT / "atlas").rglob("*.html")]
    allowed = re.compile(r"https?://(\{host\}|127\.0\.0\.1|localhost|www\.w3\.org/|www\.opengis\.net/)")
    for path in shipped:
        for address in re.findall(r"https?://[^\s\"')]+", path.read_text("utf-8")):
            assert allowed.match(address), f"{path}: {address}"


def test_the_readme_mentions_every_room_and_every_command():
    readme = (ROOT / "README.md").read_text("utf-8")
    modules = [p.stem for p in (ROOT / "atlas").glob("*.py") if not p.stem.startswith("__")]
    commands = ["serve", "demo", "figures", "export", "check"]
    assert not [name for name in [*modules, "records", "maps", "desk"] if f"`{name}" not in readme]
    assert not [name for name in commands if f"`atlas {name}" not in readme]
