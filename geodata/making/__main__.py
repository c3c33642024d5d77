"""Make the demo town (演示镇): run `python geodata/making [--out FOLDER]`; every run gives the same bytes."""

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Found the town, keep its ledger for a year, and write all of it."""
    # A folder run as a script is no package of anyone's, so both packages are put in reach by hand first.
    sys.path[:0] = [str(ROOT), str(ROOT / "geodata")]
    from making.layers import write_land, write_registers
    from making.town import found_town, keep_ledger

    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "geodata" / "siyang", help="the town's folder")
    folder: Path = parser.parse_args().out
    folder.mkdir(parents=True, exist_ok=True)
    town = found_town()
    write_land(folder, town)
    write_registers(folder, town, keep_ledger(town))


if __name__ == "__main__":
    main()
