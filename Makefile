# `make` lists the targets. Everything is installed into .venv, except bubblewrap and Chromium, which are installed as
# system packages if that needs no password.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# nbgrader expects the environment's tools on PATH.
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export PYTHON PIP_ARGS CUDA RESOLUTION

# Later labs take longer, so they run first.
NOTEBOOKS ?= $(shell ls -r solutions/*/*.ipynb 2>/dev/null)
LAB ?=
# Tests run in parallel, by file or lab.
JOBS ?= $(shell n=$$(getconf _NPROCESSORS_ONLN); echo $$((n < 4 ? n : 4)))
PYTEST = pytest --numprocesses $(JOBS) --dist loadscope

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/.stamp ## Make or update .venv for instructors (PYTHON=, PIP_ARGS=, CUDA=1)

# CUDA=1 also changes an environment that has PyTorch's CPU build; setup.sh then makes .venv/.cuda.
CHANGED = pyproject.toml constraints.txt scripts/setup.sh $(if $(CUDA),$(if $(wildcard .venv/.cuda),,to-cuda))

.venv/.stamp: $(CHANGED)
	@scripts/setup.sh
	@touch $@

# What notebooks need and JupyterLab; an instructor's environment contains it.
student: $(if $(wildcard .venv/.stamp),setup,.venv/.student) ## Make or update .venv for students (PYTHON=, PIP_ARGS=, CUDA=1)

.venv/.student: $(CHANGED)
	@scripts/setup.sh student
	@touch $@

to-cuda:

grade: setup ## Grade the example class and show the scores, also as a page in build/
	course-grader example

# Not in build/, which `make clean` removes: the gradebook contains points that were given by hand.
CLASS = class
grade-class: setup ## Grade a class and keep gradebook, graded notebooks, reports and scores in class/: make grade-class LAB= SUBMISSIONS=DIR (CLASS=DIR, GRADE_ARGS=--gpu)
	@mkdir -p "$(CLASS)"
	class=$$(realpath "$(CLASS)"); \
	course-grader grade "$(LAB)" $(GRADE_ARGS) --submissions "$(SUBMISSIONS)" --db "sqlite:///$$class/gradebook.db" \
		--page "$$class/$(LAB).html" --json "$$class/$(LAB).json" || test $$? = 3  # 3: some need review

lab: student ## Open your labs in JupyterLab; one of them: make lab LAB=01_tensor_basics
	course-lab $(LAB)

again: student ## Start a lab again and keep your old copy: make again LAB=01_tensor_basics
	course-lab again "$(LAB)"

wheelhouse: ## Collect all packages for students without a network, in dist/wheelhouse (PIP_ARGS=, CUDA=1)
	@scripts/setup.sh wheelhouse

labs: setup ## Make labs/ from solutions/
	course-grader labs

outputs: setup ## Run a reference notebook and save its outputs: make outputs LAB=01_tensor_basics
	python scripts/save_outputs.py $(LAB)

tiny-encoder: setup ## Pretrain the small encoder of labs 05 and 06 again
	python scripts/tiny_encoder.py

pytest: setup ## The tests alone: make pytest PYTEST_ARGS="-m browser"
	$(PYTEST) $(PYTEST_ARGS)

test: setup chromium lint nbval ## Everything that runs offline, without the slow tests: lint, notebooks, tests (JOBS=)
	$(PYTEST)

test-all: setup chromium lint nbval ## Everything, including the slow tests
	$(PYTEST) --slow

test-gpu: setup ## What needs a GPU: the tests marked `gpu` and benchmarks/gpu.md; says SKIPPED without one
	pytest --slow -m gpu
	python benchmarks/gpu.py

nbval: setup ## Run the reference notebooks and compare their checked outputs
	$(if $(NOTEBOOKS),pytest --numprocesses $(JOBS) --dist loadscope --no-loadscope-reorder --nbval-lax --nbval-current-env $(NOTEBOOKS),@echo "nbval: no notebooks in solutions/")

nbval-changed: setup ## Run the reference notebooks of labs that changed since a commit: make nbval-changed BASE=main
	@changed=; for lab in $$(git diff --name-only "$(BASE)..." -- solutions | cut -d/ -f2 | sort -ru); do \
	    notebook="solutions/$$lab/$$lab.ipynb"; if [ -f "$$notebook" ]; then changed="$$changed $$notebook"; fi; done; \
	if [ -n "$$changed" ]; then $(MAKE) nbval NOTEBOOKS="$$changed"; else echo "nbval: no lab has changed since $(BASE)"; fi

notebooks-full: setup ## Run the reference notebooks with real data and models (profile "full"), without comparing outputs
	COURSE_PROFILE=full jupyter execute --timeout=7200 $(NOTEBOOKS)

coverage: setup ## Run the tests and list the lines and branches that they do not reach
	$(PYTEST) --cov --cov-report=term-missing:skip-covered --cov-report=html

types: setup ## Check the types with mypy
	mypy

audit: setup ## Check that every lab's tests tell right answers from wrong ones, and write docs/audit.md (LABS="NN_name ...": only these)
	status=0; course-grader audit $(LABS) --json docs/audit.json || status=$$?; python scripts/make_audit_page.py; exit $$status

audit-quick: setup ## The audit without mutants and rewrites, which take most of its time; changes no page
	course-grader audit --quick

in-step: labs reference ## Check that labs/ and the generated pages are up to date
	@test -z "$$(git status --porcelain -- labs course_utils docs)" || { git --no-pager diff --stat -- labs course_utils docs; \
	echo "out of step: run make labs reference, and commit" >&2; exit 1; }

reference: setup ## Generate docs/reference/ and the picture in docs/architecture.md from the code
	python scripts/make_reference.py
	python scripts/make_architecture.py

lint: setup ## Check style, spelling and types
	ruff check
	ruff format --check
	codespell
	mypy

format: setup ## Format code and notebooks, and fix what ruff can fix
	ruff check --fix
	ruff format

bench: setup ## Measure grading, each lab, retrieval and catalogue search
	python benchmarks/grading.py
	python benchmarks/labs.py
	python benchmarks/retrieval.py
	python benchmarks/catalogue.py

wheel: ## Make the wheel, dist/deep_learning_labs-VERSION-py3-none-any.whl
	@scripts/wheel.sh

wheel-check: ## Make the wheel, install it in an empty environment, and use it there
	@scripts/wheel.sh check

release: setup wheel ## What students get, in dist/release: make release TAG=v1.0.0 (RELEASE_ARGS=--unpublished)
	rm -rf dist/release
	course-grader release --to dist/release $(if $(TAG),--tag "$(TAG)") $(RELEASE_ARGS)

site: setup ## Make the site, build/site: these pages and the labs
	python scripts/make_site.py

picture: setup chromium ## Make docs/picture.png for the README, from the report of `make grade`
	python scripts/make_picture.py

clean: ## Remove build products, but neither the environment nor grades
	rm -rf build .pytest_cache .ruff_cache .mypy_cache .hypothesis

chromium:
	@scripts/setup.sh chromium

.PHONY: help setup student grade grade-class lab again wheelhouse labs outputs tiny-encoder test test-all test-gpu nbval nbval-changed notebooks-full pytest coverage types audit audit-quick in-step reference lint format bench wheel wheel-check release site picture clean chromium to-cuda
