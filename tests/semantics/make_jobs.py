#!/usr/bin/env python3
"""Writes job files, each with a test, from Spark's cases of streams.

    make_jobs.py CASES.json FOLDER

One file per case that a job file can say with built-in functions. On stdout: a line for each case
that it cannot, with the reason, and how many there are of each.
"""

import json
import os
import re
import sys

INPUTS = [("inputs", "s"), ("inputs2", "s2"), ("inputs3", "s3")]

# A case's function as a job file's, by what it is used for.
ROW_FUNCTIONS = {
    "plus4": {"builtin": "plus", "amount": 4},
    "plus8": {"builtin": "plus", "amount": 8},
    "plus10": {"builtin": "plus", "amount": 10},
    "upper": {"builtin": "upper"},
    "value": {"builtin": "identity"},
}
PAIR_FUNCTIONS = {"to_one": {"builtin": "with_one"}, "swap": {"builtin": "swap"}}
TEST_FUNCTIONS = {"contains_a": {"builtin": "contains", "text": "a"}}
REDUCE_FUNCTIONS = {"sum": {"builtin": "sum"}}
INVERSE_FUNCTIONS = {"sub": {"builtin": "difference"}}
KEEP_FUNCTIONS = {"nonzero_value": {"builtin": "not_zero"}}
UPDATE_FUNCTIONS = {"upd_running_sum": {"builtin": "running_sum"}}

# Operators that need no more than their inputs, a window, and a number of partitions.
PLAIN = {"window", "union", "glom", "repartition", "count", "countByValue", "groupByKey",
         "cogroup", "join", "leftOuterJoin", "rightOuterJoin", "fullOuterJoin",
         "countByWindow", "countByValueAndWindow", "groupByKeyAndWindow"}


class CannotSay(Exception):
    """Why a case has no job file."""


def function(table, name, op):
    if name not in table:
        raise CannotSay(f"no built-in function for {name} of {op}")
    return table[name]


def duration(batches, batch_ms):
    return f"{batches * batch_ms}ms"


def is_pairs(batches):
    records = [record for batch in batches for record in batch or []]
    return bool(records) and all(isinstance(r, list) and len(r) == 2 for r in records)


