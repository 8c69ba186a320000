"""Who hears of what happens, over HTTP: made, changed, rotated, held back, tried, and every message looked at."""

from __future__ import annotations

import datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from standardwebhooks import Webhook

from tests.api.api_keys import Make, bearer
from tests.api.api_remembered import Remembering, a_set, owned, remembering
from tests.service.receivers import Answer, Receiver
from validator.alerts.events import TYPES, USUAL
from validator.api.app import create_app
from validator.api.guard import guard_of_app
from validator.service import draining
from validator.service.draining import Sender
from validator.service.endpoint_wishes import Bounds
from validator.settings import Settings
from validator.store.engine import make_engine, writing

LOOPBACK = (ip_network("127.0.0.0/8"),)
TARGET = "https://desk.example.com/hooks/okr"
YESTERDAY = datetime.datetime.now(datetime.UTC).date() - datetime.timedelta(days=1)


@pytest.fixture
def service(empty_store: Path, tmp_path: Path) -> Remembering:
    """A service that remembers, and may send to this machine. It is yesterday: what it makes is due by now."""
    service = remembering(empty_store, tmp_path, allowed_networks=LOOPBACK)
    service.on(YESTERDAY)
    return service


def made(service: Remembering, target: str = TARGET, **wish: Any) -> dict[str, Any]:
    answer: dict[str, Any] = service.ask("POST", "/v1/webhooks", 201, json={"name": "Desk", "target": target, **wish})
    return answer


def drained(service: Remembering) -> None:
    """Send what is due, as a worker does."""
    engine, moment = make_engine(service.url), datetime.datetime.now(datetime.UTC)
    with service.client.application.app_context():
        pepper = guard_of_app().pepper.read
    sender = Sender(engine, lambda: moment, pepper, Bounds(networks=LOOPBACK))
    with writing(engine) as connection:
        claims = draining.claim(connection, moment)
    for claim in claims:
        draining.drain(sender, claim.job)
    engine.dispose()


def changing(service: Remembering, place: str, step: str, status: int = 200) -> Any:
    """Take a step with an endpoint at the version that it has."""
    tag = service.answer("GET", place).headers["ETag"]
    return service.ask("POST", f"{place}/{step}", status, headers={"If-Match": tag})


def test_an_endpoint_is_made_shown_changed_and_removed(service: Remembering) -> None:
    answer = service.answer("POST", "/v1/webhooks", 201, json={"name": "Desk", "target": TARGET})
    entry, place = answer.get_json(), answer.headers["Location"]
    assert entry.pop("secret").startswith("whsec_")
    assert (entry["state"], entry["types"], entry["severity"]) == ("active", list(USUAL), "info")
    assert service.ask("GET", place) == entry
    assert service.ask("GET", "/v1/webhooks") == {"webhooks": [entry], "next": None}
    wish = {
        "name": "Other",
        "target": TARGET,
        "types": ["run.failed"],
        "severity": "error",
        "rules": ["unowned-objective"],
        "teams": ["t"],
    }
    changed = service.answer("PUT", place, headers={"If-Match": answer.headers["ETag"]}, json=wish)
    assert {name: changed.get_json()[name] for name in wish} == wish
    service.ask("PUT", place, 412, headers={"If-Match": answer.headers["ETag"]}, json=wish)
    service.ask("PUT", place, 428, json=wish)
    service.answer("DELETE", place, 204, headers={"If-Match": changed.headers["ETag"]})
    service.ask("GET", place, 404)
    trail = service.ask("GET", "/v1/audit?target_kind=endpoint")["entries"]
    assert [entry["action"] for entry in trail] == ["remove", "change", "create"]


