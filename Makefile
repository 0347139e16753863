# keyrack. `make help` says what there is. Works with GNU make 3.81 and later.
VENV := .venv
BIN := $(VENV)/bin
ARGS :=
export VENV PYTHON

.PHONY: run demo test clients test-clients check mutants bench man screenshots cast clean help

run: $(VENV)/.run ## Start keyrack on the servers that this machine has configured
	@$(BIN)/keyrack $(ARGS)

demo: $(VENV)/.demo ## Try keyrack in a sandbox: own servers, own home, nothing of yours is touched
	@$(BIN)/keyrack demo $(ARGS)

test: $(VENV)/.dev ## Run the tests on all cores (ARGS="tests/unit/oauth" for some)
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

clients: ## Install the MCP clients that the tests run for real
	@tests/support/clients/install.sh

test-clients: $(VENV)/.dev ## Run more MCP clients for real, and tell what each did (installs 1.3 GB)
	@tests/support/clients/install.sh more
	@KEYRACK_TEST_CLIENTS=all $(BIN)/python -m pytest -v -n auto --dist worksteal tests/clients $(ARGS)

check: $(VENV)/.dev ## Style, types, and who may import whom
	@$(BIN)/ruff check app tests bench screenshots
	@$(BIN)/ruff format --check --quiet app tests bench screenshots
	@$(BIN)/basedpyright --pythonpath $(BIN)/python --level error
	@$(BIN)/basedpyright --project pyrightconfig.tests.json --pythonpath $(BIN)/python --level error
	@$(BIN)/lint-imports

mutants: $(VENV)/.mutants ## Change the code, and show what no unit test notices (ARGS="keyrack.oauth.challenge*")
	@$(BIN)/python tools/mutants.py $(ARGS)

bench: $(VENV)/.dev ## Print how fast keyrack is, as ratios to what it can't beat
	@$(BIN)/python bench/run.py $(ARGS)

man: $(VENV)/.dev ## Write the man pages to dist/man1
	@$(BIN)/python tools/man_pages.py dist/man1

screenshots: $(VENV)/.dev ## Draw the README's pictures again
	@$(BIN)/python screenshots/make.py $(ARGS)

cast: $(VENV)/.demo $(VENV)/.dev ## Record the README's story again, in the demo's sandbox
	@$(BIN)/python screenshots/cast.py $(ARGS)

clean: ## Remove what make and the tests have made
	@rm -rf $(VENV) .mutants dist .pytest_cache .ruff_cache .hypothesis .import_linter_cache snapshot_report.html \
	  tests/support/oidc/node_modules tests/support/conformance/node_modules \
	  tests/support/clients/node_modules tests/support/clients/more/node_modules tests/support/clients/.venv
	@find app tests bench screenshots -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

help: ## This list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

$(VENV)/.run $(VENV)/.demo $(VENV)/.dev $(VENV)/.mutants: pyproject.toml tools/install.sh
	@sh tools/install.sh $(patsubst .%,%,$(notdir $@))
	@touch $@
