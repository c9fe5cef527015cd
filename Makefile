# The commands of the house; `make help` lists them.
PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help install demo test test-near mutants lint format lock schema schema-check migration bench bench-large soak clean

help: ## what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  \1\t/' | expand -t 12

install: .venv/installed ## the environment, from the lock file

# What the console's pages are built from: they are built where the package is installed.
WEB := $(shell find hub/console/web -name node_modules -prune -o -type f -print 2>/dev/null)

.venv/installed: requirements.lock pyproject.toml $(WEB)
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: install ## the main job: sandboxed departments, the hub, a mine's graph; stays up until Ctrl-C
	@$(BIN)/hub demo

test: install ## every test, on SQLite and on a PostgreSQL that the tests bring up themselves
	$(BIN)/python -m pytest --numprocesses=auto --maxprocesses=4 --dist=worksteal

test-near: install ## the tests near what differs from main, and the guards
	$(BIN)/python -m tests.near

mutants: install ## does a rule die when its line is changed? make mutants FILES="auth/rules.py hub/domain/words/divisions.py"
	$(BIN)/python -m tests.mutants $(FILES)

lint: install ## format, lint, types, arrows between layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python hub/console/build.py check

format: install ## format and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

schema: install ## write schema/schema.graphql anew
	$(BIN)/hub schema > schema/schema.graphql

schema-check: install ## what of the schema breaks clients of the last release
	@tag=$$(git describe --tags --abbrev=0 2>/dev/null) || { echo "no release to compare with"; exit 0; }; \
		released=$$(mktemp) && git show "$$tag:schema/schema.graphql" > "$$released" && \
		$(BIN)/hub schema check schema/schema.graphql --against "$$released" --offline

migration: install ## the next migration, from what the tables have become: make migration NAME=what_it_is_for
	@$(BIN)/python -m migrations $(NAME)
	@$(BIN)/ruff format --quiet migrations/versions
	@$(BIN)/ruff check --quiet --fix migrations/versions

bench: install ## the figures: reading, the door, the pages in a browser, posting, watching, ways out, pulling
	$(BIN)/python -m tests.benchmark

bench-large: install ## every filter and every order of every list at 60,000 mines, and at 6,000 on SQLite: the slowest, with their plans
	$(BIN)/python -m tests.benchmark.walk

soak: install ## 2,000 tries to lose rows under each protocol; 2,000 answers as of a moment; 5,000 loan checks beside plain Python, 1,000 amid posts, and 200 at two processes beside a copy that lags; 550 penalties to a moody node, killed ten times; 10,000 events over two processes; each fault before each system; a flood beside innocents: their p99, refusals, memory
	SOAK=2000 $(BIN)/python -m pytest -q -n0 tests/connectors/test_losing_rows.py
	SOAK=2000 $(BIN)/python -m pytest -q -n0 tests/schema/test_as_of_properties.py
	SOAK=5000 $(BIN)/python -m pytest -q -n0 tests/hub/services/banks/test_loan_checks_properties.py
	SOAK=1000 $(BIN)/python -m pytest -q -n0 tests/hub/services/banks/test_loan_checks_interleaved.py
	$(BIN)/python -m tests.soak.stale_green
	SOAK=550 $(BIN)/python -m pytest -q -n0 tests/hub/services/work/test_delivery.py -k killed
	SOAK=10000 $(BIN)/python -m pytest -q -n0 tests/acceptance/test_several_processes.py
	$(BIN)/python -m tests.soak.faults
	$(BIN)/python -m tests.soak

lock: install ## pin the newest versions that pyproject.toml allows
	$(BIN)/uv pip compile --universal --python-version 3.11 --extra server --extra dev --generate-hashes --no-emit-index-url --no-header \
		--no-annotate --quiet --upgrade pyproject.toml --output-file requirements.lock

clean: ## remove what was built
	rm -rf .venv var hub/console/static hub/console/static.sha256 hub/console/web/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .schemathesis .import_linter_cache
