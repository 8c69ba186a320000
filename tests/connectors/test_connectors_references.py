"""Which references to secrets may be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.contract import SourceError
from connectors.http.fields import reveal
from connectors.http.references import check, faults, refusal

OWN = [
    "env:OKR_VALIDATOR_PEPPER",
    "env:okr_validator_x",
    "file:/srv/okr.db.pepper",
    "file:/proc/self/environ",
    "file:/proc/1/../self/environ",
]


@pytest.mark.parametrize("reference", OWN)
def test_what_the_service_keeps_for_itself_is_never_revealed(reference, monkeypatch) -> None:
    monkeypatch.setenv("OKR_VALIDATOR_PEPPER", "geheim")
    with pytest.raises(SourceError, match="cannot be used"):
        reveal(reference)
    with pytest.raises(SourceError, match="cannot be used"):
        reveal(reference, lines=True)
    assert refusal(reference, None) is not None
    assert refusal(reference, ("env:*", "file:/*")) is not None


def test_a_link_to_what_the_service_keeps_for_itself_is_no_way_round(tmp_path: Path) -> None:
    (tmp_path / "okr.db.pepper").write_text("geheim")
    (tmp_path / "harmless").symlink_to(tmp_path / "okr.db.pepper")
    (tmp_path / "environ").symlink_to("/proc/self/environ")
    for name in ("harmless", "environ"):
        with pytest.raises(SourceError, match="cannot be used"):
            reveal(f"file:{tmp_path / name}", lines=True)


def test_what_a_setting_of_the_service_names_is_its_own_too_for_whoever_names_it_in_settings(
    monkeypatch, tmp_path
) -> None:
    (tmp_path / "mail").write_text("geheim")
    monkeypatch.setenv("OKR_VALIDATOR_PEPPER", "env:PEPPER")
    monkeypatch.setenv("OKR_VALIDATOR_MAIL_PASSWORD", f"file:{tmp_path}/x/../mail")
    assert refusal("env:PEPPER", ("env:*",)) is not None
    assert refusal(f"file:{tmp_path}/mail", None) is not None
    assert refusal("env:PEPPERS", None) is None
    assert reveal(f"file:{tmp_path}/mail") == "geheim"


@pytest.mark.parametrize(
    ("reference", "allowed", "passes"),
    [
        ("env:TOKEN", None, True),
        ("env:TOKEN", (), False),
        ("env:OKR_TOKEN", ("env:OKR_*",), True),
        ("env:XOKR_TOKEN", ("env:OKR_*",), False),
        ("env:okr_token", ("env:OKR_*",), False),
        ("env:TOKEN", ("env:OKR_*", "env:TOKEN"), True),
        ("env:TOKEN", ("file:/*",), False),
        ("file:/etc/x", ("env:*",), False),
    ],
)
def test_patterns_say_which_variables_may_be_named(reference, allowed, passes) -> None:
    assert (refusal(reference, allowed) is None) is passes


def test_patterns_say_which_files_may_be_named_wherever_links_and_dots_lead(tmp_path: Path, monkeypatch) -> None:
    real = tmp_path / "real"
    (real / "..data").mkdir(parents=True)
    (real / "..data" / "token").write_text("t")
    (real / "token").symlink_to("..data/token")
    (tmp_path / "secrets").symlink_to(real)
    (tmp_path / "other").write_text("o")
    (real / "out").symlink_to(tmp_path / "other")
    allowed = (f"file:{tmp_path}/secrets/*",)
    passes = {
        name: refusal(f"file:{tmp_path}/{name}", allowed) is None
        for name in (
            "secrets/token",
            "real/token",
            "other",
            "secrets/out",
            "secrets/../other",
            "secrets/x/../../other",
            "secrets",
        )
    }
    assert passes == {
        "secrets/token": True, "real/token": True, "other": False, "secrets/out": False, "secrets/../other": False,
        "secrets/x/../../other": False, "secrets": False,
    }  # fmt: skip
    monkeypatch.chdir(real)
    assert refusal("file:token", allowed) is None
    assert refusal(f"file:{tmp_path}/secrets/token", (f"file:{tmp_path}/secrets/token",)) is None
    assert refusal(f"file:{tmp_path}/other", (f"file:{tmp_path}/secrets/token",)) is not None


def test_a_refusal_names_the_reference_and_what_is_allowed() -> None:
    with pytest.raises(SourceError) as caught:
        check("env:AWS_SECRET_ACCESS_KEY", ("env:OKR_*",))
    (fault,) = caught.value.faults
    assert "“env:AWS_SECRET_ACCESS_KEY” is not one that OKR_VALIDATOR_SECRETS allows" in fault.message
    assert fault.hint == "Allowed: env:OKR_*."


def test_references_are_found_wherever_they_stand_in_settings() -> None:
    settings = {
        "token": "env:A",
        "auth": {"secret": " env:B "},
        "list": [{"x": "file:/c"}, "text"],
        "per_minute": 3,
        "ok": "env:OKR_T",
    }
    found = [fault.pointer for fault in faults(settings, ("env:OKR_*",), "/settings")]
    assert found == ["/settings/token", "/settings/auth/secret", "/settings/list/0/x"]
    assert [*faults(settings, None)] == []
