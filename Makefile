# A thin front: every line here can be typed by hand. `make help` lists what there is.

BUILD := build
JOBS ?= $(shell nproc)
PREFIX ?= /usr/local

# The sanitizers of these compilers want their place in memory, which much randomisation of
# addresses takes from them.
AT_FIXED_ADDRESSES := $(shell setarch -R true 2>/dev/null && echo setarch -R)

.PHONY: help deps build run test test-asan test-tsan test-clang fuzz format format-check tidy \
	bench-word-count bench-keyed-sum bench-join bench-window bench-state bench-spill install clean

help:
	@echo "make deps              install the packages that are missing (apt; root or sudo)"
	@echo "make build             deps, then build into $(BUILD)/"
	@echo "make run               build, then run conf/word-count.json for 20 s"
	@echo "make test              build, then all tests"
	@echo "make test-asan         all tests under the address and undefined-behaviour sanitizers"
	@echo "make test-tsan         all tests under the thread sanitizer"
	@echo "make test-clang        all tests, built with clang"
	@echo "make fuzz              the fuzz targets, ten seconds each (clang)"
	@echo "make format            rewrite the sources with clang-format (format-check: only look)"
	@echo "make tidy              clang-tidy over the sources"
	@echo "make bench-word-count  word count over 1 GB of text beside a plain C program"
	@echo "make bench-keyed-sum   sums by key beside a plain C program; so are bench-join,"
	@echo "                       bench-window and bench-state"
	@echo "make bench-spill       jobs over ten times the memory they may have"
	@echo "make install           install under PREFIX ($(PREFIX))"
	@echo "make clean             remove $(BUILD)/ and $(BUILD)-*/"

deps:
	@scripts/install-deps

build: deps
	cmake --preset release
	cmake --build --preset release --parallel $(JOBS)

run: build
	@scripts/run-demo

test: build
	ctest --preset release --parallel $(JOBS)

test-asan test-tsan test-clang: test-%: deps
	cmake --preset $*
	cmake --build --preset $* --parallel $(JOBS)
	$(AT_FIXED_ADDRESSES) ctest --preset $* --parallel $(JOBS)

fuzz: deps
	cmake --preset fuzz
	cmake --build --preset fuzz --parallel $(JOBS) --target fuzz_json fuzz_msgpack
	ctest --test-dir $(BUILD)-fuzz --tests-regex '^fuzz: ' --output-on-failure

format:
	scripts/format

format-check:
	scripts/format --check

tidy:
	scripts/tidy

bench-word-count bench-keyed-sum bench-join bench-window bench-state bench-spill: build
	cmake --build --preset release --target $@

install: build
	cmake --install $(BUILD) --prefix $(PREFIX)

clean:
	rm -rf $(BUILD) $(BUILD)-*
