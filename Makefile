# Each command sets up what it needs in .venv/ and is quick the second time.
PYTHON ?= python3
VENV_BIN := .venv/bin
LOCK := tests/requirements/lock.txt

# Ansible refuses a locale that is not UTF-8, and is slow to start without its bytecode.
export LC_ALL := C.UTF-8
export UV_COMPILE_BYTECODE := 1
unexport PYTHONDONTWRITEBYTECODE
# A developer's other collections must not take precedence over this one.
unexport ANSIBLE_COLLECTIONS_PATH ANSIBLE_COLLECTIONS_PATHS ANSIBLE_COLLECTIONS_SCAN_SYS_PATH

help:
	@echo 'make demo                create, repeat, change and delete a tunnel on the local emulator'
	@echo 'make demo-site           connect a site, from an empty VPC to the first packet, in the lab of two real IPsec daemons'
	@echo 'make test                checks from lint to integration; CI runs this, test-long and test-lab'
	@echo 'make test-long           the other tests without root: dialects, AWX, a site from an empty VPC'
	@echo 'make test-lab            a tunnel between two real IPsec daemons in network namespaces'
	@echo 'make lint                style, types, licenses, shell scripts, documentation, changelog'
	@echo 'make docs                build the documentation site in .cache/site/html, without a network'
	@echo 'make test-unit           unit, contract and model tests, Python compatibility'
	@echo 'make test-integration    real playbooks against the local emulator'
	@echo 'make test-sanity         ansible-test sanity'
	@echo 'make check-package       build the tarball; check, install and import it'
	@echo 'make test-dialects       the dialects of test-long, with 5,000 combinations of them'
	@echo 'make test-matrix         unit and integration tests on every supported ansible-core; CORES="2.17 2.21" selects'
	@echo 'make release             build the tarball in dist/ and test it alone with the demo and the integration tests'
	@echo 'make bench               measure what a task costs, next to the SDK and others; writes docs/benchmarks*.md'
	@echo 'make changelog           move the fragments into CHANGELOG.md, for the version in galaxy.yml'
	@echo 'make update-plugin-docs  update docs/plugins/ and docs/errors.md after a change of the plugins'"'"' documentation'
	@echo 'make update-lockfiles    update the pinned versions in tests/requirements/'
	@echo 'make clean               remove everything that these commands create, except dist/'

demo: .venv/.stamp-demo
	$(VENV_BIN)/python tests/demo

# Needs what the tests of the IPsec lab need.
demo-site: .venv/.stamp-test
	$(VENV_BIN)/python tests/demo/connect_site.py

# Two targets at a time, with grouped output.
test: .venv/.stamp-test
	@$(MAKE) --no-print-directory -j2 -Otarget lint test-unit test-sanity check-package docs
	@$(MAKE) --no-print-directory test-integration
	@echo 'make test: lint, test-unit, test-sanity, check-package, docs and test-integration passed'

# Apart from make test, so that it ends in ten minutes. Dialects: the rules of docs/reliability.md on APIs that differ from their
# documentation.
test-long: .venv/.stamp-test
	$(VENV_BIN)/python -m pytest -q -n 3 --dist worksteal -m 'long and not lab' tests/integration tests/docs tests/dialects

# The tests of the IPsec lab, of the peers' own parsers and modules, and of the rulebooks; make test leaves them out. The modules are
# in the environment of make bench.
test-lab: .venv/.stamp-test .cache/bench/.stamp .cache/rulebook/.stamp
	$(VENV_BIN)/python -m pytest -q -n 2 --dist loadfile -m lab tests/integration

docs: .venv/.stamp-docs
	$(VENV_BIN)/python tests/checks/build_docs.py site

update-plugin-docs: .venv/.stamp-test
	$(VENV_BIN)/python tests/checks/build_docs.py update
	$(VENV_BIN)/python tests/checks/errors_page.py
	$(VENV_BIN)/python tests/checks/peers_page.py
	$(VENV_BIN)/python tests/checks/security_page.py

ISOLATED_ENV := HOME="$(CURDIR)/.cache/home" PATH="$(CURDIR)/$(VENV_BIN):$$PATH"
lint: .venv/.stamp-test
	$(VENV_BIN)/ruff check
	$(VENV_BIN)/ruff format --check
	$(VENV_BIN)/mypy --config-file tests/mypy.ini
	$(VENV_BIN)/yamllint --strict . .ansible-lint .yamllint
	$(VENV_BIN)/python tests/checks/check_licenses.py
	$(VENV_BIN)/shellcheck $$(git ls-files -co --exclude-standard '*.sh'; git grep --untracked -lE '^#! ?/.*\b(ba|da|k)?sh\b' -- ':!*.sh')
	$(VENV_BIN)/python tests/checks/check_changelog.py
	$(VENV_BIN)/python tests/checks/check_fragments.py
	$(VENV_BIN)/python tests/checks/build_docs.py check
	$(VENV_BIN)/python tests/checks/errors_page.py check
	$(VENV_BIN)/python tests/checks/peers_page.py check
	$(VENV_BIN)/python tests/checks/security_page.py check
	$(VENV_BIN)/python tests/checks/translations.py check
	mkdir -p .cache/home  # these two tools write to their home directory
	$(ISOLATED_ENV) $(VENV_BIN)/antsibull-docs lint-collection-docs --plugin-docs --validate-collection-refs self .
	$(ISOLATED_ENV) $(VENV_BIN)/ansible-lint
	$(VENV_BIN)/python tests/checks/lint_examples.py

