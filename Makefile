# One command each; `make demo` and `make test` do all the set-up they need.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
SARIF_SCHEMA := .schemas/sarif-2.1.0-rtm.5.json
NPM_PROVIDER := .providers/npm
CANAILLE := .providers/canaille
BIN := $(VENV)/bin
READY := $(VENV)/.ready
ALL_READY := $(VENV)/.all-ready
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml

.PHONY: setup setup-all test lint fix run demo bench bench-check bench-watch bench-detect bench-diagnose docs schemas providers lock clean

setup: $(READY)

$(READY): requirements.lock pyproject.toml
	@echo "doorward: setting up $(VENV) (once)" >&2
	@$(PYTHON) -c 'import sys; sys.exit("doorward needs Python 3.11 or newer: make PYTHON=python3.12 ...") if sys.version_info < (3, 11) else None'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)

# What a user does not need: Spark, Kafka, and those beside whom the benches measure.
setup-all: $(ALL_READY)

$(ALL_READY): requirements-all.lock $(READY)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-all.lock
	@touch $(ALL_READY)

test: setup
	$(BIN)/python -m pytest -n auto --dist loadfile

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n auto tests/house

fix: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

run: setup
	$(BIN)/doorward run

demo: setup
	@$(BIN)/doorward drill demo

bench: setup
	$(BIN)/python -m bench

bench-check: setup
	$(BIN)/python -m bench check_django "check_django --changes held-out" check_keycloak check_school

# A quarter of an hour: `make bench-detect OPTIONS=--quick` is enough to see that it works.
bench-detect: setup-all
	$(BIN)/python -m bench.detect $(OPTIONS)

# Beside what setup-all installs: ripgrep, fail2ban-regex and crowdsec, where they are there.
bench-watch: setup-all
	$(BIN)/python -m bench watch_speed watch_hostile

# Half an hour or so for the reported half; needs redis-server, PostgreSQL and a C compiler, and root for some faults.
bench-diagnose: setup-all
	$(BIN)/python -m bench.diagnose $(OPTIONS)

docs: setup
	$(BIN)/python -m docs.generate

schemas: $(SARIF_SCHEMA)

# The standard's schema lies in this npm package, of which nothing is run; the digest says that it is the file we know.
$(SARIF_SCHEMA):
	@mkdir -p $(@D)
	@npm pack --silent --pack-destination $(@D) @microsoft/jest-sarif@1.0.0-beta.0 >/dev/null
	@tar -xzf $(@D)/microsoft-jest-sarif-1.0.0-beta.0.tgz -C $(@D) --strip-components=3 package/lib/schemas/$(@F)
	@echo "2d99159ae54a3eea97f81781cff48780548657c35949f4b7f25e99a2ba4de4f8  $@" | sha256sum --check --quiet || { rm -f $@; exit 1; }
	@rm -f $(@D)/*.tgz
	@touch $@

providers: $(NPM_PROVIDER)/.ready $(CANAILLE)/.ready

# OpenID providers that others wrote, for the probe's tests, by their digests; no script of the npm packages is run. The
# other has an environment of its own: nothing of Doorward needs it.
$(CANAILLE)/.ready: tests/probe/canaille/requirements.lock
	@$(PYTHON) -m venv $(@D)
	@$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(NPM_PROVIDER)/.ready: tests/probe/npm/package.json tests/probe/npm/package-lock.json
	@mkdir -p $(@D)
	@cp $^ $(@D)
	@cd $(@D) && npm ci --silent --ignore-scripts --no-audit --no-fund
	@touch $@

# A Kafka broker and an OpenSearch node for tests (90 MB of jars): Maven checks each jar's own digest.
services: .services/kafka/.ready .services/opensearch/.ready

.services/%/.ready: tests/services/%/pom.xml
	@mvn --quiet --batch-mode --strict-checksums --file $< dependency:copy-dependencies -DoutputDirectory=$(CURDIR)/$(@D) -DincludeScope=runtime
	@touch $@

lock:
	$(BIN)/python -m pip install --quiet uv
	$(LOCK) --extra postgresql --extra school --extra dev -o requirements.lock
	$(LOCK) --all-extras --constraint requirements.lock -o requirements-all.lock
	$(subst pyproject.toml,tests/probe/canaille/requirements.in,$(LOCK)) --no-annotate -o tests/probe/canaille/requirements.lock

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache
