# Stagedoor: build, run, prove.
GO            ?= go
BIN           := bin/stagedoor
VERSION       ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS       := -s -w -X main.version=$(VERSION)
GOLANGCI      := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
GOLANGCI_BIN  := $(shell $(GO) env GOPATH)/bin/golangci-lint
FUZZTIME      ?= 5s
BENCHTIME     ?= 1s

.DEFAULT_GOAL := help
.PHONY: run build test race lint fmt generate fuzz bench facts clean help

run: build ## build and start with the sample API
	$(BIN) start --sample

build: ## write bin/stagedoor, one static binary
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o $(BIN) ./cmd/stagedoor

test: ## run every test
	$(GO) test ./...

race: ## run every test under the race detector
	$(GO) test -race ./...

lint: $(GOLANGCI_BIN) ## vet and lint
	$(GO) vet ./...
	$(GOLANGCI_BIN) run ./...

$(GOLANGCI_BIN):
	$(GO) install $(GOLANGCI)

fmt: $(GOLANGCI_BIN) ## format the code
	$(GOLANGCI_BIN) fmt ./...

generate: ## rebuild generated files (offline, reproducible)
	$(GO) generate ./...

fuzz: ## run each fuzz target for FUZZTIME
	scripts/fuzz.sh $(FUZZTIME)

bench: build ## measure against the bare limit in the same run
	scripts/bench.sh $(BENCHTIME)

facts: ## recorded AWS facts proved by a test, per file
	@scripts/facts.sh

clean: ## remove build output
	rm -rf bin

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12
