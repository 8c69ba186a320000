"""What may be set from outside."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from validator.jobs.means import means_of, sender_of
from validator.settings import BadSettings, Settings, is_loopback, read_settings
from validator.settings_addresses import Smtp


def test_without_settings_the_service_listens_to_this_machine_only() -> None:
    assert read_settings({"PATH": "/bin"}) == Settings()
    assert Settings().host == "127.0.0.1"


def test_every_setting_is_read_from_the_variable_of_its_name() -> None:
    given = {"PORT": "9000", "WORKERS": "3", "THREADS": "16", "JUDGEMENTS": "2", "QUEUE": "5", "MAX_BODY": "2048"}
    given |= {
        "REQUEST_TIMEOUT": "2.5",
        "RULESET": "strict",
        "LOG_LEVEL": "debug",
        "RATE": "0",
        "BURST": "50",
        "HOST": "0.0.0.0",
        "ALLOW_REMOTE": "1",
    }
    read = read_settings({f"OKR_VALIDATOR_{name}": value for name, value in given.items()})
    expected = Settings(
        "0.0.0.0", 9000, True, 3, 16, 2, 5, 2048, 2.5, rate=0, burst=50, ruleset="strict", log_level="debug"
    )
    assert read == expected


def test_networks_that_connectors_may_ask_are_listed() -> None:
    read = read_settings({"OKR_VALIDATOR_ALLOWED_NETWORKS": "10.1.0.0/16, fd00::/8,127.0.0.1"})
    assert [str(network) for network in read.allowed_networks] == ["10.1.0.0/16", "fd00::/8", "127.0.0.1/32"]


def test_what_connections_may_name_and_read_is_a_list() -> None:
    given = {"SECRETS": "env:OKR_*, file:/run/secrets/*", "ALLOWED_FOLDERS": "/srv/okrs,/srv/git"}
    read = read_settings({f"OKR_VALIDATOR_{name}": value for name, value in given.items()})
    assert read.secrets == ("env:OKR_*", "file:/run/secrets/*")
    assert read.allowed_folders == (Path("/srv/okrs"), Path("/srv/git"))
    assert (Settings().secrets, Settings().allowed_folders) == (None, ())


WRONG = {
    "SECRETS": "OKR_*",
    "ALLOWED_FOLDERS": "srv",
    "PORT": "eighty",
    "WORKERS": "0",
    "THREADS": "1e3",
    "MAX_BODY": "-5",
    "REQUEST_TIMEOUT": "0",
    "GRACEFUL_TIMEOUT": "ten",
    "RATE": "-1",
    "BURST": "0",
    "ALLOW_REMOTE": "maybe",
    "RULESET": "../base",
    "LOG_LEVEL": "loud",
    "HOST": "a host",
    "SYNCS": "0",
    "ALLOWED_NETWORKS": "10.0.0.1/8",
    "PORTS": "80",
}


@pytest.mark.parametrize(("name", "value"), WRONG.items())
def test_a_value_that_cannot_be_meant_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(BadSettings, match=f"OKR_VALIDATOR_{name} "):
        read_settings({f"OKR_VALIDATOR_{name}": value})


def test_all_faults_are_told_at_once_with_the_nearest_name() -> None:
    with pytest.raises(BadSettings) as caught:
        read_settings({f"OKR_VALIDATOR_{name}": value for name, value in WRONG.items()})
    assert len(caught.value.faults) == len(WRONG)
    assert "did you mean OKR_VALIDATOR_PORT?" in {fault.hint for fault in caught.value.faults}


def test_what_kubernetes_sets_for_a_service_of_this_name_is_not_ours() -> None:
    linked = {"OKR_VALIDATOR_PORT": "tcp://10.0.0.1:80", "OKR_VALIDATOR_SERVICE_HOST": "10.0.0.1"}
    linked |= {"OKR_VALIDATOR_SERVICE_PORT_HTTP": "80", "OKR_VALIDATOR_PORT_80_TCP_ADDR": "10.0.0.1"}
    assert read_settings(linked) == Settings()


def test_health_checks_are_left_a_thread() -> None:
    with pytest.raises(BadSettings, match="OKR_VALIDATOR_THREADS"):
        read_settings({"OKR_VALIDATOR_THREADS": "4", "OKR_VALIDATOR_JUDGEMENTS": "2", "OKR_VALIDATOR_QUEUE": "2"})


def test_the_folder_for_counts_is_that_of_prometheus() -> None:
    assert read_settings({"PROMETHEUS_MULTIPROC_DIR": "/run/counts"}).metrics_dir == Path("/run/counts")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.7", "okr.example", "128.0.0.1", "127.0.0.1.example"])
def test_an_address_that_others_reach_is_refused_unless_it_is_said_to_be_meant(host: str) -> None:
    with pytest.raises(BadSettings, match="without a database are not asked who they are") as caught:
        read_settings({"OKR_VALIDATOR_HOST": host})
    assert "--allow-remote" in caught.value.faults[0].hint
    assert read_settings({"OKR_VALIDATOR_HOST": host, "OKR_VALIDATOR_ALLOW_REMOTE": "1"}).host == host


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "localhost", "::1"])
def test_an_address_of_this_machine_is_one(host: str) -> None:
    assert is_loopback(host)


def test_the_command_refuses_an_address_that_others_reach_with_code_2() -> None:
    environ = {key: value for key, value in os.environ.items() if not key.startswith("OKR_VALIDATOR_")}
    command = [sys.executable, "-m", "validator", "serve", "--host", "0.0.0.0", "--port", "0"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environ)
    assert done.returncode == 2
    assert "--allow-remote" in done.stderr
    assert done.stdout == ""


def test_a_mail_server_is_read_with_its_usual_port_and_its_password_by_reference() -> None:
    given = {"OKR_VALIDATOR_SMTP": "smtp+starttls://okr%40acme@mail.example.com?from=okr@acme.example"}
    given["OKR_VALIDATOR_SMTP_PASSWORD"] = "env:MAIL_PASSWORD"
    read = read_settings(given)
    assert read.smtp == Smtp("mail.example.com", 587, "starttls", "okr@acme.example", "okr@acme")
    assert read.smtp_password == "env:MAIL_PASSWORD"
    assert read_settings({"OKR_VALIDATOR_SMTP": "smtps://mail.example.com:4650?from=a@b.example"}).smtp == Smtp(
        "mail.example.com", 4650, "tls", "a@b.example"
    )


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("mail.example.com", "must be a mail server"),
        ("https://mail.example.com?from=a@b", "must be a mail server"),
        ("smtps://me:plugh@mail.example.com?from=a@b", "OKR_VALIDATOR_SMTP_PASSWORD"),
        ("smtps://mail.example.com", "from"),
        ("smtps://mail.example.com?from=a@b&from=c@d", "from"),
        ("smtps://mail.example.com?from=a@b&plugh=1", "nothing else"),
        ("smtps://me@mail.example.com?from=a@b", "OKR_VALIDATOR_SMTP_PASSWORD is not set"),
        ("smtp://10.0.0.1?from=a@b", "without TLS"),
    ],
)
def test_a_mail_server_that_cannot_be_meant_is_refused_and_not_repeated(value: str, said: str) -> None:
    with pytest.raises(BadSettings, match=said) as caught:
        read_settings({"OKR_VALIDATOR_SMTP": value})
    assert "plugh" not in str(caught.value)


def test_a_mail_server_is_asked_without_tls_here_and_in_networks_that_are_allowed() -> None:
    allowed = {"OKR_VALIDATOR_ALLOWED_NETWORKS": "10.0.0.0/8"}
    for host in ("127.0.0.1", "localhost", "[::1]", "10.0.0.1"):
        assert read_settings(allowed | {"OKR_VALIDATOR_SMTP": f"smtp://{host}?from=a@b"}).smtp is not None


@pytest.mark.parametrize("value", ["plugh", "env:", "file:relative"])
def test_a_password_is_given_by_reference_only(value: str) -> None:
    with pytest.raises(BadSettings, match="never hold it") as caught:
        read_settings({"OKR_VALIDATOR_SMTP_PASSWORD": value})
    assert "plugh" not in str(caught.value)


def test_the_public_address_has_no_slash_at_its_end() -> None:
    assert read_settings({"OKR_VALIDATOR_PUBLIC_URL": "https://okr.example.com/api/"}).public_url == (
        "https://okr.example.com/api"
    )
    for wrong in ("okr.example.com", "ftp://okr.example.com", "https://okr.example.com/?x=1", "https://me@x.example"):
        with pytest.raises(BadSettings, match="PUBLIC_URL"):
            read_settings({"OKR_VALIDATOR_PUBLIC_URL": wrong})


def test_the_proxy_of_webhooks_is_an_http_proxy_and_none_unless_it_is_named() -> None:
    assert (Settings().webhook_proxy, read_settings({"HTTPS_PROXY": "http://proxy.example"}).webhook_proxy) == (
        None,
        None,
    )
    for given in ("http://proxy.example.com:3128", "https://proxy.example.com/", "http://10.0.0.1:3128"):
        assert read_settings({"OKR_VALIDATOR_WEBHOOK_PROXY": given}).webhook_proxy == given.rstrip("/")


@pytest.mark.parametrize(
    "value",
    [
        "proxy.example.com",
        "proxy.example.com:3128",
        "socks5://proxy.example.com",
        "http://me:plugh@proxy.example.com",
        "http://proxy.example.com/plugh",
        "http://proxy.example.com?plugh=1",
        "http://proxy.example.com:99999",
    ],
)
def test_a_proxy_that_cannot_be_meant_is_refused_and_not_repeated(value: str) -> None:
    with pytest.raises(BadSettings, match="WEBHOOK_PROXY") as caught:
        read_settings({"OKR_VALIDATOR_WEBHOOK_PROXY": value})
    assert "plugh" not in str(caught.value)


def test_the_proxy_of_webhooks_reaches_those_who_send_them() -> None:
    settings = read_settings({"OKR_VALIDATOR_WEBHOOK_PROXY": "http://proxy.example.com:3128"})
    engine = create_engine("sqlite://")
    bounds = sender_of(settings, means_of(settings, engine, "test")).bounds
    assert bounds.proxy == "http://proxy.example.com:3128"
