"""Shapes on which durable_rules was seen to crash, hang or lose answers. Each runs in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
START = """
import resource, sys, threading
from validator.engine import durable, naive
from validator.engine.interface import EngineRule
from validator.rules.conditions import Group, Test
from tests.engine.engine_programs import program

def same(rules, facts, hits=None):
    found = durable.compile_rules(rules)(facts)
    assert found == naive.compile_rules(rules)(facts), "the engines differ"
    assert hits is None or len(found) == hits, len(found)

at_least = lambda name, value: Test(name, "at_least", value)
"""

SHAPES = {
    "no facts at all": "same([EngineRule('x', at_least('n', 0))], {'x': []}, 0); same([EngineRule('x', at_least('n', 0))], {}, 0)",
    "no rules at all": "same([], {'x': [{'n': 1}]}, 0)",
    "nothing fires": "same([EngineRule('x', at_least('n', 10))] * 50, {'x': [{'n': 1}] * 200}, 0)",
    "only absence is asked for": "same([EngineRule('x', Test('n', 'missing', True))], {'x': [{}, {'m': 1}, {'n': 1}]}, 2)",
    "none of many are present": """
names = [f"a{n}" for n in range(200)]
rule = EngineRule("x", Group("none", tuple(Test(name, "present", True) for name in names)))
same([rule], {"x": [{}, {"a7": 1}, {"b": 2}]}, 2)""",
    "fifty rules of twenty-four alternatives that all hold": """
any_of = Group("any", tuple(at_least("n", value) for value in range(24)))
same([EngineRule("x", any_of)] * 50, {"x": [{"n": 99}] * 20}, 1000)""",
    "alternatives inside alternatives": """
pair = lambda name: Group("any", (at_least(name, 0), at_least(name, 1)))
deep = Group("all", tuple(pair(name) for name in "abcdefgh"))
same([EngineRule("x", deep)] * 10, {"x": [dict.fromkeys("abcdefgh", 5)] * 10}, 100)""",
    "two hundred comparisons in one rule": """
wide = Group("all", tuple(at_least("n", value) for value in range(200)))
same([EngineRule("x", wide)], {"x": [{"n": 250}, {"n": 100}]}, 1)""",
    "a thousand rules": "same([EngineRule('x', at_least(f'n{n % 40}', n)) for n in range(1000)], {'x': [{f'n{n}': 500 for n in range(40)}] * 20}, None)",
    "a thousand rules on one fact": "same([EngineRule('x', at_least('n', n)) for n in range(1000)], {'x': [{'n': 10_000}]}, 1000)",
    "three hundred attributes": """
names = [f"a{n}" for n in range(300)]
same([EngineRule("x", at_least(name, 1)) for name in names], {"x": [dict.fromkeys(names, n) for n in range(5)]}, 1200)""",
    "ten thousand facts": "same([EngineRule('x', at_least('n', 5_000)), EngineRule('y', at_least('n', 0))], {'x': [{'n': n} for n in range(10_000)], 'y': [{'n': 1}] * 5}, 5_005)",
    "long texts": """
long = "x" * 70_000
rules = [EngineRule("x", Test("w", "is", long)), EngineRule("x", Test("w", "is_not", long)), EngineRule("x", at_least("n", 1))]
same(rules, {"x": [{"w": long, "n": 1}, {"w": long + "y", "n": 1}, {"w": "", "n": 1}] * 10}, 60)""",
    "equal facts many times over": "same([EngineRule('x', at_least('n', 1))], {'x': [{'n': 1}] * 4_001}, 4_001)",
    "one fact more than a batch": "same([EngineRule('x', at_least('n', 1))], {'x': [{'n': n + 1} for n in range(4_001)]}, 4_001)",
    "every kind of fact in one ruleset": "same([EngineRule(f'k{n}', at_least('n', 1)) for n in range(12)], {f'k{n}': [{'n': 1}] * 500 for n in range(12)}, 6_000)",
    "eight threads on one compiled ruleset": """
rules, facts = program(3)
evaluate, expected = durable.compile_rules(rules), naive.compile_rules(rules)(facts)
assert expected
answers = []
def work():
    answers.extend(evaluate(facts) == expected for _ in range(50))
threads = [threading.Thread(target=work) for _ in range(8)]
[thread.start() for thread in threads]; [thread.join() for thread in threads]
assert answers == [True] * 400, answers.count(False)""",
    "two thousand evaluations leave memory flat": """
evaluate = durable.compile_rules([EngineRule("x", at_least("n", n)) for n in range(50)])
facts = {"x": [{"n": n} for n in range(10)]}
def memory():
    with open("/proc/self/statm") as stream:
        return int(stream.read().split()[1]) * resource.getpagesize() // 2**20
[evaluate(facts) for _ in range(100)]
before = memory()
[evaluate(facts) for _ in range(2_000)]
assert memory() - before < 20, memory() - before""",
}


def run(code: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", f"{code}\nprint('ended')"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
def test_the_engine_survives_and_answers_right_on(shape: str) -> None:
    ended = run(START + shape)
    assert (ended.returncode, ended.stdout) == (0, "ended\n"), ended.stderr[-2_000:]


BLOCKED = """
import sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("durable", "durable_rules_engine"):
            raise ImportError(name)

sys.meta_path.insert(0, Blocker())
"""


def test_without_durable_rules_plain_python_judges_and_gives_the_same_report() -> None:
    code = """
import json
from validator.engine.select import engine
from validator.pipeline import judge
from validator.rules.catalogue import load_ruleset
document = {"source": {"exported_at": "2026-01-01"}, "objectives": [{"id": "O1", "title": "x", "level": "company", "parents": [{"id": "gone"}]}]}
print(engine().NAME, json.dumps(judge(document, load_ruleset("base"))), sep="|")
"""
    (with_it, without) = (run(code).stdout, run(BLOCKED + code).stdout)
    assert with_it.partition("|")[0] == "durable_rules"
    assert without.partition("|")[0] == "python"
    assert with_it.partition("|")[2] == without.partition("|")[2]
