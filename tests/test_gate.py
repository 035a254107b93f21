"""The gate answers this computer only, sets the identity itself, and adds the security headers."""

import asyncio

import pytest

from core.gate import HEADERS, IDENTITY_HEADER, Gate, identify, refusal


def request(kind="http", client="127.0.0.1", path="/", **headers):
    headers = {"host": "127.0.0.1:8501", **headers}
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"type": kind, "client": (client, 5000), "path": path, "headers": raw}


def answer(scope):
    sent, seen = [], []

    async def app(scope, receive, send):
        seen.append(scope)
        await send(
            {"type": "http.response.start", "status": 200, "headers": [(b"x-frame-options", b"ALLOW")]}
        )

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message):
        sent.append(message)

    asyncio.run(Gate(app)(scope, receive, send))
    return sent, seen


@pytest.mark.parametrize("client", ["127.0.0.1", "127.0.0.9", "::1"])
def test_this_computer_is_let_in(client):
    assert refusal(request(client=client)) is None


@pytest.mark.parametrize("client", ["192.168.1.5", "10.0.0.1", "8.8.8.8", "::2", "testclient", ""])
def test_any_other_computer_is_refused_with_403(client):
    sent, seen = answer(request(client=client))

    assert (sent[0]["status"], seen) == (403, [])
    assert b"this computer only" in sent[1]["body"]


def test_a_client_without_an_address_is_refused():
    assert refusal({"type": "http", "client": None, "path": "/", "headers": []}) is not None


def test_the_identity_header_of_a_browser_is_dropped_and_ours_set():
    forged = request(X_Waymark_Actor="principal")
    values = [value for name, value in identify(forged)["headers"] if name.lower() == IDENTITY_HEADER]

    assert values == [b"local"]


@pytest.mark.parametrize(
    ("origin", "refused"),
    [
        ("http://127.0.0.1:8501", False),
        ("http://evil.example", True),
        ("http://127.0.0.1:9", True),
        ("null", True),
        ("http://[", True),
    ],
)
def test_a_socket_opens_only_from_our_own_page(origin, refused):
    scope = request(kind="websocket", host="127.0.0.1:8501", origin=origin)

    assert (refusal(scope) is not None) is refused


def test_a_socket_without_an_origin_is_closed_before_it_opens():
    sent, seen = answer(request(kind="websocket", host="127.0.0.1:8501"))

    assert (sent[0]["type"], sent[0]["code"], seen) == ("websocket.close", 1008, [])


def test_the_security_headers_replace_weaker_ones():
    sent, _ = answer(request())

    assert sent[0]["headers"] == list(HEADERS)
    assert dict(HEADERS)[b"x-frame-options"] == b"DENY"


@pytest.mark.parametrize("host", ["127.0.0.1:8501", "localhost:9", "[::1]:8501", "LOCALHOST"])
def test_this_computers_own_names_are_let_in(host):
    assert refusal(request(host=host)) is None


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "", "127.0.0.1@evil.example:80", "[::1"]
)
def test_a_foreign_name_for_this_computer_is_refused(host):
    assert "not this computer's" in refusal(request(host=host))


def test_a_request_without_a_host_is_refused():
    assert refusal({"type": "http", "client": ("127.0.0.1", 1), "path": "/", "headers": []}) is not None


def test_the_metrics_door_is_closed():
    assert refusal(request(path="/_stcore/metrics")) == "Not served."


def test_the_policy_lets_no_foreign_picture_or_script_in():
    policy = dict(HEADERS)[b"content-security-policy"].decode()

    assert "img-src 'self' data: blob:;" in policy
    assert "unsafe-eval'" not in policy.replace("wasm-unsafe-eval", "")
