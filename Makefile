# `make demo` and `make test` do all set-up themselves, in .venv, on a bare machine with Python 3.11.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
ISLANDS := src/psoas/web/islands
BUILT := src/psoas/web/static/islands/body.js

.DEFAULT_GOAL := help
.PHONY: help demo serve test check fix reference bench deep docs words lock wheel clean islands islands-if-node

help:            ## list the targets
	@grep -hE '^[a-z]+: .*##|^[a-z]+:  *##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 12

$(READY): requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "psoas needs Python 3.11 or later: make PYTHON=python3.11"; exit 1; }
	@echo "Installing what psoas needs into .venv (a minute or two the first time)" >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv>=0.5'
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

demo: $(READY)   ## the main job on built-in measured movement; writes demo/report.html
	@$(BIN)/psoas demo --out demo
	@echo "The pages for a person, on this machine only: make serve"

serve: $(READY)  ## the pages for a person, at http://127.0.0.1:8000/
	@$(BIN)/psoas serve

$(BUILT): $(wildcard $(ISLANDS)/src/*.ts) $(ISLANDS)/package-lock.json $(ISLANDS)/build.mjs
	@cd $(ISLANDS) && npm ci --silent && npm run --silent build

islands: $(BUILT)  ## the 3D body for the pages; needs Node.js 20 or later

islands-if-node:
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory islands || echo "The 3D body could not be built: pages show pictures and tables." >&2; \
	else echo "No Node.js here: pages show pictures and tables instead of the 3D body." >&2; fi

test: $(READY) islands-if-node  ## every check and every test that can run here
	@$(MAKE) --no-print-directory check
	$(BIN)/pytest -n auto --dist loadgroup

check: $(READY)  ## formatting, types, import contracts, shelf
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/psoas knowledge check
	@if [ -x $(ISLANDS)/node_modules/.bin/tsc ] && command -v node >/dev/null; then cd $(ISLANDS) && npm run --silent check; fi

fix: $(READY)    ## mend formatting
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

reference: $(READY)  ## only the comparisons with OpenSim and with recordings
	$(BIN)/pytest -m reference -n auto

bench: $(READY)  ## speed as ratios, each measured in one run
	@for script in benchmarks/*.py; do $(BIN)/python $$script || exit 1; done

deep: $(READY)   ## mutation of the gate, long property runs, the server killed again and again
	PSOAS_DEEP=1 $(BIN)/pytest -n auto tests/properties tests/unit/test_hip_flexor_test.py tests/unit/test_adapted_movement.py
	PSOAS_DEEP=1 $(BIN)/pytest tests/unit/test_serve_trouble.py -k killed
	$(BIN)/python tests/mutation.py

docs: $(READY)   ## regenerate the generated pages
	$(BIN)/python docs/generate.py

words: $(READY)  ## renew the sentences for translators; needs GNU gettext
	@$(BIN)/python tools/words.py || test $$? -eq 2

lock:            ## renew requirements.lock
	$(BIN)/uv pip compile pyproject.toml --all-extras --generate-hashes --no-header --no-annotate --python-version 3.11 -o requirements.lock

wheel: $(READY) islands  ## a wheel with the built assets, in dist/
	$(BIN)/uv build --wheel --out-dir dist
