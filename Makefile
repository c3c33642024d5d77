# Everything lives in this folder: uv in .tools, the environment in .venv.
PYTHON ?= python3
UV := .tools/bin/uv
BIN := .venv/bin
export VIRTUAL_ENV := $(CURDIR)/.venv
export UV_PYTHON_DOWNLOADS := never

.PHONY: help setup run test bench drill lock clean

help:
	@echo "make run    open the atlas on http://127.0.0.1:8501"
	@echo "make test   lint, types, unit and browser tests"
	@echo "make bench  the map's speed beside its alternatives"
	@echo "make drill  the long drills (100 kills, 2,000 histories)"

setup: .venv/.ready

.tools/bin/uv:
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --root-user-action ignore --target .tools uv==0.13.9

.venv/.ready: pyproject.toml requirements.lock $(wildcard atlas/locale/*/LC_MESSAGES/*.po) | .tools/bin/uv
	$(UV) venv --quiet --allow-existing --python $(PYTHON) .venv
	$(UV) pip sync --quiet --require-hashes requirements.lock
	$(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.browser: .venv/.ready
	sh tests/browser/install.sh
	@touch $@

run: .venv/.ready
	$(BIN)/atlas serve

test: .venv/.browser
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest

bench: .venv/.browser
	$(BIN)/python -m tests.bench.bench_map

drill: .venv/.browser
	ATLAS_DRILL=1 $(BIN)/python -m pytest -m drill

lock: .tools/bin/uv
	$(UV) pip compile pyproject.toml --group dev --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header --quiet --output-file requirements.lock

clean:
	rm -rf .venv .tools
