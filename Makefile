# The verbs of this project; each is one line to a real tool.
.DEFAULT_GOAL := help
.PHONY: help setup up down lint format prepare test test-matrix bench fuzz soak lock

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/tanba-$(shell cat requirements/dev.txt pyproject.toml | cksum | tr ' ' '-')

help: ## What can be made
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST)

setup: $(STAMP) ## The environment from the lock: .venv/bin/tanba

# Named after the lock's content: made again only when that changes, or when it was interrupted.
$(STAMP):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "error: Tanba needs Python 3.11 or later; name one: make PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "error: this Python cannot make virtual environments; run: apt-get install python3-venv" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@rm -f $(VENV)/tanba-*
	@echo "Installing what requirements/dev.txt locks into $(VENV) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt || \
	  { echo "error: the environment is not complete; check the network and run the same command again" >&2; exit 1; }
	@said=$$($(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable . 2>&1) || \
	  { echo "$$said" >&2; exit 1; }
	@touch $@

up: setup ## Start the stand and show its addresses; Ctrl-C stops it
	@$(BIN)/tanba up

down: setup ## Stop the stand that runs in the background or in another terminal
	@$(BIN)/tanba down

lint: setup ## ruff, mypy strict, import direction
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -q tests/unit/test_import_direction.py

format: setup ## Write the code as ruff formats it
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

prepare: setup ## What tests read but the project does not hold: Keycloak, PKITS, BouncyCastle
	@$(BIN)/python -m stand.prepare
	@$(BIN)/python -m tests.pkits.fetch
	@$(BIN)/python -m benchmarks.support.jars

test: lint prepare ## Units, then the real Keycloak and the browser journeys
	$(BIN)/pytest -q -n 2 tests/unit tests/pkits tests/properties tests/differential
	$(BIN)/pytest -n 2 tests/keycloak tests/matrix/test_gate_facts.py tests/journeys

test-matrix: setup ## Policies and the gate's facts on every supported Keycloak, one after the other
	@$(BIN)/python -m stand.prepare --every-keycloak
	$(BIN)/pytest -q tests/matrix --every-keycloak
	@set -e; for release in $$($(BIN)/python -c 'from stand.keycloak.releases import RELEASES; print(*RELEASES[:-1])'); do \
	  echo "Every kind of object on Keycloak $$release"; \
	  TANBA_TEST_KEYCLOAK=$$release $(BIN)/pytest -q tests/keycloak/test_writers.py; done

bench: setup ## Measure beside peers; writes var/bench/*.json
	@failed=0; for file in benchmarks/bench_*.py; do \
	  $(BIN)/python -m benchmarks.$$(basename $$file .py) || failed=1; done; exit $$failed

fuzz: setup ## Fuzz every parser for SECONDS each (300)
	$(BIN)/python -m fuzz --seconds $(or $(SECONDS),300)

soak: setup ## Judge for some minutes: memory and threads stay flat
	$(BIN)/pytest -q tests/soak

# After a change of requirements/*.in. Needs uv, which is not part of the lock.
lock: ## Write the lock anew
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements/runtime.in -o requirements/runtime.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements/dev.in -o requirements/dev.txt
