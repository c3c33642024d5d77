"""The command line (命令行): `atlas` and `python -m atlas`; people script against these commands."""

import json
import logging
import sys
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import platformdirs
import typer

from atlas.errors import AtlasError

if TYPE_CHECKING:
    from atlas.records.store import Store

cli = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="思旸镇安全隐患一张图 · Siyang Town Hazard Atlas",
)

Data = Annotated[
    Path | None, typer.Option("--data", envvar="ATLAS_DATA", help="The town's folder: its files and its database.")
]
AsOf = Annotated[str | None, typer.Option("--as-of", help="The day the figures stand for, YYYY-MM-DD.")]


def main() -> None:
    """Run a command; a refusal is one sentence on stderr and exit status 1."""
    try:
        cli(prog_name="atlas")
    except AtlasError as refusal:
        print(f"atlas: {refusal}", file=sys.stderr)  # noqa: T201
        sys.exit(1)


@cli.command()
def serve(
    host: Annotated[str, typer.Option(envvar="ATLAS_HOST", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="ATLAS_PORT", min=1, max=65535)] = 8501,
    data: Data = None,
) -> None:
    """Serve the atlas; the demo town is made first where the folder holds no town yet."""
    from atlas.desk import server

    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    folder = _town_folder(data)
    typer.echo(f"思旸镇安全隐患一张图 · http://{host}:{port} · {folder}")
    server.serve(host, port, folder)


@cli.command()
def demo(path: Path) -> None:
    """Make the synthetic demo town in an empty or new folder."""
    _make_demo(path)
    typer.echo(f"{path}: 演示镇已建好 · the demo town is ready")


@cli.command()
def figures(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    as_of: AsOf = None,
    by: Annotated[str, typer.Option(help="village, sector or station")] = "",
    data: Data = None,
) -> None:
    """Print the ledger's figures."""
    from atlas import figures as counting

    columns = {"": "", "village": "village_code", "sector": "sector", "station": "station"}
    if by not in columns:
        raise AtlasError(f"--by {by}: village, sector or station")
    with _store(data) as store:
        township = store.township(as_of=_day(as_of))
    found = counting.document(township.hazards, as_of=township.as_of, revision=township.revision, by=columns[by])
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    for name, value in found.items():
        typer.echo(f"{name:12} {value}")


@cli.command()
def export(
    path: Path,
    what: Annotated[str, typer.Option(help="hazards, villages or routes")] = "hazards",
    as_of: AsOf = None,
    data: Data = None,
) -> None:
    """Export a layer; the suffix chooses the format: .gpkg .geojson .csv .xlsx."""
    from atlas.records import layers

    with _store(data) as store:
        township = store.township(as_of=_day(as_of))
    rows = layers.export(township, path, what=what)
    typer.echo(f"{path}: {rows}")


@cli.command()
def check(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False, data: Data = None
) -> None:
    """Check the store, the journal's chain, the boundaries and the settings."""
    from atlas.records import check as checking

    with _store(data) as store:
        findings = [f"{finding.place}: {finding.text}" for finding in checking.check(store)]
    if as_json:
        typer.echo(json.dumps({"clean": not findings, "findings": findings}, ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            typer.echo(finding)
        typer.echo("无问题 · clean" if not findings else f"{len(findings)} 个问题 · findings")
    if findings:
        raise typer.Exit(1)


def _default_folder() -> Path:
    """Return the checkout's town, or the user's own data folder where the program was installed from a wheel."""
    from atlas.records.town_files import bundled

    shipped = bundled()
    is_checkout = not shipped.is_relative_to(Path(__file__).parent)
    return shipped if is_checkout else Path(platformdirs.user_data_dir("siyang-atlas", appauthor=False)) / "siyang"


def _town_folder(data: Path | None) -> Path:
    folder = data or _default_folder()
    if not (folder / "town.toml").exists():
        _make_demo(folder)
    return folder


def _make_demo(folder: Path) -> None:
    from atlas.records import demo as opening
    from atlas.records.store import Store
    from atlas.records.town_files import bundled

    opening.copy_town(bundled(), folder)
    Store.open(folder).close()


def _existing(data: Path | None) -> Path:
    folder = data or _default_folder()
    if not (folder / "town.toml").exists():
        raise AtlasError(
            f"{folder}: 没有 town.toml；可先运行 atlas demo {folder} · no town here; run: atlas demo {folder}"
        )
    return folder


def _store(data: Path | None) -> "closing[Store]":
    from atlas.records.store import Store

    return closing(Store.open(_existing(data)))


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as fault:
        raise AtlasError(f"--as-of {text}: YYYY-MM-DD") from fault


if __name__ == "__main__":
    main()
