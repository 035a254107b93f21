# What one types in this project. Plain equivalents for machines without make stand in README.md.

PORT ?= 8501
WORKERS ?= 2
ONLY ?=
STUDENTS ?= 3000
PY := .venv/bin/python

# Bytecode is kept: without it every import takes three times as long.
unexport PYTHONDONTWRITEBYTECODE

# Runs a script with the first Python that is new enough; each is asked, because a name on the path may lead nowhere.
define with_python
for name in python3 python3.13 python3.12 python3.11; do \
    if $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then exec $$name $(1); fi; \
done; \
echo "Waymark needs Python 3.11 or newer, and there is none on the path: install it, then try again." >&2; exit 1
endef

# Tests that fit models on two busy cores are forty times slower with the default threads.
test check bench campaign: export OMP_NUM_THREADS := 1
test check bench campaign: export OPENBLAS_NUM_THREADS := 1

.DEFAULT_GOAL := help
.PHONY: help run servers test check bench campaign lock clean setup setup-dev setup-servers setup-tests

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: setup ## Start Waymark on 127.0.0.1:8501 (another port: make run PORT=8502)
	@exec $(PY) deploy/start.py $(PORT)

servers: setup-servers ## Serve the demo school from MariaDB, MongoDB and Spark files until Ctrl+C (larger: make servers STUDENTS=20000)
	@exec $(PY) -m deploy.servers --students $(STUDENTS)

test: setup-tests ## Install what the tests need, then run all of them
	@exec $(PY) -m pytest -n $(WORKERS)

check: setup-dev ## Style, types, import rules, sizes and docs, in under a minute
	@$(PY) -m ruff format --check
	@$(PY) -m ruff check
	@.venv/bin/lint-imports --no-logo
	@$(PY) -m mypy
	@$(PY) -m pytest -q tests/test_architecture.py tests/test_docs.py

bench: setup-tests ## Measure speed and memory (one benchmark: make bench ONLY=name)
	@exec $(PY) -m tests.bench $(ONLY)

campaign: setup-tests ## Search for faults for a long time
	@exec $(PY) -m pytest -m campaign

lock: setup-dev ## Resolve the pins of pyproject.toml into the two requirements files (newer ones: make lock UPGRADE=--upgrade)
	@UV_CUSTOM_COMPILE_COMMAND="make lock" $(PY) -m uv pip compile --quiet --universal --python-version 3.11 \
	    --no-annotate $(UPGRADE) pyproject.toml --output-file requirements.txt
	@UV_CUSTOM_COMPILE_COMMAND="make lock" $(PY) -m uv pip compile --quiet --universal --python-version 3.11 \
	    --no-annotate $(UPGRADE) --constraints requirements.txt pyproject.toml --group dev \
	    --output-file tests/requirements.txt

clean: ## Remove .venv and everything that can be made again (workspace/ stays)
	@rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find app.py core pages tests deploy -name __pycache__ -type d -prune -exec rm -rf {} +

setup: # what the app needs
	@$(call with_python,deploy/venv.py)

setup-dev: # and what the checks need
	@$(call with_python,deploy/venv.py --tests)

setup-servers: setup-dev # and MariaDB, mongod and Java
	@$(PY) -m tests.setup.install --servers

setup-tests: setup-dev # and the browser, servers and Java that tests talk to
	@$(PY) -m tests.setup.install
