# Each command sets up what it needs in .venv/ and is quick the second time.
PYTHON ?= python3
B := .venv/bin
LOCK := tests/requirements/lock.txt

# Ansible refuses a locale that is not UTF-8, and is slow to start without its bytecode.
export LC_ALL := C.UTF-8
export UV_COMPILE_BYTECODE := 1
unexport PYTHONDONTWRITEBYTECODE
# A developer's other collections have no place before this one.
unexport ANSIBLE_COLLECTIONS_PATH ANSIBLE_COLLECTIONS_PATHS ANSIBLE_COLLECTIONS_SCAN_SYS_PATH

help:
	@echo 'make demo         the main job, shown on a local stand-in for the cloud'
	@echo 'make test         everything below up to package, as CI runs it'
	@echo 'make lint         style, types, licences, shell, documentation, changelog'
	@echo 'make docs         build the documentation site in .cache/site/html, without a network'
	@echo 'make units        unit tests'
	@echo 'make dialects     the rules of docs/reliability.md on clouds that differ from their documentation'
	@echo 'make integration  real playbooks against the local stand-in'
	@echo 'make sanity       ansible-test sanity'
	@echo 'make test-dialects  5,000 mixes of ways in which the real API may differ'
	@echo 'make package      build the tarball, check, install and import it'
	@echo 'make test-matrix  units and integration on every supported ansible-core; CORES="2.17 2.21" for some'
	@echo 'make release      the tarball in dist/, proved: alone, it passes the demo and the integration tests'
	@echo 'make bench        what a task costs, beside the peers; writes docs/benchmarks.md'
	@echo 'make plugin-pages renew docs/plugins/ after a change of the plugins'"'"' documentation'
	@echo 'make lock         renew the pinned versions in tests/requirements/'
	@echo 'make clean        remove all that these commands have made, but for dist/'

demo: .venv/demo.done
	$(B)/python tests/demo

# Two at a time, the output of each in one piece; the playbooks then have both cores for themselves.
test: .venv/test.done
	@$(MAKE) --no-print-directory -j2 -Otarget lint units sanity package docs
	@$(MAKE) --no-print-directory -j2 -Otarget integration dialects
	@echo 'make test: lint, units, sanity, package, docs, dialects and integration passed'

docs: .venv/docs.done
	$(B)/python tests/gates/pages.py site

plugin-pages: .venv/test.done
	$(B)/python tests/gates/pages.py renew

PRIVATE := HOME="$(CURDIR)/.cache/home" PATH="$(CURDIR)/$(B):$$PATH"
lint: .venv/test.done
	$(B)/ruff check
	$(B)/ruff format --check
	$(B)/mypy --config-file tests/mypy.ini
	$(B)/yamllint --strict . .ansible-lint .yamllint
	$(B)/python tests/gates/licences.py
	$(B)/python tests/gates/shell.py
	$(B)/python tests/gates/changelog.py
	$(B)/python tests/gates/pages.py check
	mkdir -p .cache/home  # what these two leave in their home
	$(PRIVATE) $(B)/antsibull-docs lint-collection-docs --plugin-docs --validate-collection-refs self .
	$(PRIVATE) $(B)/ansible-lint
	$(B)/python tests/gates/examples.py

units: .venv/test.done
	$(B)/python -m pytest -q tests/unit tests/contract tests/model tests/docs
	$(B)/python tests/gates/oldest.py

dialects: .venv/test.done
	$(B)/python -m pytest -q tests/dialects

integration: .venv/test.done
	$(B)/python -m pytest -q -n 3 --dist worksteal tests/integration

sanity: .venv/test.done
	$(B)/python tests/gates/sanity.py

package: .venv/test.done
	$(B)/python tests/gates/package.py

# Far more mixes of dialects than make test has; some ten minutes on one core.
test-dialects: .venv/test.done
	$(B)/python tests/dialects --singles --mixes 5000 --lost 500 --per-mix 2

# Python versions that are not on this machine make it fail, but for MATRIX_MAY_MISS=1.
test-matrix: .venv/test.done
	$(B)/python tests/gates/matrix.py $(CORES)

release: .venv/test.done
	$(B)/python tests/gates/release.py

# The peers come with the package `ansible`, which has an environment of its own.
BENCH := .cache/bench
bench: .venv/demo.done $(BENCH)/done
	$(BENCH)/bin/python tests/bench

$(BENCH)/done: tests/requirements/bench-lock.txt
	$(PYTHON) -m venv --clear $(BENCH)
	$(B)/uv pip install -q --python $(BENCH)/bin/python -r $< || $(BENCH)/bin/python -m pip install -q -r $<
	cd $(BENCH)/lib/python3.*/site-packages/ansible_collections && mkdir -p baiducloud && ln -s "$(CURDIR)" baiducloud/network
	touch $@

lock: .venv/demo.done
	cd tests/requirements && ../../$(B)/uv pip compile -q --upgrade --universal --python-version 3.11 \
	  --no-emit-index-url --no-annotate --custom-compile-command 'make lock' -o lock.txt test.in docs.in
	cd tests/requirements && ../../$(B)/uv pip compile -q --upgrade --universal --python-version 3.11 \
	  --no-emit-index-url --no-annotate --custom-compile-command 'make lock' -o bench-lock.txt bench.in

clean:
	rm -rf .venv .cache
	find . -name __pycache__ -prune -exec rm -r {} +

# uv knows nothing of pip's own configuration; where that is needed, pip does the work.
install = $(B)/uv pip install -q --python $(B)/python -c $(LOCK) -r $(1) || \
  $(B)/python -m pip install -q -c $(LOCK) -r $(1)

# The link lets every Ansible command in .venv/ find the collection as it stands in this checkout.
.venv/demo.done: $(LOCK) tests/requirements/demo.in
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
	  { echo 'Python 3.11, 3.12 or 3.13 is needed: make PYTHON=/path/to/python3.11 ...' >&2; exit 1; }
	$(PYTHON) -m venv --clear .venv
	$(B)/python -m pip install -q --disable-pip-version-check -c $(LOCK) uv
	$(call install,tests/requirements/demo.in)
	cd .venv/lib/python3.*/site-packages && mkdir -p ansible_collections/baiducloud && \
	  ln -s "$(CURDIR)" ansible_collections/baiducloud/network
	echo "$(CURDIR)" >.venv/made-in
	touch $@

.venv/test.done: .venv/demo.done tests/requirements/test.in
	$(call install,tests/requirements/test.in)
	touch $@

.venv/docs.done: .venv/test.done tests/requirements/docs.in
	$(call install,tests/requirements/docs.in)
	touch $@

# A checkout that was moved, or a Python that is gone, needs a new environment.
ifneq ($(shell $(B)/python -c '' 2>/dev/null && cat .venv/made-in),$(CURDIR))
.venv/demo.done: FORCE
endif

FORCE:
.PHONY: FORCE help demo test docs plugin-pages lint units integration sanity package dialects test-dialects test-matrix release bench lock clean