class Job:
    def __init__(self, case):
        self.case = case
        self.batch_ms = case["params"].get("batch_ms", 1000)
        self.operators = {}
        self.names = {}
        self.last = None

    def add(self, step, operator, name=None):
        """An operator under a name of its own; `as` and the place make others find it."""
        name = name or f"{operator['op']}{len(self.operators) + 1}"
        self.operators[name] = operator
        if step.get("as"):
            self.names[step["as"]] = name
        self.last = name

    def stream(self, name):
        if name is None:
            return self.last
        if name not in self.names:
            raise CannotSay(f"a stream called {name}")
        return self.names[name]

    def open_inputs(self):
        self.sources = {}
        for key, name in INPUTS:
            if key not in self.case:
                break
            if any(batch is None for batch in self.case[key]):
                raise CannotSay("a source that makes no RDD for a batch")
            source = f"in_{name}"
            self.sources[source] = self.case[key]
            self.names[name] = source
            if is_pairs(self.case[key]):
                self.operators[name] = {"from": source, "op": "mapToPair",
                                        "fn": {"builtin": "pair"}}
                self.names[name] = name
        self.last = self.names.get("s")
        if self.last is None:
            raise CannotSay("a case without inputs")

    def step(self, step):
        op = step["op"]
        names = step.get("streams")
        if names:
            inputs = [self.stream(name) for name in names]
        else:
            inputs = [self.stream(step.get("from"))]
            if "with" in step:
                inputs.append(self.stream(step["with"]))
        made = {"from": inputs if len(inputs) > 1 else inputs[0], "op": op}
        for key in ("window", "slide"):
            if key in step:
                made[key] = duration(step[key], self.batch_ms)
        partitions = step.get("partitions", step.get("numPartitions", step.get("n")))
        if isinstance(partitions, int):
            made["partitions"] = partitions
        self.set_function(step, made)
        self.add(step, made)

    def set_function(self, step, made):
        op = step["op"]
        name = step.get("fn")
        if op == "map" and name in PAIR_FUNCTIONS:
            made["op"] = "mapToPair"
            made["fn"] = PAIR_FUNCTIONS[name]
        elif op in ("map", "mapValues", "flatMap", "flatMapValues"):
            made["fn"] = function(ROW_FUNCTIONS, name, op)
        elif op == "filter":
            made["fn"] = function(TEST_FUNCTIONS, name, op)
        elif op in ("reduce", "reduceByKey", "reduceByWindow", "reduceByKeyAndWindow"):
            made["fn"] = function(REDUCE_FUNCTIONS, name, op)
            if "inv" in step:
                made["inverse"] = function(INVERSE_FUNCTIONS, step["inv"], op)
            if "filter" in step:
                made["filter"] = function(KEEP_FUNCTIONS, step["filter"], op)
        elif op == "updateStateByKey":
            made["fn"] = function(UPDATE_FUNCTIONS, name, op)
            if "initial" in step:
                made["initial"] = step["initial"]
            if "checkpoint" in step:
                made["checkpoint"] = duration(step["checkpoint"], self.batch_ms)
        elif op == "combineByKey":
            raise CannotSay("no built-in function that creates a combiner")
        elif op not in PLAIN:
            raise CannotSay(f"the operator {op} takes a program's own function")

    def feeds(self):
        """A delivery per partition that Spark's parallelize would make."""
        parts = self.case["params"].get("inputPartitions", 1)
        feed = {}
        for source, batches in self.sources.items():
            feed[source] = []
            for place, records in enumerate(batches):
                for part in range(parts if records else 0):
                    first = part * len(records) // parts
                    end = (part + 1) * len(records) // parts
                    feed[source].append({"at": duration(place + 1, self.batch_ms),
                                         "records": records[first:end]})
        return feed

    def expectations(self):
        case = self.case
        total = case["params"].get("numBatches", len(case["expected"]))
        at = case.get("expected_at", range(1, len(case["expected"]) + 1))
        wanted = {int(number): rows for number, rows in zip(at, case["expected"])}
        failing = case.get("error", {}).get("at_batch", 0)
        expect = []
        for number in range(1, total + 1):
            time = {"at": duration(number, self.batch_ms)}
            if number == failing:
                expect.append({**time, "error": "batch"})
            elif number in wanted and wanted[number] is not None:
                kind = "rows" if case.get("ordered") else "set"
                expect.append({**time, kind: wanted[number]})
            else:
                expect.append({**time, "none": True})
        return expect

    def document(self):
        case = self.case
        if case.get("grouped_values_unordered"):
            raise CannotSay("the order inside grouped values is open")
        self.open_inputs()
        for step in case["pipeline"]:
            self.step(step)
        return {
            "version": 1,
            "job": {"name": "case", "batch": duration(1, self.batch_ms), "partitions": "per-block"},
            "sources": {name: {"type": "queue", "with": {"file": "none"}} for name in self.sources},
            "operators": self.operators,
            "sinks": {"out": {"from": self.last, "type": "console"}},
            "tests": [{"name": case["name"], "feed": self.feeds(),
                       "expect": {"out": self.expectations()}}],
        }


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        cases = [case for case in json.load(file) if case.get("kind") == "dstream"]
    folder = sys.argv[2]
    os.makedirs(folder, exist_ok=True)
    for name in os.listdir(folder):
        if name.endswith(".json"):
            os.remove(os.path.join(folder, name))
    written = 0
    left_out = []
    for place, case in enumerate(cases):
        try:
            if "pipeline" not in case:
                raise CannotSay("told in words, without a pipeline")
            document = Job(case).document()
        except CannotSay as why:
            left_out.append((case["name"], str(why)))
            continue
        word = re.sub(r"[^a-z0-9]+", "-", case["name"].lower()).strip("-")
        with open(os.path.join(folder, f"{place:03}-{word}.json"), "w", encoding="utf-8") as file:
            json.dump(document, file, indent=2)
        written += 1
    for name, why in left_out:
        print(f"no job file: {name}: {why}")
    print(f"{written} cases of streams as job files, {len(left_out)} that a job file cannot say")


if __name__ == "__main__":
    main()
