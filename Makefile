# fanwen. `make help` lists the words. Every word does its own set-up; `.venv` is made anew only when the lock changes.
SHELL := /bin/bash
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
RAW    ?= raw
OUT    ?= structured
SITE   ?=
CONTACT ?=
GOLD   ?=
AREA   ?=

.PHONY: help install scrape ingest test test-long check format eval bench report lock clean

help: ## list the words
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed: make PYTHON=python3.11 $(MAKECMDGOALS)" >&2; exit 2; }
	@if command -v uv >/dev/null 2>&1; then \
	  uv venv --quiet --allow-existing --python $(PYTHON) $(VENV) && \
	  uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock && \
	  uv pip install --quiet --python $(BIN)/python --no-deps --editable . ; \
	else \
	  $(PYTHON) -m venv $(VENV) && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable . ; \
	fi
	@touch $@

install: $(STAMP) ## make .venv with everything in it

scrape: $(STAMP) ## crawl a site into raw/: make scrape SITE=https://… (or site.toml) CONTACT=you@example.org
	@test -n "$(SITE)" -a -n "$(CONTACT)" || { \
	  echo "usage: make scrape SITE=https://host/list/ (or the TOML file of a site) CONTACT=address" >&2; exit 2; }
	$(BIN)/fanwen scrape $(if $(filter %.toml,$(SITE)),--sites $(SITE),$(SITE)) --contact $(CONTACT) --into "$(RAW)"

ingest: $(STAMP) ## bring structured/ into step with raw/
	$(BIN)/fanwen ingest "$(RAW)" --out "$(OUT)"

test: $(STAMP) ## the fast tests: Python only, no root, under 6 minutes
	$(BIN)/python -m pytest -q -n auto --maxprocesses 4 --dist loadscope

test-long: $(STAMP) ## the long tests
	$(BIN)/python -m pytest -q -m long

check: $(STAMP) ## lint, format and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(STAMP) ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

eval: $(STAMP) ## accuracy against the pinned floors: make eval [GOLD=folder]
	$(BIN)/python tests/eval/run.py $(if $(GOLD),--gold $(GOLD))

bench: $(STAMP) ## speed and quality beside the peers: make bench [AREA="text dedup"] [SIZES=1000,10000,100000]
	$(if $(SIZES),SIZES=$(SIZES)) $(BIN)/python -m benchmarks $(AREA)

report: $(STAMP) ## a self-contained HTML report of structured/
	$(BIN)/fanwen report "$(OUT)" --out report.html

lock: ## pin the dependencies anew (needs uv)
	uv lock --quiet && uv export --quiet --no-emit-project --all-extras --format requirements-txt --no-annotate --no-header > requirements.lock && rm uv.lock

clean: ## remove outputs and caches; raw/ stays
	rm -rf "$(OUT)" report.html .bench .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +
