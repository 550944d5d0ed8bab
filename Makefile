# Hindcast. `make` alone, or `make help`, says what there is.
SHELL := /bin/sh
PYTHON ?= python3
ARGS ?=
SCALE ?= small
VENV_PYTHON := .venv/bin/python
INSTALL = @command -v $(PYTHON) >/dev/null || { echo "No $(PYTHON) found: apt install python3 python3-venv"; exit 1; }; \
	$(PYTHON) tools/install.py

.DEFAULT_GOAL := help
.PHONY: help demo test check fuzz bench bench-api lock clean

help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## Run Hindcast with demo data on http://localhost:8000/ (PORT=8123 make demo: another port)
	$(INSTALL) requirements.lock
	@$(VENV_PYTHON) -m tools.run_demo

test: ## Run every test, on SQLite and on PostgreSQL where it is found (ARGS="-k name": some of them)
	$(INSTALL) requirements-dev.lock
	@$(VENV_PYTHON) -m tools.run_tests $(ARGS)

check: ## Lint, format, types, layers, templates, migrations, deployment, schema (ARGS="mypy": one of them)
	$(INSTALL) requirements-dev.lock
	@$(VENV_PYTHON) -m tools.run_checks $(ARGS)

fuzz: ## Try to break the API: 20,000 cases and the hostile corpus (ARGS="--cases 1000 --seed 7")
	$(INSTALL) requirements-dev.lock
	@$(VENV_PYTHON) -m tests.fuzz $(ARGS)

bench: ## Measure speed and memory on PostgreSQL (SCALE=10m: ten million forecasts; ARGS="--only sums")
	$(INSTALL) requirements-dev.lock
	@$(VENV_PYTHON) -m benchmarks --scale $(SCALE) $(ARGS)

bench-api: ## Measure what a request of the API costs, against a constant view (ARGS="--memory 100000")
	$(INSTALL) requirements-dev.lock
	@$(VENV_PYTHON) -m benchmarks.api_bench $(ARGS)

lock: ## Write requirements.lock and requirements-dev.lock anew
	$(INSTALL) requirements-dev.lock
	@$(VENV_PYTHON) -m pip install --quiet uv
	@for name in requirements requirements-dev; do \
		echo "Locking $$name.txt"; \
		$(VENV_PYTHON) -m uv pip compile --universal --python-version 3.11 --generate-hashes \
			--no-emit-index-url --no-header -q $$name.txt -o $$name.lock || exit 1; \
	done

clean: ## Remove what tools leave behind (not .venv, not the demo's data)
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage htmlcov static-root
	@find . -path ./.venv -prune -o -name __pycache__ -type d -exec rm -rf {} +
