# Encaisse: every verb does its own set-up and is quick the second time.
#
#   make run      open the app on the sample company        PORT=8600 make run chooses the port
#   make test     every law on a small seeded draw, and the screens in Chromium
#   make proof    the long laws
#   make install  prepare .venv and nothing else
#   make postgres the laws of a store on PostgreSQL, short and long, on a server of their own

PORT ?= 8501
HOST ?= 127.0.0.1
VENV := .venv
PYTHON := $(shell command -v python3.11 || command -v python3)
STAMP := $(VENV)/installed
DEV_STAMP := $(VENV)/installed-dev
NICE_PIP := $(VENV)/bin/python -m pip --disable-pip-version-check --no-input install --quiet

.PHONY: run test proof postgres install check browser lock audit bench clean

run: $(STAMP)
	@echo "Encaisse: http://localhost:$(PORT)"
	@$(VENV)/bin/python -m streamlit run app.py --server.port $(PORT) --server.address $(HOST) --server.headless true

test: $(DEV_STAMP) check browser
	@$(VENV)/bin/python -m pytest -m "not proof" -n 2 --dist loadfile --no-loadscope-reorder

proof: $(DEV_STAMP) browser
	@$(VENV)/bin/python -m pytest -m proof -n 2 --dist load

postgres: $(DEV_STAMP)
	@$(NICE_PIP) -r requirements-postgres.txt
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || { \
	  if [ "$$(id -u)" = 0 ]; then apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql >/dev/null; \
	  else echo "The tests start PostgreSQL. Type: sudo apt-get install postgresql"; exit 1; fi; }
	@$(VENV)/bin/python -m pytest -m "proof or not proof" -k "postgresql or shared_store or move_store" -n 2 --dist load tests

install: $(STAMP)

check: $(DEV_STAMP)
	@$(VENV)/bin/ruff format --check --quiet .
	@$(VENV)/bin/ruff check --quiet .
	@$(VENV)/bin/mypy --no-error-summary app.py cli.py commands forecasting data hosting pages bench

# The packages with the hash of each, after a change of requirements.txt; and what is known against them.
lock: $(STAMP)
	@$(VENV)/bin/python -m hosting.lock

audit: $(STAMP)
	@$(VENV)/bin/python -m hosting.audit

bench: $(STAMP)
	@$(VENV)/bin/python cli.py bench

# The virtual environment, made anew when the list of packages changes.
$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Encaisse needs Python 3.11. On Debian: apt-get install python3 python3-venv"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Encaisse needs Python 3.11 or newer; this is $$($(PYTHON) --version)."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv; \
	  else echo "Python's venv module is missing. Type: sudo apt-get install python3-venv"; exit 1; fi; }
	@$(PYTHON) -m venv $(VENV)

$(STAMP): requirements.txt $(VENV)/bin/python
	@echo "Installing the packages of requirements.txt (once, a minute or two)…"
	@$(NICE_PIP) -r requirements.txt
	@touch $@

$(DEV_STAMP): requirements-dev.txt $(STAMP)
	@echo "Installing the packages of requirements-dev.txt (once)…"
	@$(NICE_PIP) -r requirements-dev.txt
	@touch $@

# Debian's Chromium drives the screens in tests.
browser:
	@command -v chromium >/dev/null || { \
	  if [ "$$(id -u)" = 0 ]; then \
	    echo "Installing Debian's chromium (once)…"; \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; \
	  elif sudo -n true 2>/dev/null; then \
	    sudo apt-get update -qq && sudo DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; \
	  else echo "The browser tests need Chromium. Type: sudo apt-get install chromium"; exit 1; fi; }

clean:
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
