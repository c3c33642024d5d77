"""Build hook (构建): compiles the English catalogue, and puts pages and the town's files into the wheel."""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

TOWN_SUFFIXES = {".toml", ".csv", ".geojson", ".jsonl"}


def compile_catalogues(locale: Path) -> None:
    """Write the .mo file beside every .po file below `locale`."""
    for source in sorted(locale.glob("*/LC_MESSAGES/*.po")):
        with source.open("rb") as text, source.with_suffix(".mo").open("wb") as compiled:
            write_mo(compiled, read_po(text))


class CompileHook(BuildHookInterface):  # type: ignore[type-arg]
    """Hatch calls this before it gathers the files of a wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile the catalogue; a wheel also carries pages/ and geodata/siyang inside the package."""
        root = Path(self.root)
        compile_catalogues(root / "atlas" / "locale")
        if version == "editable":
            return
        carried = [*(root / "pages").glob("*.py")]
        carried += [path for path in (root / "geodata" / "siyang").iterdir() if path.suffix in TOWN_SUFFIXES]
        for path in carried:
            build_data["force_include"][str(path)] = f"atlas/{path.relative_to(root).as_posix()}"
