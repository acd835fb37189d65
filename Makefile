# Each target brings what it needs: a fresh clone can start with any of them.
DURATION ?= 30m
export DURATION

.DEFAULT_GOAL := help
# Every step needs the one before it, and they share one engine.
.NOTPARALLEL:
.PHONY: help setup engine images demo test soak interop bench

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

setup: ## Install Node if it is too old, the dependencies, and build
	@scripts/setup

engine: setup ## Find a Docker engine, or install and start one
	@scripts/docker-engine

images: engine ## Find, pull or build the base images
	@scripts/base-images

demo: images ## Bring a planet up and show what it does
	@scripts/demo

test: images ## Run every check and every test
	@scripts/test

soak: images ## Run the soak test (DURATION=30m)
	@scripts/soak

interop: setup ## Run other people's programs through the edge, and write docs/interop.md
	@scripts/interop

bench: images ## Measure
	@scripts/bench
