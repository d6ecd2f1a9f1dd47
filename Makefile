# Everything runs from .venv, which is made from requirements.lock the first time it is needed.

PYTHON       ?=
SCALE        ?= 1
REPLICATIONS ?= 20
TEST_WORKERS ?= 2
LOCK_FLAGS   ?=
UV_VERSION   := 0.13.9

VENV      := .venv
BIN       := $(VENV)/bin
LOCKED    := $(VENV)/.locked
INSTALLED := $(VENV)/.installed
APP       := $(VENV)/.app

# Prints the newest interpreter that is at least 3.11 and can make a virtual environment.
find_python = \
	for candidate in $(or $(PYTHON),python3.13 python3.12 python3.11 python3); do \
		if "$$candidate" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' \
			>/dev/null 2>&1; then echo "$$candidate"; exit 0; fi; \
	done; \
	echo "denialloop needs Python 3.11 or newer with its venv module; tried:" \
		"$(or $(PYTHON),python3.13 python3.12 python3.11 python3)." \
		"Install one, or name it: make install PYTHON=/path/to/python3" >&2; \
	exit 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install demo app test quick coverage lint format bench verify reference figures docs lock clean

help: ## Show the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

install: $(INSTALLED) ## Create .venv from requirements.lock; .venv/bin/denialloop is the command

# --no-deps: the lock is whole, and pip's resolver may look past a pin when a newer release appears.
$(LOCKED): requirements.lock
	@python=$$($(find_python)) && \
	echo "Creating $(VENV) with $$("$$python" --version) from requirements.lock" && \
	"$$python" -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--no-deps --require-hashes -r requirements.lock
	@touch $@

$(INSTALLED): $(LOCKED) pyproject.toml
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--no-deps --no-build-isolation --editable .
	@$(BIN)/python -m pip check --disable-pip-version-check
	@touch $@

demo: install ## Compare a typical generalist with a typical specialist (SCALE=0.1 for a tenth of the hospital)
	$(BIN)/denialloop compare configs/typical_generalist.yaml configs/typical_specialist.yaml \
		--out results/demo --scale $(SCALE) --replications $(REPLICATIONS)

$(APP): $(INSTALLED) requirements-app.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--no-deps --require-hashes -r requirements-app.lock
	@touch $@

app: $(APP) ## Open the planner's page in a browser (Streamlit is installed the first time)
	$(BIN)/denialloop app

test: lint ## Lint, then run the test suite on TEST_WORKERS processes
	$(BIN)/python -m pytest -n $(TEST_WORKERS) --dist worksteal

quick: install ## Run the unit tests that take less than a fifth of a second (under a minute in all)
	$(BIN)/python -m pytest -q -n $(TEST_WORKERS) --dist worksteal --quick tests/unit

coverage: install ## Run the tests and fail if less than 95 % of lines and branches are covered
	$(BIN)/python -m pytest -n $(TEST_WORKERS) --dist worksteal --cov --cov-fail-under=95

lint: install ## Check style, format and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

format: install ## Apply the formatter and the safe fixes
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: install ## Measure speed and memory, write results/bench.json
	$(BIN)/python bench/bench.py

verify: install ## Compare the model with theory, write docs/verification.md
	$(BIN)/python -m pytest -q -n $(TEST_WORKERS) --dist worksteal --write-book \
		tests/oracles tests/extremes tests/determinism

reference: install ## Write results/reference/small.csv again (see results/reference/README.md)
	$(BIN)/python -m tests.backtests.test_reference write

figures: install ## Run the studies that docs/ quotes again (forty minutes), fill their tables
	$(BIN)/python -m docs.studies
	$(BIN)/python -m docs.figures

docs: install ## Regenerate what docs/ derives from the code and from results/reference/
	$(BIN)/python -m docs.build
	$(BIN)/python -m docs.validation
	$(BIN)/python -m docs.figures
	$(BIN)/python -m docs.flow

lock: ## Resolve both lock files again (LOCK_FLAGS=--upgrade takes newer releases)
	@python=$$($(find_python)) && scratch=$$(mktemp -d) && trap 'rm -rf "$$scratch"' EXIT && \
	"$$python" -m venv "$$scratch" && \
	"$$scratch/bin/python" -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION) && \
	compile() { "$$scratch/bin/uv" pip compile --quiet --universal --python-version 3.11 \
		--fork-strategy fewest --generate-hashes --no-emit-index-url \
		--custom-compile-command "make lock" $(LOCK_FLAGS) pyproject.toml "$$@"; } && \
	compile --extra dev --output-file requirements.lock && \
	compile --extra app --constraint requirements.lock --output-file requirements-app.lock

clean: ## Remove .venv, caches and builds; results/ stays
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage* htmlcov
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