def test_no_secret_is_stored_shown_again_or_in_the_trail(service: Remembering, tmp_path: Path) -> None:
    headers = {"Idempotency-Key": "order-7"}
    body = {"name": "Desk", "target": TARGET}
    first, again = (service.ask("POST", "/v1/webhooks", 201, json=body, headers=headers) for _ in range(2))
    rotated = changing(service, f"/v1/webhooks/{first['id']}", "rotate")
    assert again == {**first, "secret": None}
    assert rotated["rotated_until"] is not None
    shown = [service.answer("GET", path).text for path in ("/v1/webhooks", "/v1/audit", f"/v1/webhooks/{first['id']}")]
    stored = b"".join(file.read_bytes() for file in tmp_path.glob("okr.db*") if not file.name.endswith(".pepper"))
    for secret in (first["secret"], rotated["secret"]):
        assert all(secret not in text for text in shown)
        assert secret.encode() not in stored
    assert first["secret"] != rotated["secret"]


WRONG: dict[str, tuple[dict[str, Any], set[str]]] = {
    "nothing": ({}, {"/name", "/target"}),
    "no such kind": ({"name": "x", "target": TARGET, "kind": "fax"}, {"/kind"}),
    "no such event": ({"name": "x", "target": TARGET, "types": ["run.done"]}, {"/types/0"}),
    "no events": ({"name": "x", "target": TARGET, "types": []}, {"/types"}),
    "a ping is not chosen": ({"name": "x", "target": TARGET, "types": ["endpoint.ping"]}, {"/types/0"}),
    "no such severity": ({"name": "x", "target": TARGET, "severity": "fatal"}, {"/severity"}),
    "no address": ({"name": "x", "target": "desk"}, {"/target"}),
    "another scheme": ({"name": "x", "target": "ftp://desk.example.com"}, {"/target"}),
    "a user in it": ({"name": "x", "target": "https://me:secret@desk.example.com"}, {"/target"}),
    "metadata": ({"name": "x", "target": "http://169.254.169.254/latest"}, {"/target"}),
    "a secret of the service": ({"name": "x", "target": "env:OKR_VALIDATOR_PEPPER"}, {"/target"}),
    "Slack in the open": ({"name": "x", "target": TARGET, "kind": "slack"}, {"/target"}),
    "no e-mail": ({"name": "x", "target": "zoe", "kind": "email"}, {"/target"}),
    "no such connection": ({"name": "x", "target": TARGET, "connections": ["nowhere"]}, {"/connections"}),
    "unknown": ({"name": "x", "target": TARGET, "more": 1}, {"/more"}),
}


@pytest.mark.parametrize("name", WRONG)
def test_an_endpoint_that_cannot_be_meant_is_refused_with_every_fault(service: Remembering, name: str) -> None:
    body, pointers = WRONG[name]
    answer = service.answer("POST", "/v1/webhooks", 422, json=body)
    assert {fault["pointer"] for fault in answer.get_json()["errors"]} == pointers
    assert "secret@" not in answer.text
    assert service.ask("GET", "/v1/webhooks")["webhooks"] == []


def test_without_networks_that_are_allowed_nothing_goes_without_tls(client: FlaskClient) -> None:
    answer = client.post("/v1/webhooks", json={"name": "x", "target": "http://desk.example.com/hook"})
    assert answer.status_code == 422
    assert "without TLS" in answer.text


def test_the_kind_stays(service: Remembering) -> None:
    place = f"/v1/webhooks/{made(service, 'env:SLACK_HOOK', kind='slack')['id']}"
    tag = {"If-Match": service.answer("GET", place).headers["ETag"]}
    answer = service.ask("PUT", place, 422, headers=tag, json={"name": "x", "target": TARGET})
    assert answer["errors"][0]["pointer"] == "/kind"
    assert "not signed" in changing(service, place, "rotate", 409)["detail"]


