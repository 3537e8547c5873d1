# Two commands do everything on a machine with Python 3.11 or newer and make: `make demo` and `make test`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8080

.PHONY: demo test lint bench soak picture locks clean

demo: $(VENV)/.run
	$(BIN)/afterword demo --port $(PORT)

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n 2

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/afterword lint

bench: $(VENV)/.dev
	$(BIN)/python benchmarks/turn.py
	$(BIN)/python benchmarks/statements.py
	$(BIN)/python benchmarks/recurrence.py
	$(BIN)/python benchmarks/checkins.py
	$(BIN)/python benchmarks/start.py
	$(BIN)/python benchmarks/slack.py
	$(BIN)/python benchmarks/teams.py
	$(BIN)/python benchmarks/deidentify.py
	$(BIN)/python benchmarks/cues.py
	$(BIN)/python benchmarks/library.py
	$(BIN)/python benchmarks/utility.py
	$(BIN)/python benchmarks/publishing.py
	$(BIN)/python benchmarks/supervise.py

soak: $(VENV)/.dev
	$(BIN)/python -m pytest -n 2 --soak

# The picture in the README, taken anew from the real demo.
picture: $(VENV)/.dev
	$(BIN)/python docs/picture.py

# New locks from pyproject.toml; needs pip-tools. No index lines: whoever installs chooses where from.
COMPILE := pip-compile --quiet --generate-hashes --no-header --no-annotate --strip-extras --allow-unsafe \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host
locks:
	$(COMPILE) --extra build -o requirements.lock pyproject.toml
	$(COMPILE) --extra build --extra dev -o requirements-dev.lock pyproject.toml

# What running needs, and the project itself beside it.
$(VENV)/.run: requirements.lock pyproject.toml | $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml | $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@ $(VENV)/.run

$(VENV):
	$(PYTHON) -m venv $(VENV)

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
