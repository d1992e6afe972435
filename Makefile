# `make run` serves Pututu on this machine, `make test` proves it. Both keep their environment in .venv.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run demo test test-long lint types contracts check environment clean

run: .venv/base.stamp
	@$(BIN)/pututu up --or-demo

demo: .venv/base.stamp
	@$(BIN)/pututu demo

test: .venv/test.stamp
	@$(BIN)/python -m pytest -m "not long" -n auto --maxprocesses 4 --dist worksteal $(PYTEST_ARGS)

test-long: .venv/test.stamp
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

lint: .venv/dev.stamp
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: .venv/dev.stamp
	@$(BIN)/mypy

contracts: .venv/dev.stamp
	@$(BIN)/lint-imports --no-cache

check: lint types contracts test

environment: .venv/base.stamp

.venv/base.stamp .venv/test.stamp .venv/dev.stamp: .venv/%.stamp: pyproject.toml constraints.txt environment.sh
	@PYTHON="$(PYTHON)" sh environment.sh $*
	@touch $@

clean:
	rm -rf .venv
