#!/usr/bin/env python3
"""Runs what the documents show, as it stands there.

    run_docs.py SOURCE BUILD

Of every README in the tree: blocks fenced as `sh` are run by bash, in a folder that looks like the
checkout after `make build`; blocks fenced as `jsonc` that are whole jobs go through `weir check`, or
`weir test` where they bring tests;
blocks fenced as `c` with a main are compiled and linked. Blocks that are indented, or fenced as
anything else, are for reading.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks_of(document):
    text = document.read_text(encoding="utf-8")
    for match in FENCE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        yield match.group(1), line, match.group(2)


def run(command, folder, **options):
    return subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, text=True, timeout=120,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, **options)


def try_block(kind, text, folder, build):
    """The finished process, or None for a block that is for reading."""
    if kind == "sh":
        return run(["bash", "-euo", "pipefail", "-c", text], folder)
    if kind in ("json", "jsonc") and '"version"' in text:
        job = folder / "block.jsonc"
        job.write_text(text, encoding="utf-8")
        verb = "test" if '"tests"' in text else "check"
        return run([build / "bin/weir", verb, job], folder)
    if kind == "c" and "int main(" in text:
        source = folder / "block.c"
        source.write_text(text, encoding="utf-8")
        compiler = os.environ.get("CC", "cc")
        return run([compiler, "-std=c11", "-Wall", "-Wextra", "-Werror", "-Icore/include",
                    "-Isdk/include", source, "-L", build / "lib", "-lweir", "-o", "block"]
                   + os.environ.get("DOCS_CFLAGS", "").split(), folder)
    return None


def main():
    source, build = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    tracked = [path for path in source.rglob("*.md")
               if not any(part.startswith((".", "build")) for part in path.relative_to(source).parts)]
    passed = failed = 0
    for document in sorted(tracked):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            for entry in source.iterdir():
                if not entry.name.startswith((".", "build", "out")):
                    (folder / entry.name).symlink_to(entry)
            (folder / "build").symlink_to(build)
            for kind, line, text in blocks_of(document):
                result = try_block(kind, text, folder, build)
                if result is None:
                    continue
                where = f"{document.relative_to(source)}:{line}"
                if result.returncode == 0:
                    passed += 1
                    print(f"ok    {where} ({kind})")
                else:
                    failed += 1
                    print(f"FAIL  {where} ({kind}): exit {result.returncode}\n{result.stdout}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
