# Two commands do all the set-up: `make demo` judges the shipped example, `make test` checks the whole project.
# Both need Python 3.11 or later with venv, and a C compiler: durable_rules comes as source.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: demo test lint docs bench score fit soak kills lock clean

demo: $(VENV)/.installed
	$(BIN)/okr-validator demo

test: $(VENV)/.installed-dev lint
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: $(VENV)/.installed-dev          ## write the generated pages again
	$(BIN)/python -m validator.rules.table

bench: $(VENV)/.installed-dev         ## what each stage costs, by size of the set
	$(BIN)/python -m benchmarks.stages

score: $(VENV)/.installed-dev        ## what detection is worth on a labelled set: make score SET=folder [MODEL=folder]
	$(BIN)/python -m benchmarks.detection.score $(SET) $(if $(MODEL),--meaning $(MODEL))

fit: $(VENV)/.installed-dev          ## fit the pair model again: make fit SET=pairs.jsonl [MODEL=folder]
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[fit]'
	$(BIN)/python -m benchmarks.detection.fit --write $(if $(SET),--set $(SET)) $(if $(MODEL),--meaning $(MODEL))

soak: $(VENV)/.installed-dev          ## a minute of different documents from many threads and processes
	$(BIN)/python -m benchmarks.soak

kills: $(VENV)/.installed-dev         ## kill -9 of the server at 200 random moments, on SQLite and on PostgreSQL; takes long
	$(BIN)/python -m benchmarks.kills --database sqlite
	$(BIN)/python -m benchmarks.kills --database postgresql
	$(BIN)/python -m benchmarks.kills --database postgresql --kill-database --kills 10

lock: $(VENV)/.installed-dev          ## pin every package with its hashes
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --extra dev pyproject.toml -o requirements-dev.txt

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "OKR Validator needs Python 3.11 or later; say which: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.python requirements.txt pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@
