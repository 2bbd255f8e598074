# Two commands do all the set-up on a fresh machine: `make demo` runs the main job, `make test` the tests.
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3

.PHONY: demo test check bench campagne campagne-chaine golden lock clean

demo: $(VENV)/.demo
	$(BIN)/dematfin demo --dossier demo

# One process more than there are cores: many tests wait for the processes that they start.
test: $(VENV)/.dev
	$(BIN)/pytest -n $$(($$(nproc) + 1)) --dist worksteal $(PYTEST)

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry src
	git ls-files -z | xargs -0 $(BIN)/detect-secrets-hook --baseline .secrets.baseline

bench: $(VENV)/.dev
	@for script in benchmarks/[a-z]*.py; do $(BIN)/python $$script || exit 1; done

# Our schema of a flow against the DGFiP's (DEMATFIN_OFFICIEL names the folder that holds xsd/pes), on thousands of bent flows;
# then 500 towns whose processes are killed between a bordereau and its acquit, before neighbours that commit every fault;
# half of them leave a budget to a finance software. Then workers carry the day of a syndicate of 200 communes, and are killed.
# Then each part of the chain on a small disk that has no room left (a tmpfs, mounted in a namespace: unshare of util-linux).
# Then 2,100 runs in which each part of the chain is struck; their table is docs/campagne.md, their lines campagne.jsonl (what is in it
# is not played again: `make campagne-chaine` goes on where it was stopped).
# The units of exploitation under a real systemd come last (root, package systemd-container), in a layer over this system that is lost.
# Every reader of what comes from outside first: real samples bent in all ways (FUZZ: how many examples, and a seed).
campagne: $(VENV)/.dev
	PYTHONPATH=tests $(BIN)/python -m fuzz.campagne $(FUZZ)
	PYTHONPATH=tests $(BIN)/python -m pes.campagne
	PYTHONPATH=tests $(BIN)/python -m crash.campagne
	PYTHONPATH=tests $(BIN)/python -m crash.syndicat.trial
	PYTHONPATH=tests $(BIN)/python -m crash.small_disk
	rm -f campagne.jsonl
	$(MAKE) campagne-chaine
	PYTHONPATH=tests $(BIN)/python -m service.under_systemd

campagne-chaine: $(VENV)/.dev
	PYTHONPATH=tests $(BIN)/python -m crash.chaine --sortie campagne.jsonl --page docs/campagne.md

# Rewrites the golden flows of fixtures/pes, on purpose: read `git diff` before keeping them.
golden: $(VENV)/.dev
	PYTHONPATH=tests $(BIN)/python tests/pes/cases.py
# The locked versions, with their hashes; the package itself is linked, so that a change is seen at once.
$(VENV)/.demo: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.demo
	$(BIN)/pip install --quiet --require-hashes -r requirements-dev.lock
	touch $@

lock:
	$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-find-links \
		--no-emit-trusted-host --extra rapide --build-deps-for editable --output-file requirements.lock pyproject.toml
	$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-find-links \
		--no-emit-trusted-host --extra rapide --extra postgres --extra ouvriers --extra s3 --extra dev --constraint requirements.lock \
		--output-file requirements-dev.lock pyproject.toml

clean:
	rm -rf $(VENV) demo build dist