def test_a_run_is_told_signed_and_logged_and_sent_again(service: Remembering) -> None:
    service.connection("acme", name="Acme")
    with Receiver(lambda _: Answer(200)) as receiver:
        secret = made(service, receiver.url, types=["finding.opened", "finding.resolved", "findings.digest"])
        service.run("acme", owned(a_set()), YESTERDAY)
        service.run("acme", a_set(), YESTERDAY)
        drained(service)
        place = f"/v1/webhooks/{secret['id']}"
        opened, digest = service.ask("GET", f"{place}/deliveries")["deliveries"]
        assert [opened["state"], digest["state"]] == ["delivered", "delivered"]
        told = {message.id: message for message in receiver.received}
        body = Webhook(secret["secret"]).verify(told[opened["id"]].body, dict(told[opened["id"]].headers))
        assert (body["type"], body["data"]["connection"]["name"]) == ("finding.opened", "Acme")
        assert opened["events"] == [body["data"]["event"]]
        assert service.ask("GET", body["data"]["more"])["id"] == body["data"]["finding"]["id"]
        tried = service.ask("GET", f"/v1/deliveries/{opened['id']}")["tried"]
        assert [attempt["status"] for attempt in tried] == [200]
        assert service.ask("POST", f"/v1/deliveries/{opened['id']}/replay", 202)["state"] == "waiting"
        asked = {"since": f"{YESTERDAY}T00:00:00Z", "state": "delivered"}
        assert service.ask("POST", f"{place}/replay", 202, json=asked) == {"count": 1}
        drained(service)
        assert sorted(message.id for message in receiver.received[2:]) == sorted(told)


def test_messages_are_listed_by_state_and_time_in_pages(service: Remembering) -> None:
    place = f"/v1/webhooks/{made(service)['id']}"
    pings = [service.ask("POST", f"{place}/ping", 202)["id"] for _ in range(5)]
    listed = service.all_of(f"{place}/deliveries", "deliveries", limit=2)
    assert sorted(entry["id"] for entry in listed) == sorted(pings)
    assert service.all_of(f"{place}/deliveries", "deliveries", state="dead") == []
    assert service.all_of(f"{place}/deliveries", "deliveries", until=f"{YESTERDAY}T00:00:00Z") == []
    service.ask("GET", "/v1/webhooks/nothing/deliveries", 404)
    service.ask("GET", "/v1/deliveries/nothing", 404)
    service.ask("POST", "/v1/deliveries/nothing/replay", 404)


