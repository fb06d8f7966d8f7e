# make run    install into .venv and score all 15,625 architectures on the table that is installed with the harness
# make test   the tests; [ALL=1] the slow ones too, as in CI
# make lint   style and types       make regress   the regression of correlations
# make bench  measure speed            make kills   runs killed at random moments, and resumed
# make fuzz   [MINUTES=60] odd inputs  make scale   a store of ten million scores
# make leaderboard   [MINUTES=60] compute what the plan of the leaderboard lacks, and pack it   make verify-scores   [SAMPLE=50]
# make docs   the documentation, into site/            make dist   wheel and source distribution, into dist/, tried in clean environments
# make audit  known vulnerabilities    make licences   docs/licences.md      make machines   how far scores move on other processors
# make leaderboard-page   the leaderboard as one page, reports/leaderboard.html, and as Markdown
# make table TABLES=DIR [ARCHS=1000]   the scores that come with the harness on three datasets, beside published figures, as Markdown
# make table TABLES=DIR IMAGES=FILE.npz [ARCHS=1000]   the same of every proxy, computed from these images
PYTHON ?= python3
VENV ?= .venv
TABLES ?= $(NAS_TABLES)
ARCHS ?= 1000
BIN := $(VENV)/bin
# Without a notice of its makers about their other products.
MKDOCS := NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

.PHONY: leaderboard leaderboard-page verify-scores run test lint docs dist regress bench kills scale machines fuzz audit licences table table-arguments clean

run: $(VENV)/.installed
	$(BIN)/python -m harness.run --proxy zeros --archs all --no-shipped

test: $(VENV)/.installed
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile $(if $(ALL),,-m "not slow")

lint: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MKDOCS) --quiet --site-dir $(VENV)/site

docs: $(VENV)/.installed
	$(MKDOCS)

dist: $(VENV)/.installed
	$(BIN)/python -m tools.dist

regress: $(VENV)/.installed
	$(BIN)/python -m harness.regress

bench: $(VENV)/.installed
	$(BIN)/python -m pytest tools/bench.py --benchmark-only --benchmark-storage=file://reports/benchmarks --benchmark-autosave \
	    $(if $(wildcard reports/benchmarks/*/*.json),--benchmark-compare) --benchmark-columns=mean,rounds
	$(BIN)/python -m tools.bench_table reports/benchmarks

kills: $(VENV)/.installed
	$(BIN)/python -m tools.kills 50
	$(BIN)/python -m tools.training_kills 10

scale: $(VENV)/.installed
	$(BIN)/python -m tools.scale

machines: $(VENV)/.installed
	$(BIN)/python -m tools.machines

leaderboard: $(VENV)/.installed
	$(BIN)/python -m harness.scores compute $(if $(MINUTES),--for $(MINUTES))

SAMPLE ?= 50
verify-scores: $(VENV)/.installed
	$(BIN)/python -m harness.scores verify --sample $(SAMPLE)

fuzz: $(VENV)/.installed
	$(BIN)/python -m tests.fuzz $(MINUTES)

PINNED := $(shell sed '/^\#/d; s/==.*//' constraints.txt)
AUDIT := $(VENV)/audit/bin
audit: $(VENV)/.installed
	@if $(BIN)/python -c 'import urllib.request as r; r.urlopen("https://pypi.org/pypi/pip/25.0/json", timeout=10)' 2> /dev/null; then \
	    $(PYTHON) -m venv $(VENV)/audit && $(AUDIT)/pip install --quiet pip-audit \
	    && $(AUDIT)/pip-audit --requirement requirements.txt --require-hashes --disable-pip --strict; \
	else echo 'make audit: the database of vulnerabilities is out of reach: skipped'; fi

licences: $(VENV)/.installed
	$(PYTHON) -m venv $(VENV)/audit && $(AUDIT)/pip install --quiet pip-licenses
	printf '# Licences\n\nOf all that `constraints.txt` pins, as the packages state them; written by `make licences`.\n' > $(VENV)/licences.md
	printf '`analog-nasbench`, whose table the harness reads, states none: ask its authors before you pass it on.\n\n' >> $(VENV)/licences.md
	@$(AUDIT)/pip-licenses --python $(BIN)/python --with-system --format markdown --with-urls --packages $(PINNED) >> $(VENV)/licences.md
	mv $(VENV)/licences.md docs/licences.md

leaderboard-page: $(VENV)/.installed
	$(BIN)/python -m harness.scores page --out reports/leaderboard.html --markdown reports/leaderboard.md

DATASETS := cifar10 cifar100 imagenet16-120
VARIANTS := 'zeros[aggregate=min]' 'zeros[aggregate=sum]' 'zeros[objective=snip]' 'fisher[over=channels]'
SCORED := $(if $(IMAGES),all $(VARIANTS) --images "$(IMAGES)",shipped)
table-arguments:
	@test -n "$(TABLES)" || { echo "make table: name the folder of the official table, TABLES=DIR" >&2; exit 2; }
table: table-arguments $(VENV)/.installed
	for dataset in $(DATASETS); do \
	    $(BIN)/python -m harness.run --proxy $(SCORED) --dataset $$dataset --archs $(ARCHS) --tables "$(TABLES)" \
	        --out reports/table/$$dataset >&2 || exit; \
	done
	$(BIN)/python -m harness.overview $(DATASETS:%=reports/table/%)

$(VENV)/.installed: pyproject.toml requirements.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --no-deps --require-hashes --requirement requirements.txt
	$(BIN)/pip install --quiet --no-build-isolation --constraint constraints.txt --editable '.[dev]'
	touch $@

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache
