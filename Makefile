# `make` alone says what there is. Only python3 (3.11 or newer) is needed; uv is used when it is there, for speed.
PYTHON ?= python3
BIN := .venv/bin
TESTS := $(BIN)/python -m pytest -q
JOBS ?= $(shell echo $$(( $$(getconf _NPROCESSORS_ONLN) + 1 ))) # one more than there are cores: tests wait for processes and browsers
unexport PYTHONDONTWRITEBYTECODE # where it is set, each process that a test starts would compile the whole portal anew

install = if command -v uv >/dev/null; then uv pip install --quiet --python $(BIN)/python $(1); \
          else $(BIN)/python -m pip install --quiet --disable-pip-version-check $(1); fi

.DEFAULT_GOAL := help
.PHONY: help run test check lint bench faults mutants shots browser lock clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 16

run: .venv/.portal ## the whole demo on this machine: portal, worker, mailbox, stand-in for Stripe (Ctrl-C ends it)
	@$(BIN)/portal demo run

test: lint browser ## lint, and every test, on SQLite and on a real PostgreSQL, with a real browser
	@$(TESTS) -n $(JOBS) --databases=sqlite,postgresql --reruns 1 -rR

check: lint ## what a commit must pass, in about a minute: all that needs neither the stand-in nor a browser
	@$(TESTS) -n $(JOBS) -m "not slow and not browser" --ignore=tests/sandbox

lint: .venv/.dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet . || { echo "Run: $(BIN)/ruff format ."; exit 1; }
	@$(BIN)/mypy
	@$(BIN)/lint-imports >.cache/lint-imports || { cat .cache/lint-imports; exit 1; }

bench: .venv/.dev ## measure what bench/ measures
	@$(BIN)/python -m bench

faults: .venv/.dev ## kill, drop and slow things down for half an hour, and count what was lost
	@$(BIN)/python -m bench.faults

mutants: .venv/.dev ## break the promise in five known ways, each in a copy; the tests must notice
	@$(BIN)/python -m bench.mutants

shots: .venv/.dev browser ## pictures of every screen into .cache/shots
	@$(BIN)/python -m bench.shots

browser: .venv/.dev
	@$(BIN)/python -m tests.harness.chromium >/dev/null

lock: .venv/.dev ## pin again what requirements*.in name (needs uv)
	@for name in requirements requirements-dev; do \
	  uv pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --no-annotate --no-header --universal \
	    --python-version 3.11 $$name.in --output-file $$name.txt || exit 1; done

clean: ## remove what was made here: environment, caches, demo data
	rm -rf .venv .cache instance *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.portal: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed: make PYTHON=python3.12 …" if sys.version_info < (3, 11) else 0)'
	@echo "Installing what the portal runs on (once, about half a minute) …"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(call install,--require-hashes -r requirements.txt)
	@$(call install,--no-deps --no-build-isolation --config-settings editable_mode=compat -e .)
	@touch $@

.venv/.dev: requirements-dev.txt .venv/.portal
	@echo "Installing what the tests need (once) …"
	@$(call install,--require-hashes -r requirements-dev.txt)
	@mkdir -p .cache
	@touch $@