@pytest.mark.parametrize("edge", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_moments_at_the_edge_of_time_are_moments(service: Remembering, edge: str) -> None:
    place = f"/v1/webhooks/{made(service)['id']}"
    service.ask("POST", f"{place}/ping", 202)
    listed = service.ask("GET", f"{place}/deliveries", query_string={"since": edge})["deliveries"]
    assert len(listed) == (1 if edge.startswith("0001") else 0)
    assert service.ask("POST", f"{place}/replay", 202, json={"since": edge}) == {"count": 0}
    assert len(service.ask("GET", "/v1/audit", query_string={"until": edge})["entries"]) == (0 if listed else 3)


def test_an_endpoint_is_held_back_and_goes_on(service: Remembering) -> None:
    service.connection("acme", name="Acme")
    with Receiver() as receiver:
        place = f"/v1/webhooks/{made(service, receiver.url)['id']}"
        assert changing(service, place, "pause")["state"] == "paused"
        assert "held back" in service.ask("POST", f"{place}/ping", 409)["detail"]
        service.run("acme", owned(a_set()), YESTERDAY)
        drained(service)
        assert receiver.received == []
        assert changing(service, place, "resume")["state"] == "active"
        drained(service)
        assert len(receiver.received) == 1


def test_a_disabled_endpoint_is_seen_in_list_health_and_metrics_and_taken_up_again(service: Remembering) -> None:
    def counted() -> dict[str, str]:
        lines = [line.split() for line in service.answer("GET", "/metrics").text.splitlines() if line[0] != "#"]
        return {line[0].removeprefix("okr_validator_webhook"): line[1] for line in lines if "_webhook" in line[0]}

    none, one = {"_messages_given_up": "0.0"}, {"_messages_given_up": "1.0"}
    with Receiver(lambda _: Answer(410)) as receiver:
        place = f"/v1/webhooks/{made(service, receiver.url)['id']}"
        delivery = service.ask("POST", f"{place}/ping", 202)["id"]
        assert counted() == {"s_disabled": "0.0", "s_failing": "0.0", "_messages_waiting": "1.0", **none}
        drained(service)
    (entry,) = service.ask("GET", "/v1/webhooks")["webhooks"]
    assert (entry["state"], "410" in entry["disabled_why"]) == ("disabled", True)
    assert counted() == {"s_disabled": "1.0", "s_failing": "0.0", "_messages_waiting": "0.0", **one}
    ready = service.ask("GET", "/readyz")
    assert ready["status"] == "ok"
    assert ready["attention"] == [
        "Webhooks that are disabled, so that nothing is sent to them: 1.",
        "Messages of the last seven days that were given up and can be sent again: 1.",
    ]
    for path in (f"{place}/ping", f"/v1/deliveries/{delivery}/replay"):
        assert "disabled" in service.ask("POST", path, 409)["detail"]
    service.ask("POST", f"{place}/replay", 409, json={"since": f"{YESTERDAY}T00:00:00Z"})
    assert changing(service, place, "enable")["state"] == "active"
    assert service.ask("POST", f"/v1/deliveries/{delivery}/replay", 202)["state"] == "waiting"


@pytest.mark.parametrize("role", ["reader", "submitter", "editor", "publisher"])
def test_only_admins_of_all_connections_see_and_change_endpoints(client: FlaskClient, make: Make, role: str) -> None:
    for key in (make("app", role), make("one", "admin", connections=["acme"])):
        for method, path in (("GET", "/v1/webhooks"), ("POST", "/v1/webhooks"), ("GET", "/v1/deliveries/x")):
            assert client.open(path, method=method, headers=bearer(key)).status_code == 403
    assert client.get("/v1/webhooks", headers=bearer(make("root", "admin"))).status_code == 200


def test_without_a_place_for_the_pepper_no_endpoint_that_needs_one_is_made(
    url: str,
) -> None:
    client = create_app(Settings(database_url=url, pepper="env:NOTHING_SET")).test_client()
    answer = client.post("/v1/webhooks", json={"name": "x", "target": TARGET})
    assert (answer.status_code, answer.get_json()["type"]) == (503, "urn:okr-validator:problem:no-pepper")
    assert client.get("/v1/webhooks").get_json()["webhooks"] == []
    slack = client.post("/v1/webhooks", json={"name": "x", "target": "env:HOOK", "kind": "slack"})
    assert (slack.status_code, slack.get_json()["secret"]) == (201, None)


# The description


def test_every_event_is_described_with_an_example_that_fits(client: FlaskClient) -> None:
    document = client.get("/openapi.json").get_json()
    assert set(document["webhooks"]) == set(TYPES)
    for type, entry in document["webhooks"].items():
        told = entry["post"]["requestBody"]["content"]["application/json"]
        schema = Draft202012Validator({**told["schema"], "components": document["components"]})
        assert list(schema.iter_errors(told["example"])) == []
        assert told["example"]["type"] == type
        assert not schema.is_valid({**told["example"], "type": "something.else"})
        assert schema.is_valid({**told["example"], "more": 1})
        headers = {given["name"] for given in entry["post"]["parameters"]}
        assert headers == {"webhook-id", "webhook-timestamp", "webhook-signature"}


def test_endpoints_and_messages_are_answered_as_described(service: Remembering) -> None:
    document = service.ask("GET", "/openapi.json")

    def fits(name: str, answer: Any) -> None:
        root = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
        assert [error.message for error in Draft202012Validator(root).iter_errors(answer)] == []

    entry = made(service)
    place = f"/v1/webhooks/{entry['id']}"
    fits("MadeEndpoint", entry)
    fits("TriedDelivery", service.ask("POST", f"{place}/ping", 202))
    fits("EndpointList", service.ask("GET", "/v1/webhooks"))
    fits("DeliveryList", service.ask("GET", f"{place}/deliveries"))
    fits("Endpoint", orjson.loads(service.answer("GET", place).data))
