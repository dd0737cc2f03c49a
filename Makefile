# Verbs only. What needs logic is in engine/ (the host) and levelground/ (everything else).
# Options are given as NAME=value: make bench SERVICES=fastapi,sanic SCENARIOS=hello MINUTES=3
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
export UID := $(shell id -u)
export GID := $(shell id -g)

# What was given on the command line, for the command to accept or to refuse by name.
OPTIONS = $(MAKEOVERRIDES)

help:  ## this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

up:  ## the whole stand: every service, and the Locust web UI; prints the port map
	@engine/stand up
	@docker compose exec -T locust python -m levelground up $(OPTIONS)

down:  ## removes the stand; keeps images and results
	@docker compose --profile '*' down --remove-orphans

bench:  ## the main job: conformance, measurement, table. SERVICES= SCENARIOS= MINUTES= LOAD= RATE= OBJECTIVE= PRECISION= ROUNDS= CONNECTIONS= SEED= RESUME=
	@engine/stand bench $(OPTIONS)

conformance:  ## checks the contract on every service. SERVICES=
	@engine/stand up
	@engine/stand run conformance $(OPTIONS)

judge:  ## judges a run again from its files. RUN=
	@engine/stand run judge $(OPTIONS)

footprint:  ## time to start, memory, idle CPU, image and packages of every service. SERVICES= REPEATS=
	@engine/stand footprint $(OPTIONS)

calibrate:  ## the instrument against known truths. PARTS= MINUTES=
	@engine/stand calibrate $(OPTIONS)

check:  ## formatting, types and unit tests: no service needed
	@engine/stand check

test:  ## every test, the stand's included
	@engine/stand test

lock:  ## pins anew what services and Locust install. SERVICES=
	@engine/stand lock $(OPTIONS)

clean: down  ## removes everything that the project made, by its label: containers, network, images
	@engine/stand clean

.PHONY: help up down bench conformance judge footprint calibrate check test lock clean
