"""The ASGI gate: loopback only, one identity header, origin check, security headers.

Nobody signs in yet, so the gate answers this computer only and says who is here. Sign-in will
replace ``identify``; the rest stays.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

from core.workflow.actors import LOCAL

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

IDENTITY_HEADER = b"x-waymark-actor"
"""Set here only: whatever a browser sends under this name is dropped."""

HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
"""Names under which a browser may ask."""

POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'wasm-unsafe-eval' 'sha256-THxz9J9+wf7rhwR2YkXJoSZ13UCmYyC+3lNDv2+8ugA='",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
"""Blocks every request that a student's text could smuggle in (SECURITY decision D3)."""

HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
)


class Gate:
    """Stands before the whole app; every request passes here first."""

    def __init__(self, app: AsgiApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with the identity set, or refuse it with 403."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        reason = refusal(scope)
        if reason is not None:
            await _refuse(scope, receive, send, reason)
            return
        await self.app(identify(scope), receive, _with_headers(send))


def refusal(scope: Scope) -> str | None:
    """Return why the request is refused, or None.

    Refused are other computers, foreign names for this one (a page elsewhere can make its name point
    here), sockets that our own page did not open, and the metrics.
    """
    client = scope.get("client")
    if client is None or not _is_loopback(client[0]):
        return "Waymark answers this computer only until sign-in is set up."
    if not _names_this_computer(scope):
        return "The address in the request is not this computer's."
    if scope["type"] == "websocket" and not _same_origin(scope):
        return "The page that asks is not Waymark's own."
    if scope.get("path", "").startswith("/_stcore/metrics"):
        return "Not served."
    return None


def identify(scope: Scope) -> Scope:
    """Return the scope with our own identity header in the place of any that came in."""
    kept = [(name, value) for name, value in scope["headers"] if name.lower() != IDENTITY_HEADER]
    return {**scope, "headers": [*kept, (IDENTITY_HEADER, LOCAL.who.encode())]}


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _names_this_computer(scope: Scope) -> bool:
    """Whether the Host header is one of this computer's own names."""
    hosts = [value.decode("latin-1") for name, value in scope["headers"] if name.lower() == b"host"]
    return len(hosts) == 1 and _parts(f"//{hosts[0]}").hostname in HOSTS


def _same_origin(scope: Scope) -> bool:
    """Whether a socket's Origin header names the host that it talks to; a missing one does not."""
    headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
    origin, host = headers.get(b"origin"), headers.get(b"host")
    return origin is not None and host is not None and _parts(origin).netloc == host


def _parts(address: str) -> SplitResult:
    """Return the parts of an address; of one that cannot be read, none."""
    try:
        return urlsplit(address)
    except ValueError:
        return SplitResult("", "", "", "", "")


async def _refuse(scope: Scope, receive: Receive, send: Send, reason: str) -> None:
    """Answer 403 with the reason as plain text; close a socket before it opens."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008, "reason": reason})
        return
    body = reason.encode()
    headers = [
        *HEADERS,
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", b"%d" % len(body)),
    ]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _with_headers(send: Send) -> Send:
    """Return a ``send`` that adds the security headers to every response."""

    async def send_with_headers(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            ours = {name for name, _ in HEADERS}
            kept = [(n, v) for n, v in message.get("headers", []) if n.lower() not in ours]
            message = {**message, "headers": [*kept, *HEADERS]}
        await send(message)

    return send_with_headers
