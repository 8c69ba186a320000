"""A folder of documents in git: real repositories on this machine and over HTTP, and what must not come of hostile ones."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors import git_folder
from connectors.contract import Missing, Page, Reach, Reading, SourceError, Unchanged
from connectors.git import running
from connectors.git.scratch import scratch
from connectors.git_folder import File
from connectors.registry import settings_of
from tests.connectors.fake_tool import LOOPBACK, SECRET
from tests.connectors.git_server import Repository, Served, repository, served
from tests.connectors.trouble import HOLDER, REFERENCE, assert_clean
from validator.document.load import load

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

COMPANY = """\
source: {tool: Plans, provides: [owners, teams]}
teams: [{id: care, name: Care}]
objectives:
  - {id: o1, title: Grow, level: company}
"""
CARE = """\
source: {provides: [parents]}
teams: [{id: care, lead: ida}]
objectives:
  - id: o2
    title: Delight clinics
    parents: [{id: o1}]
    key_results: [{id: k1, title: Halve complaints, target: 5}]
"""
FILES = {
    "okrs/company.yaml": COMPANY,
    "okrs/teams/care.yml": CARE,
    "okrs/README.md": "# not a document",
    "mkdocs.yml": "site: x",
}


@pytest.fixture
def plans(tmp_path: Path) -> Repository:
    made = repository(tmp_path / "allowed" / "plans")
    made.commit(FILES)
    return made


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HOLDER, SECRET)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def read(url: str | Path, reach: Reach | None = None, **settings: str) -> Reading:
    """Read a repository, and hold the document to the door that all input goes through."""
    given = settings_of("git-folder", {"url": str(url), "folder": "okrs", **settings})
    reading = git_folder.to_document(git_folder.fetch(given, reach or Reach(LOOPBACK)), given)
    load(reading.document)
    assert reading.document["source"]["complete"] is not bool(reading.missing)
    return reading


def local(plans: Repository, **more: Any) -> Reach:
    return Reach(folders=(plans.folder.parent,), **more)


def merged(**files: str) -> Reading:
    """What files come to, without a repository."""
    pages = [Page("files", [File(name.replace("_", "."), content.encode())]) for name, content in files.items()]
    return git_folder.to_document(pages, {})


# Several files, one set


def test_files_are_parts_of_one_set(plans) -> None:
    reading = read(plans.folder, local(plans))
    assert reading.missing == ()
    assert [o["id"] for o in reading.document["objectives"]] == ["o1", "o2"]
    assert reading.document["teams"] == [{"id": "care", "name": "Care", "lead": "ida"}]
    assert reading.document["source"] == {"tool": "Plans", "provides": ["owners", "teams", "parents"], "complete": True}


def test_what_a_source_provides_is_known_only_where_every_file_says_it() -> None:
    assert "provides" not in merged(a_yaml=COMPANY, b_yaml="objectives: []").document["source"]


@pytest.mark.parametrize(
    ("content", "scope", "reason"),
    [
        ("objectives: [", "b.yaml", "not YAML"),
        ("objectives: [{id: o9, titel: Grow}]", "b.yaml", "/objectives/0/titel: There is no field “titel” here."),
        ("- id: o9", "b.yaml", "This is no document"),
        ("objectives: [{id: o1, title: Again}]", "“o1” (objectives) in b.yaml", "There is one in a.yaml already."),
        ("objectives: [{id: o9, title: X, key_results: [{id: k1, title: Y}]}, {id: o8, title: Z, key_results: [{id: k1, title: Y}]}]",
         "“k1” (key results) in b.yaml", "There is one in b.yaml already."),
        ("teams: [{id: care, name: Cure}]", "“name” of “care” (teams) in b.yaml", "Another file says otherwise."),
        ("governance: {tie_breaker: y}", "“tie_breaker” of governance in b.yaml", "Another file says otherwise."),
        ("source: {complete: false}", "b.yaml", "part of it is missing"),
    ],
)  # fmt: skip
def test_a_file_at_fault_is_named_and_the_rest_is_read(content, scope, reason) -> None:
    reading = merged(a_yaml=COMPANY + "governance: {tie_breaker: x}\n", b_yaml=content)
    load(reading.document)
    (missing,) = reading.missing
    assert missing.scope == scope
    assert reason in missing.reason
    assert reading.document["source"]["complete"] is False
    assert reading.document["objectives"][0] == {"id": "o1", "title": "Grow", "level": "company"}


def test_of_two_entries_with_one_id_the_first_is_kept_with_all_else_of_its_file() -> None:
    reading = merged(
        a_yaml="objectives: [{id: a, title: A, key_results: [{id: k, title: K}]}]",
        b_json='{"objectives": [{"id": "b", "title": "B", "key_results": [{"id": "k", "title": "L"}, {"id": "m", "title": "M"}]}]}',
    )
    kept = {o["id"]: [k["title"] for k in o["key_results"]] for o in reading.document["objectives"]}
    assert kept == {"a": ["K"], "b": ["M"]}
    assert reading.missing[0].ids == ("k",)


# Repositories on this machine


def test_a_repository_is_read_only_in_a_folder_that_was_allowed(plans, tmp_path) -> None:
    (tmp_path / "allowed" / "link").symlink_to(tmp_path / "elsewhere")
    repository(tmp_path / "elsewhere").commit(FILES)
    for url in (tmp_path / "elsewhere", tmp_path / "allowed" / "link", tmp_path / "allowed" / ".." / "elsewhere"):
        with pytest.raises(SourceError, match="in no folder that this service may read"):
            read(url, local(plans))
    with pytest.raises(SourceError, match="in no folder"):
        read(plans.folder, Reach())


def test_the_commit_is_remembered_until_there_is_another(plans) -> None:
    kept: dict[str, str] = {}
    read(plans.folder, local(plans, remember=kept.__setitem__))
    assert kept == {"commit": plans.git("rev-parse", "HEAD")}
    with pytest.raises(Unchanged):
        read(plans.folder, local(plans, known=kept))
    plans.commit({"okrs/more.yaml": "objectives: [{id: o3, title: More}]"})
    assert len(read(plans.folder, local(plans, known=kept)).document["objectives"]) == 3


def test_a_branch_or_tag_is_read_and_an_unknown_one_is_named(plans) -> None:
    plans.git("tag", "-a", "v1", "-m", "v1")
    plans.git("checkout", "--quiet", "-b", "q4/draft")
    plans.commit({"okrs/more.yaml": "objectives: [{id: o3, title: More}]"})
    counts = {
        ref: len(read(plans.folder, local(plans), ref=ref).document["objectives"]) for ref in ("v1", "main", "q4/draft")
    }
    assert counts == {"v1": 2, "main": 2, "q4/draft": 3}
    with pytest.raises(SourceError, match="no branch or tag “v2”"):
        read(plans.folder, local(plans), ref="v2")
    with pytest.raises(SourceError, match="no YAML or JSON file in “plans”"):
        read(plans.folder, local(plans), folder="plans")


def test_links_and_repositories_within_are_named_and_not_followed_and_hidden_files_left_alone(plans, tmp_path) -> None:
    (tmp_path / "secret.yaml").write_text("objectives: [{id: s, title: Secret}]", "utf-8")
    (plans.folder / "okrs" / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    plans.git("-c", "protocol.file.allow=always", "submodule", "add", "--quiet", str(plans.folder), "okrs/inner")
    plans.commit({"okrs/.drafts/x.yaml": "nonsense: ["})
    reading = read(plans.folder, local(plans))
    assert {(missing.scope, missing.reason) for missing in reading.missing} == {
        ("okrs/link.yaml", "It is a link, which is not followed."),
        ("okrs/inner", "It is a repository within the repository, which is not read."),
    }
    assert [o["id"] for o in reading.document["objectives"]] == ["o1", "o2"]


def test_a_link_that_may_lead_to_documents_is_named_whatever_its_name_and_one_to_another_kind_of_file_left_alone(
    plans, tmp_path
) -> None:
    for name, target in {"sales": "../elsewhere", "2026.Q3": "teams", "logo.PNG": "../x.png", "notes.md": "x"}.items():
        (plans.folder / "okrs" / name).symlink_to(target)
    plans.commit({"elsewhere/sales.yaml": "objectives: [{id: s, title: Sell}]"})
    reading = read(plans.folder, local(plans))
    assert {missing.scope for missing in reading.missing} == {"okrs/sales", "okrs/2026.Q3"}
    assert reading.document["source"]["complete"] is False


def test_nothing_in_the_surroundings_of_the_service_or_in_a_repository_makes_git_run_anything(
    plans, tmp_path, monkeypatch
) -> None:
    mark = tmp_path / "ran"
    script = tmp_path / "hook"
    script.write_text(f"#!/bin/sh\ntouch {mark}\n")
    script.chmod(0o700)
    home = tmp_path / "home"
    (home / ".git-template" / "hooks").mkdir(parents=True)
    shutil.copy(script, home / ".git-template" / "hooks" / "reference-transaction")
    (home / ".gitconfig").write_text(
        f"[init]\ntemplateDir = {home}/.git-template\n[core]\nfsmonitor = {script}\n[alias]\nfetch = !{script}\n"
    )
    shutil.copy(script, plans.folder / ".git" / "hooks" / "post-checkout")
    plans.git("config", "core.fsmonitor", str(script))
    plans.git("config", "uploadpack.packObjectsHook", str(script))
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_TEMPLATE_DIR", str(home / ".git-template"))
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", str(script))
    assert read(plans.folder, local(plans)).missing == ()
    assert not mark.exists()


def test_more_than_may_be_read_is_refused_or_named(plans, monkeypatch) -> None:
    monkeypatch.setattr("connectors.git.trees._MOST", 1)
    reading = read(plans.folder, local(plans))
    assert [missing.scope for missing in reading.missing] == ["okrs/teams/care.yml"]
    plans.commit({f"okrs/z{number}.yaml": "objectives: []" for number in range(40)})
    assert [missing.scope for missing in read(plans.folder, local(plans)).missing] == [
        "okrs/teams/care.yml and 40 more"
    ]
    (plans.folder / "okrs" / "large.yaml").write_bytes(os.urandom(200_000))
    plans.commit({})
    monkeypatch.setattr(running, "LARGEST", 65_536)
    monkeypatch.setattr(running, "_BOUNDED", 'ulimit -f 128; exec git "$@"')
    with pytest.raises(SourceError, match="larger than 0 MB, packed"):
        read(plans.folder, local(plans))


def test_what_git_leaves_is_gone_and_a_git_that_is_not_there_is_named(plans, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))
    (tmp_path / "scratch").mkdir()
    read(plans.folder, local(plans))
    assert list((tmp_path / "scratch").iterdir()) == []
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SourceError, match="The program git is not there"):
        read(plans.folder, local(plans))


def test_what_a_process_that_was_killed_has_left_is_removed_by_the_next_and_what_is_in_use_is_not(
    plans, tmp_path, monkeypatch
) -> None:
    folder = tmp_path / "scratch"
    folder.mkdir()
    (folder / "okr-validator-git-a-file").write_text("no folder", "utf-8")
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    program = (
        "import signal, os; from connectors.git.scratch import scratch\n"
        "with scratch() as own:\n"
        " (own / 'key').write_text('a key'); os.kill(os.getpid(), signal.SIGKILL)"
    )
    with scratch() as mine:
        (mine / "key").write_text("mine", "utf-8")
        subprocess.run([sys.executable, "-c", program], env={**os.environ, "TMPDIR": str(folder)}, check=False)
        (left,) = (path for path in folder.iterdir() if path.is_dir() and path != mine)
        assert (left / "key").exists()
        read(plans.folder, local(plans))
        assert not left.exists()
        assert (mine / "key").exists()
    assert [path.name for path in folder.iterdir()] == ["okr-validator-git-a-file"]


def test_a_git_that_cannot_be_told_which_address_to_ask_is_not_run(plans, tmp_path, monkeypatch) -> None:
    (tmp_path / "git").write_text("#!/bin/sh\necho git version 2.36.6\n")
    (tmp_path / "git").chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(SourceError, match=r"“git version 2\.36\.6” is too old"):
        read(plans.folder, local(plans))


# Over the network


AUTHORIZATION = f"Basic {base64.b64encode(f'git:{SECRET}'.encode()).decode()}"


@pytest.fixture
def server(plans) -> Iterator[Served]:
    plans.git("config", "http.receivepack", "false")
    with served(plans.folder.parent, AUTHORIZATION) as running_one:
        yield running_one


@pytest.fixture
def noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    """The words with which git and ssh were run; ssh is one of ours, which runs what it is asked for on this machine."""
    folder, words = tmp_path / "bin", tmp_path / "words"
    folder.mkdir()
    git = shutil.which("git")
    for name, then in (("git", f'exec {git} "$@"'), ("ssh", 'for last; do :; done; exec sh -c "$last"')):
        (folder / name).write_text(f'#!/bin/sh\necho {name} "$@" >>{words}\n{then}\n')
        (folder / name).chmod(0o700)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return words.read_text


def test_the_credential_goes_in_its_header_and_nowhere_else(server, noted, caplog) -> None:
    caplog.set_level("DEBUG")
    reading = read(f"{server.url}/plans/.git", token=REFERENCE)
    assert len(reading.document["objectives"]) == 2
    assert {authorization for _, authorization in server.asked} == {AUTHORIZATION}
    for text in (noted(), caplog.text, repr(reading), repr([path for path, _ in server.asked])):
        assert_clean(text)


@pytest.mark.parametrize(
    ("answer", "kind", "says"),
    [
        ({"status": 401}, "credential", "make a new one"),
        ({"status": 403}, "permission", "403"),
        ({"status": 404}, "not_found", "not found"),
        ({"status": 429}, "rate", "429"),
        ({"status": 500}, "server", "500"),
        ({"status": 302, "headers": {"Location": "http://127.0.0.1:9/evil"}}, "refused", "redirect"),
        ({"status": 200, "headers": {"Content-Type": "text/html"}}, None, "not the address of it"),
    ],
)
def test_a_server_that_refuses_ends_in_one_clear_error_without_the_credential(server, answer, kind, says) -> None:
    server.answer.update(answer)
    with pytest.raises(SourceError) as caught:
        read(f"{server.url}/plans/.git", token=REFERENCE)
    (fault,) = caught.value.faults
    assert says in f"{fault.message} {fault.hint}"
    assert kind is None or getattr(caught.value, "kind", None) == kind
    assert_clean(f"{fault}")
    assert all(path.startswith("/plans/") for path, _ in server.asked)


def test_the_connection_goes_to_the_address_that_was_checked(server, monkeypatch) -> None:
    monkeypatch.setattr("connectors.http.guard.addresses", lambda *_, **__: ["127.0.0.1"])
    url = server.url.replace("127.0.0.1", "git.alder.example")
    assert len(read(f"{url}/plans/.git", token=REFERENCE).document["objectives"]) == 2


def test_a_server_without_a_credential_is_not_asked_for_one_at_the_terminal(server) -> None:
    with pytest.raises(SourceError, match=r"git: .*(could not read|Authentication)"):
        read(f"{server.url}/plans/.git")


def test_a_server_that_does_not_answer_is_given_up(server, monkeypatch) -> None:
    monkeypatch.setattr(running, "_BOUNDED", "sleep 30")
    with pytest.raises(SourceError, match="not done in time"):
        read(f"{server.url}/plans/.git", Reach(LOOPBACK, patience=0.3), token=REFERENCE)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("https://169.254.169.254/x.git", "169.254.169.254, which is private or reserved"),
        ("ssh://git@127.0.0.1/x.git", "private or reserved"),
        ("git@localhost:x.git", "private or reserved"),
        ("http://8.8.8.8/x.git", "without TLS"),
    ],
)
def test_addresses_that_nobody_allowed_are_not_asked(url, says, noted) -> None:
    with pytest.raises(SourceError, match=says):
        read(url, Reach())
    with pytest.raises(FileNotFoundError):
        noted()


def test_ssh_asks_the_address_that_was_checked_with_the_keys_that_were_set(plans, tmp_path, noted) -> None:
    (tmp_path / "deploy").write_text(f"-----BEGIN KEY-----\n{SECRET}\n-----END KEY-----\n")
    host_key = f"ssh-ed25519 {'A' * 68}"
    url = f"ssh://git@localhost:2222{plans.folder}"
    reading = read(url, Reach(LOOPBACK), key=f"file:{tmp_path / 'deploy'}", host_key=host_key)
    assert len(reading.document["objectives"]) == 2
    words = next(line for line in noted().splitlines() if line.startswith("ssh "))
    for option in (
        "HostName=127.0.0.1",
        "HostKeyAlias=[localhost]:2222",
        "StrictHostKeyChecking=yes",
        "BatchMode=yes",
        "IdentitiesOnly=yes",
        "IdentityAgent=none",
        "/key",
    ):
        assert option in words
    assert_clean(noted())


def test_ssh_without_a_key_shows_the_server_none_of_whoever_runs_the_service(plans, noted) -> None:
    assert len(read(f"ssh://git@localhost{plans.folder}", Reach(LOOPBACK)).document["objectives"]) == 2
    words = next(line for line in noted().splitlines() if line.startswith("ssh "))
    for option in ("IdentityFile=none", "IdentitiesOnly=yes", "IdentityAgent=none"):
        assert option in words


# Settings


@pytest.mark.parametrize(
    "url",
    ["--upload-pack=touch /tmp/x", "ext::sh -c touch% /tmp/x", "file:///srv/okrs", "-oProxyCommand=x", "git@-oProxy:x", "git@host:-x",
     "ssh://-oProxyCommand=x/y", "ssh://git@host/-x", "ssh://git:pw@host/x", "https://me:pw@host/x", "https://host/x?y=1", "okrs.git",
     "git://host/x", "git@host:x y", "", 7],
)  # fmt: skip
def test_what_is_no_address_of_a_repository_is_refused(url) -> None:
    with pytest.raises(SourceError) as caught:
        settings_of("git-folder", {"url": url})
    assert [fault.pointer for fault in caught.value.faults] == ["/url"]
    assert ":pw@" not in str(caught.value)


@pytest.mark.parametrize(
    "wrong",
    [{"ref": "--x"}, {"ref": "a..b"}, {"ref": "a b"}, {"ref": "x.lock"}, {"folder": "../x"}, {"folder": "a//b"}, {"folder": "a/./b"},
     {"token": SECRET}, {"key": "env:KEY"}, {"host_key": "ssh-ed25519\nx"}, {"user": "a:b"}, {"branch": "main"}],
)  # fmt: skip
def test_settings_at_fault_are_named(wrong) -> None:
    with pytest.raises(SourceError) as caught:
        settings_of("git-folder", {"url": "https://git.example.com/x", **wrong})
    assert [fault.pointer for fault in caught.value.faults] == [f"/{name}" for name in wrong]
    assert SECRET not in str(caught.value)


def test_missing_parts_of_a_repository_stay_missing() -> None:
    reading = git_folder.to_document([Missing("x.yaml", "It is a link, which is not followed."), Page("files", [])], {})
    assert reading.document["source"]["complete"] is False
