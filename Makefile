# `make` alone lists the targets. Everything runs in .venv, made from requirements/dev.txt where absent or out of date.

PYTHON ?= python3
RUN := .venv/bin/python
UV_COMPILE := build/lock/bin/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 \
	--no-annotate --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock'

export PYTHONPATH := $(CURDIR)/reference:$(CURDIR)
unexport PYTHONHOME

.DEFAULT_GOAL := help
.PHONY: help verify attack attacks mutants test vectors conform lint tables site browser adversary bench lock clean environment

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

verify: environment ## prove everything, or one module: make verify ONLY=liquidation
	@$(RUN) -m proofs verify $(if $(ONLY),--only $(ONLY))

attack: environment ## switch one guard off and see what falls: make attack RULE=LIQ-2
	@$(RUN) -m proofs attack --rule $(or $(RULE),$(error RULE is missing: make attack RULE=LIQ-2))

attacks: environment ## switch every guard off in turn: each is needed by a safety theorem, or is declared a rule of form
	@$(RUN) -m proofs attack

mutants: environment ## change the machine as mistakes would, and see each change refuted by a theorem; by tests too
	@$(RUN) -m proofs mutants

test: environment ## run the tests
	@$(RUN) -m pytest --numprocesses auto

vectors: environment ## write the vectors of the conformance kit, and print what they cover
	@$(RUN) -m proofs.vectors

conform: environment ## hold the implementations under tests/differential against the reference: make conform ONLY=typescript
	@$(RUN) -m tests.differential $(ONLY)

lint: environment ## types, style, the specification's links and its generated tables
	@$(RUN) -m ruff check
	@$(RUN) -m ruff format --check
	@$(RUN) -m mypy
	@$(RUN) -m sphinx -q -W --keep-going -b needs spec build/spec
	@$(RUN) -m proofs.requirements --check
	@$(RUN) -m proofs.soundness --check

tables: environment ## write the generated fields and tables of spec/ and SOUNDNESS.md
	@$(RUN) -m proofs.requirements
	@$(RUN) -m proofs.soundness

site: environment ## render spec/ with the evidence of the last `make verify` into build/site
	@$(RUN) -m spec._site

browser: environment ## open build/site in Chromium and use it
	@$(RUN) -m pytest tests/browser

adversary: environment ## ten thousand random runs against the machine, on all cores
	@$(RUN) -m tests.adversary

bench: environment ## measure transitions per second, by accounts and against the other implementations
	@$(RUN) -m tests.benchmarks

lock: ## pin requirements/*.in in requirements/*.txt again, keeping the pins that still fit
	@$(PYTHON) requirements/bootstrap.py build/lock requirements/lock.txt
	@$(UV_COMPILE) requirements/lock.in -o requirements/lock.txt
	@$(UV_COMPILE) requirements/dev.in -o requirements/dev.txt

clean: ## remove .venv, build and every cache
	rm -rf .venv build .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

environment:
	@$(PYTHON) requirements/bootstrap.py .venv requirements/dev.txt
