# Podium's commands. `make help` lists them. Options are given as NAME=value.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.SUFFIXES:

VENV := .venv
# DVC starts the stages with `python`: it must be the one that has the requirements.
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
export PYTHONUTF8 := 1

# The first Python that is new enough; PYTHON=… names another.
NEW_ENOUGH = import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(firstword $(foreach p,python3 python3.13 python3.12 python3.11,$(shell $(p) -c '$(NEW_ENOUGH)' 2>/dev/null && echo $(p))))
WORKERS ?= 2
# pip's errors alone, and a line each few packages of what it does: it would print hundreds.
PIP := $(VENV)/bin/python -m pip install --disable-pip-version-check --no-color --root-user-action ignore
COUNTED := awk '/^Collecting/ {if (++n % 20 == 0) {print "  " n " packages found"; fflush()}} /^Installing/ {print "  installing " n " packages"; fflush()}'
DEMO := data/demo/demo.zip

##@ The main job
.PHONY: submission
submission: check ## the whole path: from the competition's zip to a checked submission, scores and report
	@python -m stages.submission
	@if grep -qE '^  path: $(DEMO)( |$$)' params.yaml; then \
	  python -m stages.score_submission reports/submission.csv data/demo/solution.csv; fi

.PHONY: start
start: venv ## ZIP=path/to/mine.zip [HUB=yes]: makes your own competition the project, and its first run the baseline
	@python -m stages.start "$${ZIP-}"

.PHONY: check
check: venv ## is params.yaml right? One sentence a mistake, exit code 2
	@python -m stages.check

.PHONY: debug
debug: venv ## STAGE=train [FOLD=0]: one stage in the foreground, with tracebacks; DVC records nothing
	@test -n "$(STAGE)" || { echo 'error: name the stage: make debug STAGE=train FOLD=0' >&2; exit 2; }
	@test -f "stages/$(STAGE).py" || { echo "error: STAGE=$(STAGE): no such stage: name one of dvc.yaml, such as train" >&2; exit 2; }
	@PODIUM_DEBUG=1 python -m stages.$(STAGE) $(if $(filter train,$(STAGE)),$(or $(FOLD),0))

.PHONY: train
train: check ## GPUS=0,1 or JOBS=2: the folds side by side; CLUSTER=tcp://…, slurm or a YAML file: over machines
	@python -m stages.train_folds --cluster="$${CLUSTER-}" --gpus="$${GPUS-}" --jobs="$(or $(JOBS),1)"

.PHONY: sweep
sweep: check ## PLAN=plan.yaml or SET="-S model=a,b" [HALVING=1 GPUS= JOBS= CLUSTER=]: many experiments as one set of tasks
	@python -m stages.sweep --plan="$${PLAN-}" --set="$${SET-}" --halving="$${HALVING-}" --cluster="$${CLUSTER-}" --gpus="$${GPUS-}" --jobs="$(or $(JOBS),1)"

.PHONY: experiment
experiment: venv ## SET="-S key=value …" [NAME=mine QUEUE=1]: checks the settings, then dvc exp run with them
	@python -m stages.experiment --name="$${NAME-}" --set="$${SET-}" --queue="$${QUEUE-}"

.PHONY: recipe
recipe: venv ## NAME=resnext101 [SET="-S key=value"]: one of recipes/, as an experiment
	@test -n "$${NAME-}" || { echo "error: give NAME=one of" $$(ls recipes | grep -v README) >&2; exit 2; }
	@python -m stages.experiment --recipe="$${NAME-}" --set="$${SET-}"

.PHONY: reset
reset: venv ## params.yaml as the last commit has it; results stay, and nothing runs again that ran before
	@python -m stages.reset

.PHONY: experiments
experiments: venv ## [HTML=1]: every experiment beside the baseline; HTML=1 writes a page with curves
	@python -m stages.experiments --html="$${HTML-}"

.PHONY: compare
compare: venv ## A=mine [B=other]: the paired difference of two experiments, and a page with the images on which they differ
	@python -m stages.compare --a="$${A-}" --b="$${B-}"

.PHONY: freeze-folds
freeze-folds: venv ## writes the folds to a file that split.file then takes: no image moves any more
	@python -m stages.freeze_folds

