"""A town whose every text is an attack: on the server's templates, on the browser's markup, on the layout."""

import csv
import json
from pathlib import Path

PAYLOADS = (
    "{{ cycler.__init__.__globals__.os.popen('touch SENTINEL').read() }}",
    "{{ 1237*1009 }}",
    "{% bad",
    "{# x",
    '<img src=x onerror="window.hit=1">',
    "</script><script>window.hit=1</script>",
    "`${window.hit=1}`",
    "'\"><svg onload=window.hit=1>",
    "![x](x.png) [a](javascript:window.hit=1) $x^2$ :red[r] **b**",
    "长" * 2000,
)
EVALUATED = str(1237 * 1009)


def payload(number: int, sentinel: Path) -> str:
    """Return one of the payloads, aimed at a file that must never come to be."""
    return PAYLOADS[number % len(PAYLOADS)].replace("SENTINEL", str(sentinel))


def rename_in_geojson(path: Path, field: str, sentinel: Path, extra_column: str | None = None) -> None:
    """Give each feature another payload as its name; `extra_column` becomes a further property's name."""
    layer = json.loads(path.read_text("utf-8"))
    for number, feature in enumerate(layer["features"]):
        feature["properties"][field] = payload(number, sentinel)
        if extra_column:
            feature["properties"][extra_column] = extra_column
    path.write_text(json.dumps(layer, ensure_ascii=False), "utf-8")


def rename_in_csv(path: Path, field: str, sentinel: Path) -> None:
    """Give each row another payload as its name."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for number, row in enumerate(rows):
        row[field] = payload(number, sentinel)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def rewrite_ledger(path: Path, fields: tuple[str, ...], sentinel: Path) -> None:
    """Put payloads into the named fields of every hazard's first event."""
    lines = []
    for number, line in enumerate(path.read_text("utf-8").splitlines()):
        hazard = json.loads(line)
        for shift, field in enumerate(fields):
            hazard["events"][0]["patch"][field] = payload(number + shift, sentinel)
        lines.append(json.dumps(hazard, ensure_ascii=False))
    path.write_text("\n".join(lines) + "\n", "utf-8")
