# SPDX-License-Identifier: GPL-2.0-only
VERSION := 0.1.0

# make's own default is cc; CC=... and the environment win.
ifeq ($(origin CC),default)
CC := gcc
endif
CLANG ?= clang
LLVM_STRIP ?= llvm-strip
LLVM_OBJDUMP ?= llvm-objdump
export LLVM_OBJDUMP
PKG_CONFIG ?= pkg-config
PREFIX ?= /usr/local
UNITDIR ?= $(PREFIX)/lib/systemd/system
FUZZ_SECONDS ?= 60

# Debian has bpftool in /usr/sbin, which is not in everybody's PATH.
BPFTOOL ?= $(or $(shell PATH="$$PATH:/usr/sbin:/sbin" command -v bpftool),bpftool)

OUT ?= .output
ARCH ?= $(shell uname -m)
BPF_ARCH = $(patsubst aarch64,arm64,$(patsubst x86_64,x86,$(ARCH)))

# What may be left out by name: make WITHOUT="POSTGRES NCURSES". The rest is needed.
OPTIONAL := POSTGRES MICROHTTPD NCURSES
POSTGRES_LIB := libpq
MICROHTTPD_LIB := libmicrohttpd
NCURSES_LIB := ncursesw
WITHOUT ?=
ifneq ($(filter-out $(OPTIONAL),$(WITHOUT)),)
$(error WITHOUT names $(filter-out $(OPTIONAL),$(WITHOUT)); what can be left out: $(OPTIONAL))
endif
FEATURES := $(filter-out $(WITHOUT),$(OPTIONAL))

LIBS := libbpf libelf zlib jansson libfyaml libcurl libseccomp nettle sqlite3 $(foreach f,$(FEATURES),$($f_LIB))

CFLAGS ?= -O2 -g
# Where it was built is nowhere in the result.
HERE_IS_DOT := -fdebug-prefix-map=$(CURDIR)=. -fmacro-prefix-map=$(CURDIR)=.
ALL_CFLAGS = -std=gnu11 $(HERE_IS_DOT) $(CFLAGS) -Wall -Wextra -Werror -fno-strict-aliasing
# Asked once, when first used: on a fresh machine "make test" and "make demo" install pkg-config.
LIB_CFLAGS = $(eval LIB_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(LIBS)))$(LIB_CFLAGS)
LIB_LIBS = $(eval LIB_LIBS := $(shell $(PKG_CONFIG) --libs $(LIBS)))$(LIB_LIBS)
# A file that uses one of these libraries asks "#ifdef CT_HAVE_POSTGRES".
FEATURE_FLAGS = $(FEATURES:%=-DCT_HAVE_%) -DCT_FEATURES='"$(foreach \
	f,$(OPTIONAL),$(if $(filter $f,$(FEATURES)),+,-)$f)"'
ALL_CPPFLAGS = -D_GNU_SOURCE -DCT_VERSION='"$(VERSION)"' $(FEATURE_FLAGS) -Isrc -Iinclude -I$(OUT) \
	$(LIB_CFLAGS) $(CPPFLAGS)
ALL_LIBS = $(LIB_LIBS) $(LDLIBS)
BPF_CFLAGS = -target bpf -O2 -g $(HERE_IS_DOT) -mcpu=v3 -Wall -Werror -D__TARGET_ARCH_$(BPF_ARCH) \
	-Ivmlinux -Iinclude -Ibpf

