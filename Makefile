# Everyday work; meson does the building. BUILD= and MESON_FLAGS= may be given.
BUILD ?= build
PREFIX ?= /usr/local
MESON_FLAGS ?=

all: $(BUILD)/build.ninja
	ninja -C $(BUILD)

$(BUILD)/build.ninja:
	meson setup --prefix=$(abspath $(PREFIX)) $(MESON_FLAGS) $(BUILD)

deps:
	./scripts/deps.sh

try:
	./try

test:
	./test

# Many more simulated sessions than the suite has time for, from another seed each time.
soak: all
	$(BUILD)/tests/sim/sim --seed $$(date +%s) --count $(or $(COUNT),3000)

# Every kind of client network against every kind of server network. ARGS: see its --help.
matrix: all
	AWL_BUILD=$(abspath $(BUILD)) PYTHONPATH=tests python3 -m lab.matrix $(ARGS)

# awl and stock mosh side by side, as a table of ratios. ARGS: see its --help.
bench: all
	AWL_BUILD=$(abspath $(BUILD)) PYTHONPATH=tests python3 -m bench $(ARGS)

# What drawing costs, host bytes and packed, beside what the installed mosh-server sends for the
# same frames; some minutes.
draw-cost: all
	ninja -C $(BUILD) tests/draw/stock_cost
	$(BUILD)/tests/draw/stock_cost tests/draw mosh-server >$(BUILD)/stock.cost
	$(BUILD)/tests/draw/draw_cost -v tests/draw $(BUILD)/stock.cost

# Each target for FUZZ_SECONDS, under both sanitizers; what it finds is left in build-fuzz.
FUZZ_SECONDS ?= 600
fuzz:
	./scripts/deps.sh lint
	[ -f build-fuzz/build.ninja ] || CC=clang meson setup -Dfuzz=true \
	    -Db_sanitize=address,undefined -Db_lundef=false build-fuzz
	ninja -C build-fuzz
	cd build-fuzz && for target in tests/fuzz/fuzz_*; do \
	    [ -f $$target ] || continue; \
	    name=$${target##*/fuzz_}; mkdir -p found/$$name; \
	    $$target -max_total_time=$(FUZZ_SECONDS) -timeout=10 found/$$name \
	        ../tests/fuzz/corpus/$$name || exit; \
	done

# DESTDIR is for packagers; PREFIX is where the programs will be looked for.
install: all
	meson configure --prefix=$(abspath $(PREFIX)) $(BUILD)
	DESTDIR=$(DESTDIR) meson install -C $(BUILD) --no-rebuild

clean:
	rm -rf $(BUILD)

.PHONY: all deps try test soak matrix bench draw-cost fuzz install clean