.PHONY: vote
vote: check ## EXPERIMENTS="a b c" or MODELS="x y" or MODELS=strong [NAME=all]: several experiments vote, without retraining
	@python -m stages.vote --experiments="$${EXPERIMENTS-}" --models="$${MODELS-}" --name="$${NAME-}"

.PHONY: export
export: venv ## [CHECK=rows ENGINE=onnx]: the winning members as a folder that predicts by itself, compared with the submission
	@python -m stages.export

##@ Kaggle
.PHONY: download
download: venv ## COMPETITION=slug: fetches the competition's zip to data/raw
	@python -m stages.download "$${COMPETITION-}"

.PHONY: upload
upload: venv ## MESSAGE="…" [FORCE=1 WAIT=seconds FILE=made-elsewhere.csv]: sends reports/submission.csv, waits for the score, remembers it
	@python -m stages.upload "$${MESSAGE-}"

.PHONY: notebook
notebook: venv ## [COMPETITION=slug GPU=no]: export/ as a script and a data set, for competitions that take notebooks alone
	@python -m stages.notebook

.PHONY: rehearse
rehearse: venv ## [IMAGES=500 HIDDEN=100000]: the notebook's script as Kaggle runs it: no network; images a second, hours
	@python -m stages.rehearse

.PHONY: submit-notebook
submit-notebook: venv ## MESSAGE="…" [FORCE=1 WAIT=seconds]: sends export/notebook, runs it at Kaggle, submits its file, waits for the score
	@python -m stages.submit_notebook "$${MESSAGE-}"

.PHONY: leaderboard
leaderboard: venv ## what was uploaded: CV against public score
	@python -m stages.leaderboard

.PHONY: choose
choose: venv ## which two runs to select at Kaggle: the best by CV, and the one that adds most to it
	@python -m stages.choose

.PHONY: score
score: venv ## DIR=folder: scores what the run publishes on a labelled folder
	@python -m stages.score "$${DIR-}"

##@ Work on Podium
.PHONY: venv
venv: $(VENV)/.installed ## .venv with requirements.txt; SYSTEM_TORCH=1 keeps the torch that the machine has

$(VENV)/.installed: requirements.txt
	@test -n "$(PYTHON)" || { echo "error: Podium needs Python 3.11 or newer, found $$(python3 --version 2>&1): install one, or name it with make venv PYTHON=/path/to/python3.11" >&2; exit 2; }
	@$(PYTHON) -c '$(NEW_ENOUGH)' || { echo "error: Podium needs Python 3.11 or newer, found $$($(PYTHON) --version 2>&1): name another with make venv PYTHON=/path/to/python3.11" >&2; exit 2; }
	@test -x $(VENV)/bin/python || $(PYTHON) -m venv $(if $(SYSTEM_TORCH),--system-site-packages) $(VENV)
ifdef SYSTEM_TORCH
	@$(VENV)/bin/python -c 'import torch, torchvision; print("keeping torch", torch.__version__)' || { echo "error: SYSTEM_TORCH=1 keeps the machine's torch and torchvision, but it has none: leave it out" >&2; exit 2; }
	@$(PIP) -r <(grep -vE '^torch(vision)?==' requirements.txt) 2> >(grep -v '^WARNING' >&2) | $(COUNTED)
else
	@echo "installing requirements.txt into $(VENV) (several minutes the first time)"
	@$(PIP) -r requirements.txt 2> >(grep -v '^WARNING' >&2) | $(COUNTED)
endif
	@touch $@

.PHONY: lint
lint: venv ## ruff (style, format) and mypy (strict)
	@ruff check .
	@ruff format --check .
	@mypy

.PHONY: docs
docs: venv ## writes docs/parameters.md anew, after params.yaml or its classes changed
	@python -m stages.docs

.PHONY: test-quick
test-quick: venv ## the tests without a pipeline
	@OMP_NUM_THREADS=1 python -m pytest -n $(WORKERS)

.PHONY: test
test: test-quick ## what must pass before a commit; test-slow adds the pipeline's

.PHONY: test-slow
test-slow: venv ## the tests that train and run pipelines
	@OMP_NUM_THREADS=1 python -m pytest -m 'slow and not gpu' -n $(WORKERS) --dist loadgroup --durations=15

.PHONY: help
help: ## this list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile
