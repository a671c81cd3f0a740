# Every target is one command of a developer's day; `make` alone lists them.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
PEERS := loadtests/peers
USERS ?= 50 200
ROWS ?= 10000
PYTEST_ARGS ?=
SERVE_ARGS ?=
BENCH_ARGS ?=
PAGE_ARGS ?=

.PHONY: help install lock run demo format lint types types-js types-peers quick browser test check coverage load peers bench bench-page clean

help:  ## the targets and what they do
	@sed -n 's/^\([a-z-]*\):.*##  *\(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 12

install: .venv/installed  ## .venv with everything of requirements.lock

.venv/installed: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Rowstream needs Python 3.11 or newer.")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade \
  --no-emit-index-url --no-annotate --no-header

lock:  ## the lock files anew (needs uv)
	$(LOCK) pyproject.toml --group demo --group dev --group browser --group load --output-file requirements.lock
	$(LOCK) $(PEERS)/requirements.in --output-file $(PEERS)/requirements.lock
	sed -i "s/ ; sys_platform == 'darwin' or sys_platform == 'linux'//" requirements.lock $(PEERS)/requirements.lock
	npm install --prefix $(PEERS) --package-lock-only --omit-lockfile-registry-resolved=true --no-audit --no-fund

run: install  ## the server with the demo data on http://127.0.0.1:8000
	$(BIN)/python -m app serve $(SERVE_ARGS)

demo: install  ## load the demo data alone
	$(BIN)/python -m app demo

format: install  ## ruff format, ruff check --fix
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: install  ## format, lint rules, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports

types: install  ## pyright, strict
	$(BIN)/pyright

types-js: install  ## the page's scripts, strict (npx brings the compiler)
	PATH="$(CURDIR)/$(BIN):$$PATH" npx --yes --package typescript@5.9.3 tsc --project tests/js/jsconfig.json

types-peers: peers  ## the benchmark's FastAPI server, with the types of its own environment
	$(BIN)/pyright --pythonpath .venv-peers/bin/python $(PEERS)/fastapi_sse.py

quick: install  ## the tests without browsers and without the slow ones
	$(BIN)/python -m pytest -m "not browser and not slow" $(PYTEST_ARGS)

check: lint types  ## what a developer runs before a commit: lint, types, imports, tests without browsers
	$(BIN)/python -m pytest -m "not browser" $(PYTEST_ARGS)

browser: install  ## the browser tests alone
	tests/install_packages.sh
	$(BIN)/python -m pytest -m browser $(PYTEST_ARGS)

test: install  ## everything, browsers included; installs Debian's packages where it may
	tests/install_packages.sh
	$(MAKE) lint types
	$(BIN)/python -m pytest $(PYTEST_ARGS)

coverage: install  ## which lines no test reaches
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -m "not browser" $(PYTEST_ARGS)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

load: install  ## 50 people, then 200, reading reports of 10,000 rows; fails past the thresholds
	$(BIN)/python -m loadtests.load --users $(USERS) --rows $(ROWS)

peers: install .venv-peers/installed $(PEERS)/node_modules/installed  ## what the benchmark compares with

.venv-peers/installed: $(PEERS)/requirements.lock
	test -x .venv-peers/bin/python || $(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip install --quiet --no-deps --require-hashes --requirement $<
	touch $@

$(PEERS)/node_modules/installed: $(PEERS)/package.json $(PEERS)/package-lock.json | install
	PATH="$$PATH:$(CURDIR)/$(BIN)" npm ci --prefix $(PEERS) --ignore-scripts --no-audit --no-fund --loglevel=error
	touch $@

bench: install peers  ## what a run costs beside PostgreSQL alone and beside others; BENCH_ARGS="--quick --only followed"
	$(BIN)/python -m loadtests.bench $(BENCH_ARGS)

bench-page: install  ## what the report page costs a browser; PAGE_ARGS="--rows 100000 --engine chromium"
	$(BIN)/python -m loadtests.page $(PAGE_ARGS)

clean:  ## remove what make made
	rm -rf .venv .venv-peers $(PEERS)/node_modules *.egg-info .pytest_cache .ruff_cache .hypothesis htmlcov
