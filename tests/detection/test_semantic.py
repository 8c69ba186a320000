"""The semantic encoder: what it computes, what it bears, and what it says where there is no model."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

import pytest

from tests.detection.tiny_model import CONFIG, EXTRA, needs_extra, save_model, tensors_of
from validator.detection.semantic import minilm
from validator.detection.semantic.encoder import BadModel, Encoder
from validator.detection.semantic.minilm import load_encoder
from validator.errors import OkrValidatorError

if EXTRA:
    import numpy as np

MODEL = os.environ.get("OKR_VALIDATOR_MODEL_DIR", "")
needs_model = pytest.mark.skipif(not (EXTRA and MODEL), reason="OKR_VALIDATOR_MODEL_DIR names no model directory")

TEXTS = [
    "cut churn by half",
    "raise the margin",
    "",
    "cut churn",
    "cut churn by half",
    "raise the margin of new customers",
]
ODD = [
    "",
    " ",
    "\x00",
    "\ud800 half",
    "🚀" * 50,
    "提高客户满意度",
    "زيادة رضا العملاء",
    "é" * 10_000,
    "cut " * 2_500,
    " " * 9_999 + "a",
]
PUBLISHED = ["The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium."]


def _by_the_book(ids: list[int], tensors: dict[str, Any]) -> Any:
    """One text by the formulas of the paper, in double precision, token by token and head by head."""
    weights = {name: tensor.astype(float) for name, tensor in tensors.items()}

    def linear(name: str, x: Any) -> Any:
        return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def norm(name: str, x: Any) -> Any:
        scaled = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + CONFIG["layer_norm_eps"])
        return scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    def head(name: str, x: Any, part: slice) -> Any:
        query, key, value = (linear(f"{name}.{kind}", x)[:, part] for kind in ("query", "key", "value"))
        chances = np.exp(query @ key.T / math.sqrt(query.shape[1]))
        return chances / chances.sum(-1, keepdims=True) @ value

    embeddings = [weights[f"embeddings.{kind}_embeddings.weight"] for kind in ("word", "position", "token_type")]
    x = norm("embeddings.LayerNorm", embeddings[0][ids] + embeddings[1][: len(ids)] + embeddings[2][0])
    gelu = np.vectorize(lambda value: value * (1 + math.erf(value / math.sqrt(2))) / 2)
    for layer in ("encoder.layer.0", "encoder.layer.1"):
        heads = [head(f"{layer}.attention.self", x, slice(start, start + 4)) for start in range(0, 16, 4)]
        x = norm(f"{layer}.attention.output.LayerNorm", x + linear(f"{layer}.attention.output.dense", np.hstack(heads)))
        x = norm(
            f"{layer}.output.LayerNorm",
            x + linear(f"{layer}.output.dense", gelu(linear(f"{layer}.intermediate.dense", x))),
        )
    return x.mean(0) / np.linalg.norm(x.mean(0))


@pytest.fixture
def tiny(tmp_path: Path) -> Encoder:
    return load_encoder(save_model(tmp_path / "tiny"))


@pytest.fixture(scope="module")
def real() -> Encoder:
    return load_encoder(Path(MODEL))


@needs_extra
def test_a_vector_is_what_the_formulas_of_the_paper_say(tiny: Encoder) -> None:
    expected = {
        "cut churn by half": [2, 5, 7, 13, 14, 3],
        "Raise the margins, new": [2, 4, 6, 8, 12, 1, 10, 3],
        "": [2, 3],
    }
    found = tiny.encode(list(expected))
    for vector, ids in zip(found, expected.values(), strict=True):
        assert np.abs(vector - _by_the_book(ids, tensors_of())).max() < 1e-5


@needs_extra
def test_vectors_come_in_the_order_of_the_texts_each_of_length_1(tiny: Encoder) -> None:
    found = tiny.encode(TEXTS)
    assert (found.dtype, found.shape) == (np.float32, (6, 16))
    assert np.abs(np.linalg.norm(found, axis=1) - 1).max() < 1e-6
    assert np.array_equal(found[0], found[4])
    alone = np.vstack([tiny.encode([text]) for text in TEXTS])
    assert np.abs(found - alone).max() < 1e-5


@needs_extra
def test_the_same_texts_in_another_order_get_the_very_same_vectors(tiny: Encoder) -> None:
    assert np.array_equal(tiny.encode(TEXTS)[::-1], tiny.encode(TEXTS[::-1]))


@needs_extra
def test_no_texts_give_no_vectors(tiny: Encoder) -> None:
    assert tiny.encode([]).shape == (0, 16)


@needs_extra
def test_no_text_is_too_odd_to_be_encoded(tiny: Encoder) -> None:
    assert np.isfinite(tiny.encode(ODD)).all()


@needs_extra
def test_what_follows_the_128th_token_is_not_read(tiny: Encoder) -> None:
    read = "cut " * 126  # and one token before, one after
    found = tiny.encode([read, read + "churn", "cut " * 125 + "churn"])
    assert np.array_equal(found[0], found[1])
    assert not np.allclose(found[0], found[2])


@needs_extra
def test_texts_of_many_lengths_go_through_in_batches_of_bounded_size(
    tiny: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    padded: list[int] = []
    arithmetic = minilm.vectors

    def recording(tokens: Any, weights: Any) -> Any:
        padded.append(len(tokens) * max(map(len, tokens)))
        return arithmetic(tokens, weights)

    monkeypatch.setattr(minilm, "vectors", recording)
    texts = ["cut " * (number % 100) + "churn " * (number // 100) for number in range(300)]
    assert tiny.encode(texts + texts).shape == (600, 16)
    assert max(padded) <= minilm.BATCH
    assert sum(padded) < 1.1 * sum(len(text.split()) + 2 for text in texts)


@needs_extra
@pytest.mark.parametrize("below", ["", "model", "package/model", "snapshots/1a2b3c"])
def test_the_model_is_found_in_the_directory_and_up_to_two_folders_below(tmp_path: Path, below: str) -> None:
    save_model(tmp_path / below)
    assert load_encoder(tmp_path).encode(["cut churn"]).shape == (1, 16)


@needs_extra
def test_weights_under_the_name_bert_or_in_half_precision_are_read_too(tmp_path: Path) -> None:
    halves = {f"bert.{name}": tensor.astype(np.float16) for name, tensor in tensors_of().items()}
    found = load_encoder(save_model(tmp_path, halves)).encode(["cut churn"])
    assert np.abs(found[0] - _by_the_book([2, 5, 7, 3], tensors_of())).max() < 0.01


def test_an_empty_directory_is_refused_with_its_place_and_both_steps_of_the_installation(tmp_path: Path) -> None:
    with pytest.raises(BadModel) as caught:
        load_encoder(tmp_path)
    assert isinstance(caught.value, OkrValidatorError)
    [fault] = caught.value.faults
    assert fault.message.startswith("No model.safetensors lies there")
    assert str(tmp_path) in fault.message
    assert fault.place == str(tmp_path)
    assert "okr-validator[semantic]" in fault.hint
    assert "--no-deps" in fault.hint


def test_a_directory_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadModel, match="no such directory"):
        load_encoder(tmp_path / "nowhere")


def test_a_missing_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in (("model.safetensors", ""), ("tokenizer.json", ""), ("config.json", json.dumps(CONFIG))):
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(minilm, "_MISSING", "No module named 'tokenizers'")
    with pytest.raises(BadModel, match="extra “semantic” is not installed: No module named 'tokenizers'"):
        load_encoder(tmp_path)


@pytest.mark.parametrize("name", ["tokenizer.json", "config.json"])
def test_a_file_that_is_missing_beside_the_weights_is_named(tmp_path: Path, name: str) -> None:
    for other in {"model.safetensors", "tokenizer.json", "config.json"} - {name}:
        (tmp_path / other).write_text("{}")
    with pytest.raises(BadModel, match=f"no {name} beside"):
        load_encoder(tmp_path)


def test_of_several_models_none_is_chosen(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "model.safetensors").touch()
    with pytest.raises(BadModel, match="Several folders"):
        load_encoder(tmp_path)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("{", "config.json cannot be read"),
        ("\ud800", "config.json cannot be read"),
        ("[]", "no JSON object"),
        (json.dumps(CONFIG | {"model_type": "mpnet"}), "“mpnet” for model_type; only “bert”"),
        (json.dumps(CONFIG | {"hidden_act": "relu"}), "“relu” for hidden_act"),
        (json.dumps(CONFIG | {"hidden_size": "16"}), "no whole number from 1 for hidden_size"),
        (json.dumps(CONFIG | {"num_hidden_layers": True}), "no whole number from 1 for num_hidden_layers"),
        (json.dumps(CONFIG | {"num_attention_heads": 5}), "num_attention_heads does not divide"),
        (json.dumps(CONFIG | {"layer_norm_eps": -1.0}), "layer_norm_eps"),
    ],
)  # fmt: skip
def test_a_config_that_is_not_understood_is_refused(tmp_path: Path, config: str, message: str) -> None:
    for name, text in (("model.safetensors", ""), ("tokenizer.json", ""), ("config.json", config)):
        (tmp_path / name).write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(BadModel, match=message):
        load_encoder(tmp_path)


def test_a_model_that_wants_another_pooling_is_refused(tmp_path: Path) -> None:
    (tmp_path / "1_Pooling").mkdir()
    pooling = '{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false}'
    files = {
        "model.safetensors": "",
        "tokenizer.json": "",
        "config.json": json.dumps(CONFIG),
        "1_Pooling/config.json": pooling,
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(BadModel, match="another pooling"):
        load_encoder(tmp_path)


@needs_extra
@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("model.safetensors", b"", "model.safetensors cannot be read"),
        ("model.safetensors", b"version https://git-lfs.github.com/spec/v1\n", "model.safetensors cannot be read"),
        ("tokenizer.json", b"", "tokenizer.json cannot be read"),
        ("tokenizer.json", b"{}", "tokenizer.json cannot be read"),
    ],
)
def test_a_file_that_is_damaged_is_named(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (save_model(tmp_path) / name).write_bytes(content)
    with pytest.raises(BadModel, match=message):
        load_encoder(tmp_path)


@needs_extra
@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"num_hidden_layers": 3}, "cannot be read"),
        ({"intermediate_size": 48}, r"holds encoder.layer.0.intermediate.dense.weight as float32 \(24, 16\), not \(48, 16\)"),
        ({"vocab_size": 5}, "tokenizer.json belongs to another model"),
        ({"max_position_embeddings": 1}, "tokenizer.json belongs to another model"),
    ],
)  # fmt: skip
def test_weights_and_words_that_do_not_fit_the_config_are_refused(
    tmp_path: Path, config: dict[str, Any], message: str
) -> None:
    with pytest.raises(BadModel, match=message):
        load_encoder(save_model(tmp_path, **config))


@needs_model
def test_the_published_likenesses_are_met(real: Encoder) -> None:
    found = real.encode(PUBLISHED)
    published = [[1.0, 0.6660, 0.1046], [0.6660, 1.0, 0.1411], [0.1046, 0.1411, 1.0]]
    assert np.abs(found @ found.T - published).max() < 1e-4


@needs_model
def test_texts_that_mean_the_same_lie_nearer_than_others(real: Encoder) -> None:
    churn, attrition, hiring = real.encode(
        [
            "Cut customer churn from 5% to 3%",
            "Reduce monthly customer attrition to 3%",
            "Hire twelve engineers in Berlin",
        ]
    )
    assert churn @ attrition > 0.6 > 0.2 > churn @ hiring


@needs_model
def test_a_vector_does_not_depend_on_the_texts_beside_it(real: Encoder) -> None:
    texts = ODD + PUBLISHED + TEXTS
    together = real.encode(texts)
    assert np.isfinite(together).all()
    assert np.abs(together - np.vstack([real.encode([text]) for text in texts])).max() < 1e-5
    assert np.array_equal(together, real.encode(texts))
