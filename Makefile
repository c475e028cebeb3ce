# Each target does all the set-up that it needs. "make help" lists the targets.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c

cache := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/avloom
tools := $(cache)/bin
# Exports the variables with which the Go tools find FFmpeg 9, and builds it first if there is none. The
# assignment makes a failure of the script end the recipe.
ffmpeg := env=$$(bash scripts/ffmpeg.sh env); eval "$$env"
# Each module is built by itself, as its users build it, so that the core's targets need nothing of
# Temporal. test-farm builds them in the workspace of go.work, too.
export GOWORK := off
# The tests of examples/dashboard and examples/http open their pages in a browser. Debian has Chromium as a package; on other
# systems the test takes a browser that is installed.
chromium := $(shell sed -n 's/^ID=debian$$/chromium/p' /etc/os-release)
test_packages := ffmpeg mediainfo mkvtoolnix=mkvinfo sox=sox sndfile-programs=sndfile-info graphviz=dot webp=webpinfo \
	gstreamer1.0-tools=gst-launch-1.0 gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad \
	gstreamer1.0-libav vlc-bin=cvlc vlc-plugin-base $(chromium)
# Looks for the programs of other projects with which the tests read what avloom writes.
programs := echo "avloom: looking for the programs that the tests use"; bash scripts/apt.sh $(test_packages)

golangci_lint := golangci-lint-v2.15.0
gofumpt := gofumpt-v0.12.0
govulncheck := govulncheck-v1.9.0

# The core, what stands on Temporal's SDK, and what has Temporal's server in it.
modules := . farm farm/embed

.PHONY: help demo demo-farm test test-farm lint fuzz sanitize bench bench-quick bench-peers bench-gpu capacity soak instructions ptx static clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: ## simulate, draw and encode ten seconds of bouncing balls, with sound, into demo.mp4
	@$(ffmpeg); go run ./examples/quickstart -o demo.mp4

demo-farm: ## start a server and three workers, and render 200 clips and a film with them; ARGS=-h lists the flags
	@$(ffmpeg); echo "avloom: compiling Temporal's server, which takes minutes the first time"; \
	GOWORK= go run ./farm/embed/cmd/farm $(or $(ARGS),-demo)

test: ## run the tests under the race detector; AVLOOM_LONG=1 for all cases of those that take long
	@$(programs)
	@echo "avloom: looking for FFmpeg 9"
	@$(ffmpeg); echo "avloom: compiling and running the tests; a line follows for each package as it ends"; \
	go test -race -timeout 60m ./...

test-farm: ## run the tests of the farm; the first time, Temporal's server is compiled, which takes minutes
	@$(programs)
	@$(ffmpeg); echo "avloom: compiling and running the tests of farm"; \
	(cd farm && go test -race -timeout 90m ./...); \
	echo "avloom: the same of farm/embed, which has Temporal's server in it"; \
	(cd farm/embed && go test -timeout 90m ./...); \
	echo "avloom: compiling all modules in the workspace of go.work"; \
	for module in $(modules); do (cd $$module; GOWORK= go vet ./...); done

fuzz: ## run each fuzz target for FUZZTIME (30s); ARGS=Config for those with that in their name
	@$(ffmpeg); bash scripts/fuzz.sh $(or $(FUZZTIME),30s) $(ARGS)

sanitize: ## run the tests under AddressSanitizer and with cgo's checks, in about an hour; ARGS=./muxer for one package
	@$(programs)
	@$(ffmpeg); bash scripts/sanitize.sh $(ARGS)

bench: ## measure avloom beside the ceiling and other encoders, in about an hour; ARGS="-run stream" for a part
	@$(ffmpeg); go run ./benchmarks -results benchmarks/results -plots benchmarks/plots $(ARGS) \
		$(if $(ARGS),,&& go test -run '^$$' -bench 'Rate|Rows' ./nodes && \
		go test -run '^$$' -bench 'Strides$$' -benchtime 9x ./api && \
		go test -run '^$$' -bench OnFullDrop/overloaded -benchtime 2400x ./api && \
		go test -run '^$$' -bench OnFullDrop/idle -benchtime 200x ./api)

bench-quick: ## the same for a few cases, in four minutes on idle cores, and longer beside other work
	@$(ffmpeg); go run ./benchmarks -quick $(ARGS)

# Run by root, SVT-AV1 takes real-time priority in every program but avloom, so that other work of the machine slows
# avloom alone. Without this capability it cannot.
equal = $(shell setpriv --bounding-set=-sys_nice -- true 2>/dev/null && echo setpriv --bounding-set=-sys_nice --)
# The cases of the comparison in the README.
peers := ^(stream/(1080p|2160p) (ultrafast|veryfast)|av1/|clips/|film/)
bench-peers: ## measure avloom beside torchcodec, PyAV and others, into the README; ARGS=-quick for a part
	@$(ffmpeg); peers=$$(bash scripts/peers.sh env); eval "$$peers"; \
	$(equal) go run ./benchmarks -run '$(peers)' $(or $(ARGS),-rounds $(or $(ROUNDS),5) -readme README.md \
		-results benchmarks/results/peers -plots benchmarks/plots/peers)

bench-gpu: ## measure this machine's GPU: uploads beside its bandwidth, conversions, and NVENC beside other programs
	@$(ffmpeg); go test -run '^$$' -bench . ./gpu && go run ./benchmarks -run '^nvenc/' $(ARGS)

capacity: ## tell how many live streams this machine carries, in two minutes; ARGS=-h lists the flags
	@$(ffmpeg); go run ./benchmarks capacity $(ARGS)

soak: ## open, feed, fail and close random encoders for ten minutes and look for leaks; FOR=1h, PLOT=soak.svg to draw it
	@$(ffmpeg); go run ./benchmarks/soak -for $(or $(FOR),10m) $(if $(PLOT),-plot $(PLOT)) $(ARGS)

instructions: ## count the instructions of the conversion kernels and compare with the record; UPDATE=1 to record
	@bash scripts/instructions.sh $(if $(UPDATE),-update)

ptx: ## compile the CUDA kernels with clang 14 to the PTX beside them
	@bash scripts/apt.sh clang
	@bash scripts/ptx.sh gpu/kernel/*.cu examples/*/*.cu

static: ## build the examples and the tests of api and gpu into static/, as programs that need glibc alone
	@bash scripts/static.sh

lint: $(tools)/$(golangci_lint) $(tools)/$(gofumpt) $(tools)/$(govulncheck) ## check style, imports, vulnerabilities
	@$(ffmpeg); \
	unformatted=$$($(tools)/$(gofumpt) -l .); \
	[ -z "$$unformatted" ] || { echo "not formatted with gofumpt: $$unformatted"; exit 1; }; \
	for module in $(modules); do \
		(cd $$module; go vet ./...; $(tools)/$(golangci_lint) run ./...; \
		bash $(CURDIR)/scripts/govulncheck.sh $(tools)/$(govulncheck)); \
	done

# Each version of a tool is installed once, into the user's cache.
define tool
$(tools)/$(1):
	@echo "avloom: installing $(1)"
	@dir=$$$$(mktemp -d); GOBIN=$$$$dir GOFLAGS= go install $(2); mkdir -p $(tools); mv $$$$dir/* $$@; rmdir $$$$dir
endef
$(eval $(call tool,$(golangci_lint),github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0))
$(eval $(call tool,$(gofumpt),mvdan.cc/gofumpt@v0.12.0))
$(eval $(call tool,$(govulncheck),golang.org/x/vuln/cmd/govulncheck@v1.9.0))

clean: ## remove the files that the other targets made here
	@rm -rf demo.mp4 farm-demo static