test-unit: .venv/.stamp-test
	$(VENV_BIN)/python -m pytest -q tests/unit tests/contract tests/model
	$(VENV_BIN)/python tests/checks/check_python_compat.py

test-integration: .venv/.stamp-test
	$(VENV_BIN)/python -m pytest -q -n 3 --dist worksteal -m 'not lab and not long' tests/integration tests/docs

test-sanity: .venv/.stamp-test
	$(VENV_BIN)/python tests/checks/run_sanity.py

check-package: .venv/.stamp-test
	$(VENV_BIN)/python tests/checks/check_package.py

# Many more combinations of dialects than in make test-long; about ten minutes on one core.
test-dialects: .venv/.stamp-test
	$(VENV_BIN)/python tests/dialects --singles --mixes 5000 --lost 500 --per-mix 2

# A Python version that is not installed is a failure unless MATRIX_ALLOW_MISSING=1.
test-matrix: .venv/.stamp-test
	$(VENV_BIN)/python tests/checks/run_matrix.py $(CORES)

changelog: .venv/.stamp-test
	$(VENV_BIN)/python tests/checks/check_changelog.py release

release: .venv/.stamp-test
	$(VENV_BIN)/python tests/checks/build_release.py

# The other collections come with the package `ansible`, which needs an environment of its own.
BENCH := .cache/bench
bench: .venv/.stamp-demo $(BENCH)/.stamp
	$(BENCH)/bin/python tests/benchmarks

$(BENCH)/.stamp: tests/requirements/bench-lock.txt
	$(PYTHON) -m venv --clear $(BENCH)
	$(VENV_BIN)/uv pip install -q --python $(BENCH)/bin/python -r $< || $(BENCH)/bin/python -m pip install -q -r $<
	cd $(BENCH)/lib/python3.*/site-packages/ansible_collections && mkdir -p baiducloud && ln -s "$(CURDIR)" baiducloud/network
	touch $@

.cache/rulebook/.stamp: tests/requirements/rulebook-lock.txt
	$(PYTHON) -m venv --clear .cache/rulebook
	$(VENV_BIN)/uv pip install -q --python .cache/rulebook/bin/python -r $< || .cache/rulebook/bin/python -m pip install -q -r $<
	cd .cache/rulebook/lib/python3.*/site-packages && mkdir -p ansible_collections/baiducloud && \
	  ln -s "$(CURDIR)" ansible_collections/baiducloud/network
	touch $@

update-lockfiles: .venv/.stamp-demo
	cd tests/requirements && ../../$(VENV_BIN)/uv pip compile -q --upgrade --universal --python-version 3.11 \
	  --no-emit-index-url --no-annotate --custom-compile-command 'make update-lockfiles' -o lock.txt test.in docs.in
	cd tests/requirements && ../../$(VENV_BIN)/uv pip compile -q --upgrade --universal --python-version 3.11 \
	  --no-emit-index-url --no-annotate --custom-compile-command 'make update-lockfiles' -o bench-lock.txt bench.in
	cd tests/requirements && ../../$(VENV_BIN)/uv pip compile -q --upgrade --universal --python-version 3.11 \
	  --no-emit-index-url --no-annotate --custom-compile-command 'make update-lockfiles' -o rulebook-lock.txt rulebook.in

clean:
	rm -rf .venv .cache
	find . -name __pycache__ -prune -exec rm -r {} +

# uv does not read pip's configuration; pip is the fallback where that is needed.
install = $(VENV_BIN)/uv pip install -q --python $(VENV_BIN)/python -c $(LOCK) -r $(1) || \
  $(VENV_BIN)/python -m pip install -q -c $(LOCK) -r $(1)

# The link makes this checkout visible as the collection to every Ansible command in .venv/.
.venv/.stamp-demo: $(LOCK) tests/requirements/demo.in
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
	  { echo 'Python 3.11, 3.12 or 3.13 is needed: make PYTHON=/path/to/python3.11 ...' >&2; exit 1; }
	$(PYTHON) -m venv --clear .venv
	$(VENV_BIN)/python -m pip install -q --disable-pip-version-check -c $(LOCK) uv
	$(call install,tests/requirements/demo.in)
	cd .venv/lib/python3.*/site-packages && mkdir -p ansible_collections/baiducloud && \
	  ln -s "$(CURDIR)" ansible_collections/baiducloud/network
	echo "$(CURDIR)" >.venv/venv-path
	touch $@

.venv/.stamp-test: .venv/.stamp-demo tests/requirements/test.in
	$(call install,tests/requirements/test.in)
	touch $@

.venv/.stamp-docs: .venv/.stamp-test tests/requirements/docs.in
	$(call install,tests/requirements/docs.in)
	touch $@

# A moved checkout or a removed Python needs a new environment.
ifneq ($(shell $(VENV_BIN)/python -c '' 2>/dev/null && cat .venv/venv-path),$(CURDIR))
.venv/.stamp-demo: FORCE
endif

FORCE:
.PHONY: FORCE help demo demo-site test test-lab docs update-plugin-docs lint test-unit test-integration test-sanity check-package \
  changelog test-long test-dialects test-matrix release bench update-lockfiles clean
