#!/usr/bin/env python3
"""The counts of examples/word_count agree with tr | sort | uniq -c on the same text.

usage: test_word_count_example.py BUILD_FOLDER
"""
import glob
import os
import re
import socket
import subprocess
import sys
import threading

SECONDS = 8  # the program's own end; the text comes in the first of them
ROWS = 100000  # more than there are words


def read_text():
    paths = sorted(glob.glob("/usr/share/common-licenses/*GPL-[23]"))[:2]
    text = b"".join(open(path, "rb").read() for path in paths)
    return text + b"\n\n  to be   or not\tto be \r\n" * 3


def count_by_tools(text):
    command = "tr -s '[:space:]' '\\n' | sed '/^$/d' | sort | uniq -c"
    out = subprocess.run(
        ["sh", "-c", command], input=text, stdout=subprocess.PIPE, check=True,
        env={**os.environ, "LC_ALL": "C"}).stdout
    return {word: int(count) for count, word in (line.split() for line in out.splitlines())}


def serve(listener, text, is_over):
    """One client gets the text, and nothing more until the test is over."""
    client, _ = listener.accept()
    with client:
        client.sendall(text)
        is_over.wait()


def read_blocks(out):
    """The printed batches: lists of (word, count) in the order of printing."""
    blocks = re.split(rb"-{43}\nTime: \d+ ms\n-{43}\n", out)[1:]
    return [[(word, int(count)) for word, count in
             re.findall(rb"^\((\S+),(\d+)\)$", block, re.MULTILINE)] for block in blocks]


def main():
    program = os.path.join(sys.argv[1], "examples", "word_count")
    text = read_text()
    wanted = count_by_tools(text)
    is_over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=serve, args=(listener, text, is_over), daemon=True)
        server.start()
        port = str(listener.getsockname()[1])
        done = subprocess.run([program, "127.0.0.1", port, str(SECONDS), str(ROWS)],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
        is_over.set()
    if done.returncode != 0:
        sys.exit(f"word_count ended with {done.returncode}:\n{done.stderr.decode()}")
    blocks = read_blocks(done.stdout)
    whole = [block for block in blocks if dict(block) == wanted and len(block) == len(wanted)]
    if not whole:
        sys.exit(f"no window has the counts of tr | sort | uniq -c: {len(wanted)} words wanted, "
                 f"got {[len(block) for block in blocks]}\n{done.stderr.decode()}")
    counts = [count for _, count in whole[0]]
    if counts != sorted(counts, reverse=True):
        sys.exit("the most frequent words are not first")
    print(f"{len(wanted)} words, {sum(counts)} in all, as tr | sort | uniq -c counts them")


if __name__ == "__main__":
    main()
