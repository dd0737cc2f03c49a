# Verbs only. What needs logic is in engine/ (the host) and levelground/ (everything else).
# Options are given as NAME=value: make bench SERVICES=fastapi,sanic SCENARIOS=hello MINUTES=3
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# What was given on the command line reaches the command as it was written: make expands nothing in it, nor does the
# shell. Else make would hand it down in the environment too, expanded.
GIVEN := $(foreach name,$(.VARIABLES),$(if $(filter command line,$(origin $(name))),$(name)))
unexport $(GIVEN)
MAKEOVERRIDES =
define NEWLINE


endef
quoted = '$(subst $(NEWLINE),'$$'\n'',$(subst ','\'',$(1)))'
OPTIONS = $(foreach name,$(GIVEN),$(call quoted,$(name)=$(value $(name))))

# After what was given is no longer exported: make 4.4 expands it for these calls too.
export UID := $(shell id -u)
export GID := $(shell id -g)

help:  ## this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

up:  ## the whole stand: every service, and the Locust web UI; prints the port map. SERVICES=
	@engine/stand up $(OPTIONS)

down:  ## removes the stand; keeps images and results
	@docker compose --profile '*' down --remove-orphans

bench:  ## the main job: conformance, measurement, table. SERVICES= SCENARIOS= MINUTES= ROUNDS= CONNECTIONS= SEED= SLICE= LEAD= LOAD= RATE= OBJECTIVE= PRECISION= RESUME=
	@engine/stand bench $(OPTIONS)

conformance:  ## checks the contract on every service. SERVICES=
	@engine/stand conformance $(OPTIONS)

hostile:  ## bad input at the socket, and a database that is away, slow or full, on every service. SERVICES=
	@engine/stand hostile $(OPTIONS)

survey:  ## checks what is said of each framework, live, and writes it as a page. SERVICES=
	@engine/stand survey $(OPTIONS)

judge:  ## judges a run again from its files. RUN=
	@engine/stand judge $(OPTIONS)

report:  ## a run as one page, results/RUN/report.html, and the front page of all runs, results/index.html. RUN=
	@engine/stand report $(OPTIONS)

runs:  ## what was measured so far, the newest first
	@engine/stand runs $(OPTIONS)

compare:  ## what changed from one run to another, also as a page in results/compare/. A= B= SERVICES= FAIL_ABOVE=
	@engine/stand compare $(OPTIONS)

footprint:  ## time to start, memory, idle CPU, image and packages of every service. SERVICES= REPEATS=
	@engine/stand footprint $(OPTIONS)

count:  ## instructions per request of every service, counted by callgrind. SERVICES= SCENARIOS=
	@engine/stand count $(OPTIONS)

calibrate:  ## the instrument against known truths. PARTS= MINUTES=
	@engine/stand calibrate $(OPTIONS)

observe:  ## Prometheus and Grafana beside the stand, with live dashboards
	@engine/stand observe $(OPTIONS)

check:  ## formatting, types and unit tests: no service needed
	@engine/stand check

test:  ## every test, the stand's included
	@engine/stand test

lock:  ## pins anew what services and Locust install. SERVICES=
	@engine/stand lock $(OPTIONS)

generate:  ## writes anew what is generated: openapi.yaml, the schemas, the dashboards, the page of the survey, the tables of README and CONTRACT
	@engine/stand generate

clean: down  ## removes everything that the project made, by its label: containers, network, images, cache
	@engine/stand clean

.PHONY: help up down bench conformance hostile survey judge report runs compare footprint count calibrate observe check test lock generate clean
