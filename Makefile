# Everything a developer says to Bedside. Needs Python 3.11-3.13 and make, nothing else.
.DEFAULT_GOAL := help
.PHONY: help up test check day rules prove bench contract migration requirements clean

run := .venv/bin/python
python = $(shell for name in $(PYTHON) python3.13 python3.12 python3.11 python3 python; do \
	$$name -c 'import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
	2>/dev/null && echo $$name && break; done)

help: ## list what can be said
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

up: .venv/installed ## start everything on 127.0.0.1, Ctrl-C stops it
	@$(run) -m backend.local

test: .venv/installed ## all tests, with servers of their own
	$(run) -m pytest

check: .venv/installed ## format, lint, types, imports, house rules
	$(run) -m ruff format --check .
	$(run) -m ruff check .
	$(run) -m mypy
	.venv/bin/lint-imports
	$(run) -m pytest -q tests/house

day: .venv/installed ## play one day against the running system
	@$(run) -m tests.day

rules: .venv/installed ## which rules of care are live and tested
	@$(run) -m backend.policy.rules

prove: .venv/installed ## the full proofs, or one: make prove ONLY=R1
	@$(run) -m tests.prove $(ONLY)

bench: .venv/installed ## speed beside other stacks
	@$(run) -m tests.load.bench

contract: .venv/installed ## write openapi/ anew from the code
	@$(run) -m backend.openapi

migration: .venv/installed ## write the next migration: make migration NAME=what_it_brings
	@$(run) -m backend.migrate new "$(NAME)"

requirements: ## pin what pyproject.toml allows (asks for uv)
	uv pip compile -q $(pin) -o requirements.txt
	uv pip compile -q $(pin) --extra dev -c requirements.txt -o requirements-dev.txt

pin := --universal --python-version 3.11 --generate-hashes --upgrade --no-emit-index-url \
	--no-emit-find-links --no-header --no-annotate pyproject.toml

clean: ## remove the local servers with their data
	@$(python) -m backend.local clean

# The lock names every package, so pip resolves nothing: an old one would look past the lock for extras.
.venv/installed: requirements-dev.txt
	@test -n "$(python)" || { echo "Bedside needs Python 3.11, 3.12 or 3.13 with its venv module; \
	none was found (name one: make PYTHON=/path/to/python)."; exit 1; }
	@echo "Installing the pinned packages into .venv with $(python) ..."
	@$(python) -m venv .venv
	@$(run) -m pip install --quiet --disable-pip-version-check --no-input --no-deps \
		--require-hashes --compile -r requirements-dev.txt
	@touch $@
