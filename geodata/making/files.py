"""Files (成果文件): everything is written so that the same town always gives the same bytes."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

Feature = tuple[str, Any, Mapping[str, Any]]


def write_geojson(path: Path, features: Iterable[Feature]) -> None:
    """Write (geometry type, coordinates in degrees, properties), one feature on a line."""
    lines = [
        _json({"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": coordinates}})
        for kind, coordinates, properties in features
    ]
    body = ",\n".join(lines)
    _write(path, f'{{"type":"FeatureCollection","name":"{path.stem}","features":[\n{body}\n]}}\n')


def write_csv(path: Path, header: str, table: Iterable[Sequence[object]]) -> None:
    """Write a table under a header of comma-separated column names."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header.split(","))
    writer.writerows(table)
    _write(path, out.getvalue())


def write_lines(path: Path, records: Iterable[Mapping[str, Any]]) -> None:
    """Write one JSON document on each line."""
    _write(path, "".join(_json(record) + "\n" for record in records))


def write_toml(path: Path, settings: Mapping[str, Any], tables: Mapping[str, Mapping[str, Any]]) -> None:
    """Write settings and tables of settings; JSON's strings, numbers and lists are valid TOML."""
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in settings.items()]
    for title, table in tables.items():
        lines += ["", f"[{title}]", *(f"{name} = {json.dumps(value)}" for name, value in table.items())]
    _write(path, "\n".join(lines) + "\n")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _write(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8"))
