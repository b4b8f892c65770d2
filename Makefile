# Wanted: make and Python 3.11 or later. Everything else is installed into .venv, checked against the hashes of the lock files.

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
# The locks are complete, so nothing is resolved; what must be built is built with the pinned tools of requirements-build.lock.
INSTALL := $(PIP) install --require-hashes --no-deps --no-build-isolation
WORKERS ?= 2
SECONDS ?= 600
PYTEST = $(BIN)/pytest -n $(WORKERS) --dist loadgroup
UV_VERSION := 0.13.9

# What `make bench` measures: quick (minutes) or full (a quarter of an hour, writes docs/performance.md); single sizes over it:
# MEGABYTES and LARGE of text, SCALE="100 1000 100000" reports, SPARK_REPORTS (0 for none), ONLY="throughput stages" sections.
BENCH ?= quick
BENCH_OPTIONS = $(if $(MEGABYTES),--megabytes $(MEGABYTES)) $(if $(LARGE),--large $(LARGE)) $(if $(SCALE),--scale $(SCALE)) \
	$(if $(SPARK_REPORTS),--spark $(SPARK_REPORTS)) $(if $(ONLY),--only $(ONLY)) $(if $(filter full,$(BENCH)),--page docs/performance.md)

.PHONY: help run test test-all check fuzz lock sbom docs mutation site bench clean

help:
	@echo "make run       read data/raw, write the tables into data/out"
	@echo "make test      style, types, structure and the tests that need pip alone"
	@echo "make test-all  install the Debian packages that the other tests want, and run all tests"
	@echo "make fuzz      try every reader with SECONDS=600 of files that are nearly right"
	@echo "make docs      write docs/tables.md, docs/rules.md and docs/quality.md anew"
	@echo "make site      write the guide as web pages into site/"
	@echo "make mutation  change the readers of numbers and dates, and count what the tests notice"
	@echo "make sbom      write sbom.json and docs/licences.md anew from the lock file"
	@echo "make bench     measure speed, memory and correctness at scale; BENCH=full for the figures of docs/performance.md"
	@echo "make lock      resolve the dependencies anew"
	@echo "make clean     remove all that these commands made"

run: $(VENV)/.run
	$(BIN)/taizhang run data/raw --out data/out

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: check
	$(PYTEST) -m "not debian and not slow"

test-all: check $(VENV)/.spark
	@sh scripts/install_debian.sh tests/debian.txt
	$(PYTEST) -m ""

# atheris has wheels for Linux alone; without it the same mutations run unguided.
fuzz: $(VENV)/.dev requirements-fuzz.lock
	$(INSTALL) -r requirements-fuzz.lock
	$(BIN)/python scripts/fuzz.py --seconds $(SECONDS) $(TARGETS)

docs: $(VENV)/.dev
	$(BIN)/python scripts/build_docs.py
	$(BIN)/python scripts/build_quality.py

site: $(VENV)/.docs
	$(BIN)/zensical build --clean --strict

sbom: $(VENV)/.dev
	$(BIN)/python scripts/build_sbom.py

mutation: $(VENV)/.dev
	$(BIN)/python scripts/mutate.py

bench: $(VENV)/.spark $(VENV)-bench/.done
	$(BIN)/python -m benchmarks --size $(BENCH) $(BENCH_OPTIONS)

lock: $(BIN)/python
	$(PIP) install uv==$(UV_VERSION)
	$(BIN)/python scripts/lock.py

clean:
	rm -rf $(VENV) $(VENV)-bench build dist site .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find data/out -mindepth 1 ! -name .gitkeep -delete
	find pipeline tests scripts -name __pycache__ -prune -exec rm -rf {} +

$(BIN)/python:
	@for name in $(PYTHON) python3 python3.13 python3.12 python3.11; do \
		if "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then "$$name" -m venv $(VENV) && exit 0; fi; \
	done; \
	echo "No Python 3.11 or later with its venv module found. Install one, or name it: make PYTHON=/path/to/python3.12 …" >&2; exit 1

# A stamp is written last, so that an interrupted set-up begins again and a finished one is not repeated.
$(VENV)/.run: requirements-build.lock requirements.lock pyproject.toml | $(BIN)/python
	@echo "Setting up $(VENV) (once) …"
	$(INSTALL) -r requirements-build.lock
	$(INSTALL) -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

# Not compiled ahead: most modules of these tools are never imported.
$(VENV)/.dev: $(VENV)/.run requirements-dev.lock
	$(INSTALL) --no-compile -r requirements-dev.lock
	@touch $@

$(VENV)/.docs: $(VENV)/.run requirements-docs.lock
	$(INSTALL) -r requirements-docs.lock
	@touch $@

# Apache Spark: 400 MB, wanted by its own tests and by the benchmarks only.
$(VENV)/.spark: $(VENV)/.run requirements-spark.lock
	$(INSTALL) --no-compile -r requirements-spark.lock
	@touch $@

# What the benchmarks compare with, in an environment of its own.
$(VENV)-bench/.done: requirements-build.lock requirements-bench.lock | $(BIN)/python
	$(BIN)/python -m venv $(VENV)-bench
	$(VENV)-bench/bin/python -m pip --disable-pip-version-check -qq install --require-hashes -r requirements-build.lock
	$(VENV)-bench/bin/python -m pip --disable-pip-version-check -qq install --require-hashes --no-deps --no-build-isolation -r requirements-bench.lock
	@touch $@
