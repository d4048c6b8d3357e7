#!/usr/bin/env python3
"""examples/batch_word_count and examples/lambda count words as tr | sort | uniq -c do.

usage: test_batch_examples.py BUILD_FOLDER
"""
import glob
import os
import socket
import subprocess
import sys
import tempfile
import threading

SECONDS = 4  # the stream's own end; the text comes in the first of them


def write_texts(folder):
    """Two texts, one that ends inside a line, and files that are not to be read."""
    paths = sorted(glob.glob("/usr/share/common-licenses/*GPL-[23]"))[:2]
    texts = [open(path, "rb").read() for path in paths]
    texts.append(b"\n\n  to be   or not\tto be \r\n" * 3 + b"the end without a line's")
    for number, text in enumerate(texts):
        with open(os.path.join(folder, f"text-{number}"), "wb") as out:
            out.write(text + (b"" if number == len(texts) - 1 else b"\n"))
    for hidden in ("_SUCCESS", ".text"):
        with open(os.path.join(folder, hidden), "wb") as out:
            out.write(b"never counted\n")
    return b"\n".join(texts)


def count_by_tools(text):
    command = "tr -s '[:space:]' '\\n' | sed '/^$/d' | sort | uniq -c"
    out = subprocess.run(
        ["sh", "-c", command], input=text, stdout=subprocess.PIPE, check=True,
        env={**os.environ, "LC_ALL": "C"}).stdout
    return {word: int(count) for count, word in (line.split() for line in out.splitlines())}


def read_counts(folders):
    """The counts of all parts of these folders, added up."""
    counts = {}
    for folder in folders:
        assert os.path.exists(os.path.join(folder, "_SUCCESS")), f"{folder} is not complete"
        for path in sorted(glob.glob(os.path.join(folder, "part-*"))):
            for line in open(path, "rb").read().splitlines():
                assert line.startswith(b"(") and line.endswith(b")"), line
                word, count = line[1:-1].rsplit(b",", 1)
                counts[word] = counts.get(word, 0) + int(count)
    return counts


def serve(listener, text, is_over):
    client, _ = listener.accept()
    with client:
        client.sendall(text)
        is_over.wait()


def test_batch(build, work, wanted):
    program = os.path.join(build, "examples", "batch_word_count")
    output = os.path.join(work, "counts")
    subprocess.run([program, os.path.join(work, "texts"), output], check=True)
    assert read_counts([output]) == wanted, "the counts are others"
    parts = sorted(os.listdir(output))
    assert parts[0] == "_SUCCESS" and parts[1] == "part-00000", parts
    again = subprocess.run([program, os.path.join(work, "texts"), output],
                           stderr=subprocess.PIPE, check=False)
    assert again.returncode == 1 and b"already" in again.stderr, again.stderr
    missing = subprocess.run([program, os.path.join(work, "nowhere"), output + "2"],
                             stderr=subprocess.PIPE, check=False)
    assert missing.returncode == 1 and b"nowhere" in missing.stderr, missing.stderr
    assert not os.path.exists(output + "2")


def test_lambda(build, work, text, wanted):
    listener = socket.create_server(("127.0.0.1", 0))
    is_over = threading.Event()
    server = threading.Thread(target=serve, args=(listener, text + b"\n", is_over), daemon=True)
    server.start()
    output = os.path.join(work, "lambda")
    try:
        subprocess.run(
            [os.path.join(build, "examples", "lambda"), os.path.join(work, "texts"), output,
             "127.0.0.1", str(listener.getsockname()[1]), str(SECONDS)], check=True)
    finally:
        is_over.set()
        server.join()
        listener.close()
    assert read_counts([output]) == wanted, "the counts of the files are others"
    batches = glob.glob(output + "-*")
    assert batches, "there is no batch"
    assert read_counts(batches) == wanted, "the counts of the stream are others"


def main():
    build = sys.argv[1]
    with tempfile.TemporaryDirectory() as work:
        os.mkdir(os.path.join(work, "texts"))
        text = write_texts(os.path.join(work, "texts"))
        wanted = count_by_tools(text)
        assert len(wanted) > 5
        test_batch(build, work, wanted)
        test_lambda(build, work, text, wanted)
    print(f"{len(wanted)} words agree, {sum(wanted.values())} in all, three times")


main()
