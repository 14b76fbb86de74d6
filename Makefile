# Two commands: `make run` does the whole job, `make test` passes the project's own tests.
# Both install what is missing (as root on Debian; otherwise the command to run is printed).

PLAN ?= default
SPF = node_modules/.bin/node harness/cli/spf.ts

.PHONY: run test check unit e2e bench setup doctor powerpc clean

run: setup
	@harness/doctor/install-packages.sh ppc64
	@$(SPF) run $(PLAN) $(ARGS)

test: check unit e2e

# What a machine finds wrong without running anything: types, style, the dependency rule.
check: setup
	npx --no-install tsc
	npx --no-install eslint .
	npx --no-install prettier --check --log-level warn .
	npx --no-install depcruise --config .dependency-cruiser.js --output-type err harness

unit: setup
	npx --no-install vitest run --project unit

# Boots Debian's prebuilt kernel and runs the workloads in it and on this host; builds no kernel.
e2e: setup
	npx --no-install vitest run --project e2e

bench: setup
	npx --no-install vitest bench --run

# What `--arch ppc64le` needs as well.
powerpc: setup
	@harness/doctor/install-packages.sh ppc64 ppc64le

doctor: setup
	@$(SPF) doctor

setup: node_modules/.package-lock.json
	@harness/doctor/install-packages.sh

# npm writes this file last, so it is the proof of a whole installation.
node_modules/.package-lock.json: package.json package-lock.json .npmrc
	@harness/doctor/install-packages.sh --with-npm
	npm ci --no-progress --loglevel=error
	@touch $@

# Results only; the cache of kernels and trees is `spf doctor`'s business to name and yours to delete.
clean:
	rm -rf out
