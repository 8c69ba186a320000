"""Documents in JSON and YAML: what is read, and what is refused at once and by line."""

from __future__ import annotations

import json

import pytest

from connectors import registry
from connectors.contract import Settings, SourceError

YAML = """\
# our OKRs
objectives:
  - id: o1
    title: "Grow: faster"
    end: 2026-12-31
    key_results:
      - id: 007
        title: Sell more
        target: 1.5e3
        current: 12
"""


def test_json_is_handed_over_as_it_is(read, write) -> None:
    document = {"objectives": [{"id": 7, "title": "Grow", "extra": {"any": [1, None]}}]}
    assert read(write("a.json", json.dumps(document))).document == document


def test_yaml_keeps_dates_and_ids_as_text_and_knows_each_line(read, write) -> None:
    reading = read(write("a.yaml", YAML))
    objective = reading.document["objectives"][0]
    assert objective["end"] == "2026-12-31"
    assert objective["key_results"] == [{"id": "007", "title": "Sell more", "target": 1500.0, "current": 12}]
    assert reading.places["/objectives/0/title"] == "a.yaml, line 4"
    assert reading.places["/objectives/0/key_results/0/target"] == "a.yaml, line 9"


def test_yaml_words_such_as_yes_stay_text_and_true_is_true(write) -> None:
    reading = registry.read(
        write("a.yaml", "extra: {a: yes, b: true, c: ~, d: off, e: null, f: '12', g: 0x1f, h: -3}\n")
    )
    extra = reading.document["extra"]
    assert extra == {"a": "yes", "b": True, "c": None, "d": "off", "e": None, "f": "12", "g": "0x1f", "h": -3}


def test_settings_say_how_a_document_is_written(read, write) -> None:
    text = '{"source": {"tool": "x"}, "objectives": [{"id": "o", "title": "t", "end": "01/02/2026"}]}'
    reading = read(write("a.json", text), dates="dmy")
    assert reading.document["source"] == {"tool": "x", "reading": {"dates": "dmy"}}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        pytest.param('{"objectives": [\n NaN]}', "line 2, column 2", id="NaN"),
        pytest.param('{"objectives":\n\n 1e400}', "line 3", id="a number too large"),
        pytest.param('{"objectives": [1,]}', "line 1", id="a comma too many"),
        pytest.param('{"objectives": "a\x00b"}', "line 1", id="a null byte"),
        pytest.param('{"objectives": []', "line 1", id="cut short"),
        pytest.param('{"objectives": []}{', "line 1", id="text after the end"),
        pytest.param('{"objectives": "\\ud800"}', "line 1", id="half a character"),
        pytest.param('{"objectives": ' + "[" * 5000 + "]" * 5000 + "}", "line 1", id="very deep"),
    ],
)
def test_broken_json_is_refused_with_its_place(faults, write, text, place) -> None:
    (fault,) = faults(write("a.json", text))
    assert place in fault.place


def test_json_nested_beyond_reason_is_refused(faults, write) -> None:
    assert "levels deep" in faults(write("a.json", '{"extra": ' + "[" * 150 + "]" * 150 + "}"))[0].message


def test_json_in_utf16_is_read(read, write) -> None:
    assert read(write("a.json", '{"objectives": [{"id": "o", "title": "Größe"}]}'.encode("utf-16"))).document[
        "objectives"
    ]


def test_a_list_is_no_document(faults, write) -> None:
    assert "a list" in faults(write("a.json", "[1]"))[0].message


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        pytest.param("objectives: &a []\n", "anchor &a", 1, id="anchor"),
        pytest.param("objectives:\n  - &x {a: *x}\n", "anchor &x", 2, id="alias cycle"),
        pytest.param("objectives:\n  - *x\n", "alias *x", 2, id="alias of nothing"),
        pytest.param(BOMB, "anchor &a", 1, id="alias bomb"),
        pytest.param("objectives:\n  - !!python/object:os.system {}\n", "tag", 2, id="tag"),
        pytest.param("objectives: []\nteams: []\nobjectives: []\n", "stands twice", 3, id="a key twice"),
        pytest.param("objectives:\n- a: 1e400\n", "too large", 2, id="a number too large"),
        pytest.param("objectives:\n- a: .nan\n", "not a number", 2, id="not a number"),
        pytest.param("objectives: " + "[" * 200 + "]" * 200, "levels deep", 1, id="deep"),
        pytest.param("objectives: []\n---\nobjectives: []\n", "second document", 2, id="two documents"),
        pytest.param("objectives:\n  - id: 1\n   title: x\n", "not YAML", 3, id="bad indentation"),
        pytest.param("objectives:\n  ? [a, b]\n  : c\n", "key must be text", 2, id="a list as key"),
    ],
)
def test_yaml_that_could_hurt_or_mislead_is_refused_with_its_line(faults, write, text, message, line) -> None:
    (fault,) = faults(write("a.yaml", text))
    assert message in fault.message
    assert f"line {line}" in fault.place


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a: " + "x" * 3_000_000, id="three megabytes"),
        pytest.param("objectives:\n" + "- a\n" * 400_000, id="many values"),
        pytest.param("objectives: [" + "{" * 900_000, id="many open braces"),
        pytest.param('objectives: "' + "\\x" * 500_000, id="bad escapes"),
        pytest.param("objectives: \x00", id="null byte"),
        pytest.param("{" + '"a":' * 200_000, id="endless keys"),
    ],
)
def test_hostile_yaml_is_refused_in_seconds(faults, write, text) -> None:
    assert faults(write("a.yaml", text))


def test_a_large_honest_document_is_read(write) -> None:
    rows = ",".join(f'{{"id":"o{n}","title":"Objective {n}","key_results":[]}}' for n in range(20_000))
    assert len(registry.read(write("a.json", f'{{"objectives":[{rows}]}}')).document["objectives"]) == 20_000


def test_a_file_over_64_megabytes_is_refused_before_it_is_read(tmp_path) -> None:
    path = tmp_path / "a.json"
    with path.open("wb") as file:
        file.write(b'{"objectives": []}')
        file.truncate(65 * 1024 * 1024)
    with pytest.raises(SourceError, match="at most 64 MB"):
        registry.read(path, settings=Settings())
