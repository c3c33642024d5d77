"""The inside of the quarantine (隔离舱内): a fresh interpreter that limits itself, parses once and ends.

Started by `atlas.records.quarantine` as `python -m atlas.records.quarantined MODULE:FUNCTION MEMORY CPU FILE`;
reads the content from standard input and writes the result to standard output. It imports nothing
heavy, because what it imports counts against its memory and its start.
"""

import importlib
import os
import sys

REFUSED = 3


def limit(memory: int, cpu_s: int, file: int) -> None:
    """Bound this process: address space and written files in bytes, processor time in seconds.

    Windows has no such limits, there the parent's clock is the only one; macOS has none for memory.
    """
    if os.name != "posix":
        return
    import resource

    if sys.platform != "darwin":
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (file, file))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))


def main(parser: str, memory: str, cpu_s: str, file: str) -> int:
    """Run the parser named MODULE:FUNCTION on standard input; 0 when it returned bytes, REFUSED when it declined."""
    limit(int(memory), int(cpu_s), int(file))
    module, function = parser.split(":")
    parse = getattr(importlib.import_module(module), function)
    try:
        result = parse(sys.stdin.buffer.read())
    except ValueError as refusal:
        sys.stderr.write(str(refusal))
        return REFUSED
    sys.stdout.buffer.write(result)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