SKELS := $(OUT)/probe.skel.h $(OUT)/calibrate.skel.h $(OUT)/ksyms.skel.h $(OUT)/rehearse.skel.h
SRCS := $(wildcard src/*/*.c)
OBJS := $(SRCS:src/%.c=$(OUT)/%.o)
TESTS := $(patsubst tests/unit/%.c,$(OUT)/%,$(wildcard tests/unit/test_*.c))
FUZZERS := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
COMMANDS := $(shell sed -n 's/^CT_COMMAND(\(.*\))$$/\1/p' src/cmd/commands.def)
MANS := $(patsubst docs/man/%.scd.in,$(OUT)/man/%,$(wildcard docs/man/*.scd.in)) \
	$(COMMANDS:%=$(OUT)/man/captrim-%.1)

# One binary, made in one place: `make OUT=elsewhere` does not touch it.
BIN := $(if $(filter .output,$(OUT)),captrim,$(OUT)/captrim)

# A line for each file made; V=1 shows the commands.
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-7s %s\n' $(1) $(2))
# As many jobs as processors, where nobody said how many.
JOBS = $(if $(findstring --jobserver,$(MAKEFLAGS)),,-j$(shell nproc))

.DELETE_ON_ERROR:
.SECONDARY: $(SKELS:.skel.h=.bpf.o)
.PHONY: all test deb units asan valgrind cov count fuzzers fuzz fuzz-long lint format arm64 arm64-vm arm64-bpf vm bench \
	bench-scrape stack rules deb-test bench-store bench-cost privileges oracles memory takes ltp demo \
	runtimes man install clean bench-monitor soak tarball tarball-test reproducible sbom site image \
	image-test faults noise without

all: $(BIN)

$(BIN): $(OUT)/main.o $(OUT)/libcaptrim.a
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(ALL_LIBS)

# Made anew each time, or members of deleted sources would stay.
$(OUT)/libcaptrim.a: $(OBJS)
	$(call say,AR,$@)
	@rm -f $@
	$(Q)$(AR) rcs $@ $(OBJS)

# Changes when another set of features is built, and with it all that was compiled.
$(OUT)/features: FORCE
	@mkdir -p $(@D)
	@[ "$$(cat $@ 2>/dev/null)" = "$(FEATURES)" ] || echo "$(FEATURES)" >$@

$(OUT)/%.o: src/%.c Makefile $(OUT)/features
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_CPPFLAGS) -MMD -MP -c -o $@ $<

# The skeletons are included by the loader alone, found out by the first compilation.
$(patsubst src/%.c,$(OUT)/%.o,$(wildcard src/kern/*.c)): | $(SKELS)

$(OUT)/%.bpf.o: bpf/%.bpf.c Makefile scripts/check-bpf-stack
	@mkdir -p $(@D)
	$(call say,BPF,$<)
	$(Q)$(CLANG) $(BPF_CFLAGS) -MMD -MP -c -o $@ $<
	$(Q)$(LLVM_STRIP) -g $@
	$(Q)scripts/check-bpf-stack $@

$(OUT)/%.skel.h: $(OUT)/%.bpf.o
	$(call say,SKEL,$@)
	$(Q)$(BPFTOOL) gen skeleton $< > $@

# ---- tests ----

$(OUT)/test_%: tests/unit/test_%.c $(OUT)/libcaptrim.a $(OUT)/features
	$(call say,TEST,$<)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_CPPFLAGS) -Itests/unit -MMD -MP -MF $@.d $(LDFLAGS) -o $@ $< \
		$(OUT)/libcaptrim.a -lcunit $(ALL_LIBS)

# For scripts: a server of made-up metrics, a store made by hand, and a fleet.
TOOLS := $(OUT)/scrape $(OUT)/page_store $(OUT)/fleet

$(TOOLS): $(OUT)/%: tests/bench/%.c $(OUT)/libcaptrim.a $(OUT)/features
	$(call say,TEST,$<)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_CPPFLAGS) -MMD -MP -MF $@.d $(LDFLAGS) -o $@ $< \
		$(OUT)/libcaptrim.a $(ALL_LIBS)

units: $(TESTS) $(TOOLS)

# The packages come first: without them nothing below can be made. What only the tests want is
# fetched meanwhile.
test:
	scripts/deps
	@scripts/test-setup & setup=$$!; \
	$(MAKE) $(JOBS) all units && $(MAKE) count; status=$$?; wait $$setup; exit $$status
	@scripts/with-engine tests/run --count $(OUT)/cov --fuzz 20 $(OUT)

asan:
	$(MAKE) OUT=$(OUT)/asan units \
		CFLAGS="-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined"
	tests/run --units $(OUT)/asan

# Half an hour: the same under valgrind, which also sees what is read before it is written. Children that
# only end are not asked what they leave.
valgrind: units
	scripts/packages install valgrind
	eval "$$(scripts/test-tools valgrind)"; [ -z "$$VALGRIND" ] || export VALGRIND_LIB=$${VALGRIND%/bin/*}/libexec/valgrind; \
	UNIT_TIMEOUT=3000 UNDER="$${VALGRIND:-valgrind} -q --error-exitcode=99 --leak-check=full --show-leak-kinds=definite \
		--errors-for-leak-kinds=definite --child-silent-after-fork=yes \
		--suppressions=$(CURDIR)/tests/valgrind.supp" tests/run --units $(OUT)

# Five minutes and more, as root: which lines of src/ run in the unit tests, and in the scripts that tests/run names.
cov: count
	scripts/with-engine tests/run --count $(OUT)/cov $(OUT)/cov
	sort -t , -k 4n $(OUT)/cov/lines.csv | head -n 40

# The program and its unit tests, counting lines. Counts that are not atomic are lost between threads, and gcov makes negative
# ones of what is left.
count:
	$(MAKE) $(JOBS) OUT=$(OUT)/cov all units CFLAGS="-O0 -g --coverage -fprofile-update=atomic" CPPFLAGS="-include $(CURDIR)/tests/counted.h"

fuzzers: $(FUZZERS:%=$(OUT)/fuzz/%)

fuzz: $(FUZZERS:%=run-%)

# Ten minutes for each fuzzer: more than two hours.
fuzz-long:
	$(MAKE) fuzz FUZZ_SECONDS=600

.PHONY: $(FUZZERS:%=run-%)
$(FUZZERS:%=run-%): run-%: $(OUT)/fuzz/%
	mkdir -p $(OUT)/corpus/$* tests/fuzz/corpus/$*
	$< -max_total_time=$(FUZZ_SECONDS) -rss_limit_mb=4096 -artifact_prefix=$(OUT)/fuzz/ \
		$(OUT)/corpus/$* tests/fuzz/corpus/$*

FUZZ_CFLAGS := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
# Behind -Wextra: clang warns of what the macros of libseccomp leave out, and of texts in a list that
# go on in the next line.
FUZZ_CPPFLAGS := -Wno-missing-field-initializers -Wno-string-concatenation

$(OUT)/fuzz/libcaptrim.a: FORCE
	$(MAKE) OUT=$(OUT)/fuzz CC=$(CLANG) CFLAGS="$(FUZZ_CFLAGS)" \
		CPPFLAGS="$(CPPFLAGS) $(FUZZ_CPPFLAGS)" $@

$(OUT)/fuzz/fuzz_%: tests/fuzz/fuzz_%.c $(OUT)/fuzz/libcaptrim.a
	$(CLANG) $(ALL_CFLAGS) $(ALL_CPPFLAGS) $(FUZZ_CPPFLAGS) -fsanitize=fuzzer,address,undefined -o $@ $^ $(ALL_LIBS)

.PHONY: FORCE
FORCE:

# ---- checks ----

FORMATTED := $(wildcard src/*.c src/*/*.[ch] include/ct/*.h bpf/*.[ch] tests/unit/*.[ch] \
	tests/fuzz/*.[ch] tests/faults/*.c)

SCRIPTS := $(shell grep -lE '^\#!.*/(ba)?sh' tests/run tests/fuzz/run scripts/* tests/*/*.sh tests/e2e/*/*.sh \
	tests/e2e/runtimes/run tests/package/* .ci/*)

format:
	clang-format -i $(FORMATTED)

TIDY_FLAGS = -std=gnu11 $(subst ',\",$(ALL_CPPFLAGS))

lint: all
	scripts/check-layers $(OUT)
	scripts/check-names
	scripts/check-style
	scripts/check-docs
	clang-format --dry-run -Werror $(FORMATTED)
	printf '%s\n' $(wildcard src/*.c) $(SRCS) | xargs -P "$$(nproc)" -n 8 sh -c \
		'clang-tidy --quiet --warnings-as-errors="*" "$$@" -- $(TIDY_FLAGS)' tidy
	shellcheck -x -P SCRIPTDIR $(SCRIPTS)

# Built for arm64 with Debian's cross compiler, against a root of its own.
ARM64_ROOT = $(or $(VMDIR),/var/tmp/captrim-vm)/arm64/root
ARM64_PKGS = $(ARM64_ROOT)/usr/lib/aarch64-linux-gnu/pkgconfig:$(ARM64_ROOT)/usr/share/pkgconfig
arm64:
	scripts/packages install gcc-aarch64-linux-gnu debootstrap
	scripts/arm64-root
	PKG_CONFIG_SYSROOT_DIR=$(ARM64_ROOT) PKG_CONFIG_LIBDIR=$(ARM64_PKGS) $(MAKE) $(JOBS) \
		OUT=$(OUT)/arm64 ARCH=aarch64 CC="aarch64-linux-gnu-gcc --sysroot=$(ARM64_ROOT)"

# Half an hour: the same advice on arm64's kernels, in emulated guests.
arm64-vm: arm64
	scripts/packages install qemu-system-arm qemu-user-static cpio libc6-dev-arm64-cross gcc-arm-linux-gnueabihf libc6-dev-armhf-cross
	scripts/arm64-vm $(SERIES)

arm64-bpf:
	$(MAKE) OUT=$(OUT)/arm64 ARCH=aarch64 $(patsubst $(OUT)/%.skel.h,$(OUT)/arm64/%.bpf.o,$(SKELS))

# What each rule changes over recordings (RECORDINGS=DIR) held against the truth (TRUTH=FILE).
rules: all
	scripts/rule-effects --captrim ./$(BIN) $(if $(TRUTH),--truth $(TRUTH)) \
		$(or $(RECORDINGS),tests/golden/recordings)

# The Linux Test Project's system call tests as an exam, an hour or more: LTP=DIR is its tree, built.
ltp: all
	scripts/ltp --captrim ./$(BIN) --tree $(or $(LTP),$(error LTP=DIR names a built tree of LTP)) $(ARGS)

vm bench: all
	scripts/$(if $(filter vm,$@),vm-test,$@)

# What a scrape of a thousand workloads takes: at most 50 ms, 1 MB and 2,000 series.
bench-scrape: $(OUT)/scrape
	$< bench 1000

# Ten minutes: kills, power cuts, many writers into one PostgreSQL, and what a fleet costs it.
bench-store: $(OUT)/test_store_crash $(OUT)/fleet
	scripts/bench-store $(OUT)

# Some minutes: a Compose stack of real services, proved from one command.
stack: all
	tests/e2e/stack/run

# Ten minutes or more: real containers of each runtime that this machine has; the others are skipped.
runtimes: all
	scripts/test-setup
	scripts/with-engine tests/e2e/runtimes/run

# Two minutes: captrim verify on captrim's own unit, in a booted systemd.
privileges: all
	tests/e2e/service/minimal

# What the probe costs a check as the daemon has it, against bpftrace, in one run.
bench-cost: all
	scripts/with-engine scripts/bench-cost

# Ten minutes: what a recording of everything costs in memory, 200,000 programs and 10,000 cgroups later.
memory: all
	EXECS=200000 CGROUPS=10000 tests/e2e/memory.sh

# What the daemon costs while idle, under load, and with many workloads: five minutes, on a quiet host.
bench-monitor: all $(OUT)/scrape
	scripts/bench-monitor

# Ten ordinary services do what they do all day for NOISE_SECONDS (300): no event.
noise: all $(if $(NOISE_IMAGE),,$(OUT)/noise.tar)
	NOISE_TAR=$(abspath $(OUT))/noise.tar scripts/with-engine tests/e2e/noise/ten.sh

$(OUT)/noise.tar: tests/e2e/noise/image
	$< $@

# Half an hour: the daemon through a churn of 10,000 short cgroups.
soak: all
	CGROUPS=$(or $(CGROUPS),10000) SOAK_SECONDS=$(or $(SOAK_SECONDS),1800) tests/e2e/monitor-soak.sh

# As long: what is taken every 5 seconds adds up to what is taken at the end.
takes: all
	EVERY=5 SECONDS_OF_CHURN=600 tests/e2e/takes.sh

# Half an hour: a thousand generated files of each kind, held against the programs that read them.
oracles: all
	scripts/test-tools >/dev/null
	COUNT=$(or $(COUNT),1000) SEED=$(or $(SEED),$(shell date +%s)) tests/cli/oracles.sh

# The documents as a site of static pages, in .output/site.
site:
	scripts/packages install mkdocs
	scripts/make-site $(OUT)

# Ten minutes: captrim while engines lie, and while memory and disk are refused to it, FAULT_RUNS times
# for each command and kind.
faults: all
	tests/faults/run --runs $(or $(FAULT_RUNS),300) ./$(BIN)
	tests/faults/engines ./$(BIN)
	tests/faults/engines --daemon ./$(BIN)
	tests/faults/engines --cri ./$(BIN)

demo:
	scripts/deps
	$(MAKE) $(JOBS) all
	scripts/demo

# ---- installation ----

man: $(MANS)

# The options come from the program's own tables.
$(OUT)/man/%: docs/man/%.scd.in scripts/man-options $(BIN)
	@mkdir -p $(@D)
	$(abspath $(BIN)) --dump-options > $@.options
	scripts/man-options $@.options $< > $@.scd
	scdoc < $@.scd > $@

# One for each command, of its section in that of all.
$(OUT)/man/captrim-%.1: docs/man/captrim.1.scd.in scripts/man-options $(BIN)
	@mkdir -p $(@D)
	$(abspath $(BIN)) --dump-options > $@.options
	scripts/man-options $@.options $< $* > $@.scd
	scdoc < $@.scd > $@

install: all $(if $(shell command -v scdoc),man)
	install -D -m 755 captrim $(DESTDIR)$(PREFIX)/bin/captrim
	for page in $(wildcard $(MANS)); do \
		install -D -m 644 $$page \
			$(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/$${page##*/} || exit; \
	done
	install -D -m 644 completions/captrim.bash \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/captrim
	install -D -m 644 completions/_captrim $(DESTDIR)$(PREFIX)/share/zsh/vendor-completions/_captrim
	install -D -m 644 completions/captrim.fish \
		$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/captrim.fish
	install -d $(DESTDIR)$(UNITDIR)
	sed 's|/usr/bin/captrim|$(PREFIX)/bin/captrim|' packaging/captrim-monitor.service \
		>$(DESTDIR)$(UNITDIR)/captrim-monitor.service
	install -D -m 644 packaging/captrim-monitor.socket packaging/captrim-ui.socket -t $(DESTDIR)$(UNITDIR)
	install -D -m 644 packaging/captrim-monitor-network.conf packaging/captrim.yaml \
		-t $(DESTDIR)$(PREFIX)/share/doc/captrim
	install -D -m 644 packaging/sysusers.d/captrim.conf -t $(DESTDIR)$(PREFIX)/lib/sysusers.d
	install -D -m 644 packaging/tmpfiles.d/captrim.conf -t $(DESTDIR)$(PREFIX)/lib/tmpfiles.d

# Debian packages into .output/deb: captrim, and captrim-monitor with the service.
deb:
	scripts/deps
	scripts/make-deb $(OUT)/deb

# From those, for every other Linux: one tarball with all the libraries in it.
tarball: deb
	scripts/make-tarball $(OUT)/deb

# A minute: that tarball in systems with an older C library, a newer one, and none.
tarball-test: all
	tests/package/tarball bullseye sid

# Without each of the optional libraries, and without all: some minutes.
without:
	tests/package/without

# An image for "docker load", without Docker and without a registry.
image: deb
	scripts/make-image $(OUT)/deb

image-test: all
	scripts/with-engine tests/package/image

# What those are made of, as SPDX.
sbom: tarball
	scripts/make-sbom $(OUT)/deb

# Three minutes: packages and tarball made twice, in other surroundings, are the same bytes.
reproducible:
	scripts/deps
	scripts/check-reproducible

# Three minutes: those packages installed, upgraded, removed and purged, in Debians of their own.
deb-test: all
	tests/package/hardening
	tests/package/sbom
	tests/package/deb bookworm
	tests/package/deb trixie

clean:
	rm -rf $(OUT) captrim

-include $(OBJS:.o=.d) $(OUT)/main.d $(SKELS:.skel.h=.bpf.d) $(TESTS:=.d) $(TOOLS:=.d)
