# `make` lists what there is. Nothing is installed outside .venv, except a browser for `make test` where that is possible.

PYTHON = python3
PORT ?= 8000
DEMO ?= 1
JOBS = 2
UV = uv

BIN = .venv/bin
PIP = $(BIN)/python -m pip --disable-pip-version-check install --quiet
INSTALL_OURSELVES = $(PIP) --no-deps --no-build-isolation --editable .
SOURCES = $(wildcard app tests migrations benchmarks)
HTTP_EXCEPTION = lint.flake8-tidy-imports.banned-api."fastapi.HTTPException".msg = "raise a kind of ReadyRoomError"

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test lint bench properties pictures lock clean browser

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/.runtime ## start Ready Room on http://127.0.0.1:8000 with a demo (PORT=8000; DEMO=0 starts empty)
	@mkdir -p data
	@$(BIN)/readyroom migrate
	@if [ "$(DEMO)" != 0 ]; then $(BIN)/readyroom demo; fi
	@exec $(BIN)/readyroom serve --port $(PORT)

test: .venv/.dev browser lint ## check everything: lint, then every test (JOBS=2 at a time)
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadgroup

lint: .venv/.dev ## style, types, and who may import whom
	@$(BIN)/ruff check .
	@$(BIN)/ruff check --quiet --isolated --select TID251 --config '$(HTTP_EXCEPTION)' app
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy $(SOURCES)
	@$(BIN)/lint-imports

bench: .venv/.dev ## measure, each figure against its limit
	@$(BIN)/python -m benchmarks

properties: .venv/.dev ## the property tests alone, with many more examples (minutes)
	@HYPOTHESIS_PROFILE=long $(BIN)/python -m pytest -n $(JOBS) -m hypothesis

pictures: .venv/.dev ## take the README's pictures of the demo again
	@mkdir -p docs/pictures
	@READYROOM_PICTURES=docs/pictures $(BIN)/python -m pytest -q tests/browser/test_pictures.py

# Every version is chosen anew. Django is what django-htmx asks for and does not need to give us its htmx file.
LOCK = $(UV) pip compile pyproject.toml --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-emit-package django --no-emit-package asgiref --no-emit-package sqlparse \
	--custom-compile-command "make lock" --group build

lock: ## choose the newest versions again and write both lock files (needs uv)
	@command -v $(UV) >/dev/null || { echo "make lock needs uv: https://docs.astral.sh/uv, or UV=/path/to/uv." >&2; exit 1; }
	@$(LOCK) --output-file requirements.lock
	@$(LOCK) --group dev --constraint requirements.lock --output-file requirements-dev.lock

clean: ## remove the environment and what the tools keep; the data stay
	rm -rf .venv .hypothesis .mypy_cache .ruff_cache .pytest_cache .import_linter_cache dist
	find app tests -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.made:
	@command -v $(PYTHON) >/dev/null || { \
		echo "Ready Room needs Python 3.11 or newer, and there is no $(PYTHON) here. Name another: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Ready Room needs Python 3.11 or newer, and this is $$($(PYTHON) --version 2>&1). Name another: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
		echo "This Python cannot make an environment: its venv module is missing. On Debian and Ubuntu the package python3-venv brings it." >&2; exit 1; }
	@$(PYTHON) -m venv --clear .venv
	@touch $@

.venv/.runtime: .venv/.made requirements.lock pyproject.toml
	@echo "Installing what Ready Room needs into .venv ..." >&2
	@$(PIP) --require-hashes --no-deps --requirement requirements.lock
	@$(INSTALL_OURSELVES)
	@touch $@

.venv/.dev: .venv/.made requirements-dev.lock pyproject.toml
	@echo "Installing what Ready Room and its tests need into .venv ..." >&2
	@$(PIP) --require-hashes --no-deps --requirement requirements-dev.lock
	@$(INSTALL_OURSELVES)
	@touch .venv/.runtime $@

APT_GET = DEBIAN_FRONTEND=noninteractive apt-get -qq -o Acquire::http::Timeout=20
INSTALL_BROWSER = $(APT_GET) install -y --no-install-recommends chromium fonts-dejavu-core

browser:
	@for each in chromium chromium-browser google-chrome google-chrome-stable; do \
		if command -v $$each >/dev/null; then exit 0; fi; done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing Chromium for the browser tests ..." >&2; \
		if { $(INSTALL_BROWSER) || { $(APT_GET) update && $(INSTALL_BROWSER); }; } >/dev/null 2>&1; then exit 0; fi; fi; \
	echo "There is no Chromium here and it could not be installed: the browser tests will be left out." >&2
