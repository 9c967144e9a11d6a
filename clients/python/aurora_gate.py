"""Ask Aurora's pre-trade gate before every order.

One file, standard library only, Python 3.9 or newer. Copy it beside your bot:

    from aurora_gate import AuroraGate

    gate = AuroraGate("http://127.0.0.1:8000", mode="paper")
    verdict = gate.check(
        order={"symbol": "BTC/USDT", "side": "buy", "qty": 0.01, "price": 64000, "base_notional": 640},
        market={"latency_ms": 12, "spread_bps": 1.8, "a_bps": 3, "b_bps": 15, "score": 0.62},
        fees_bps=0.7,
    )
    if verdict.allow:
        send_order(qty=verdict.max_qty * verdict.risk_scale)

When the gate cannot be asked (not running, too slow, an answer that makes no sense), paper trading goes
on without it (fail-open) and every other mode stands still (fail-closed). `verdict.asked` tells which
verdicts are the gate's own. Not for several threads at once: give each thread a client.
"""

from __future__ import annotations

import http.client
import json
import math
import socket
from dataclasses import dataclass, field
from typing import Any, Mapping, Optional
from urllib.parse import urlsplit

__all__ = ["AuroraGate", "GateError", "Malformed", "Verdict"]

GATE_UNREACHABLE = "gate_unreachable"


class GateError(Exception):
    """The gate answered something else than a verdict; `status` is HTTP's, 0 when it did not answer."""

    def __init__(self, status: int, message: str):
        super().__init__(message)
        self.status = status


class Malformed(GateError):
    """The gate refused the request itself (422, 413): a bug in the caller, never a reason to trade."""


@dataclass(frozen=True)
class Verdict:
    """What the gate decided, or what its absence means."""

    allow: bool
    reason: str
    max_qty: float = 0.0
    risk_scale: float = 1.0
    cooldown_ms: int = 0
    hard_gate: bool = False
    asked: bool = True
    observability: Mapping[str, Any] = field(default_factory=dict)
    raw: Mapping[str, Any] = field(default_factory=dict)


class AuroraGate:
    """A keep-alive connection to the gate.

    `address` is `http://HOST:PORT` or `unix:/path/to/socket`. `mode` is `paper`, `testnet` or `prod`
    (`live` means `prod`). `timeout` is in seconds and covers connecting and each answer.
    `fail_open` overrides what the mode says; it is refused outside paper.
    """

    def __init__(
        self,
        address: str = "http://127.0.0.1:8000",
        mode: str = "paper",
        timeout: float = 0.5,
        fail_open: Optional[bool] = None,
    ):
        if mode not in ("paper", "testnet", "prod", "live"):
            raise ValueError(f"mode is {mode!r}: use paper, testnet, prod or live")
        if not (isinstance(timeout, (int, float)) and math.isfinite(timeout) and timeout > 0):
            raise ValueError(f"timeout is {timeout!r}: give seconds above zero")
        if fail_open and mode != "paper":
            raise ValueError(f"fail_open is for paper only, not for {mode}")
        self.mode = "prod" if mode == "live" else mode
        self.fail_open = mode == "paper" if fail_open is None else fail_open
        self.timeout = float(timeout)
        self._address = address
        self._connection: Optional[http.client.HTTPConnection] = None

    def check(
        self,
        order: Mapping[str, Any],
        market: Mapping[str, Any],
        account: Optional[Mapping[str, Any]] = None,
        **root: Any,
    ) -> Verdict:
        """Asks whether this order may go out. Raises `Malformed` for a request that makes no sense."""
        body = {
            **root,
            "account": {"mode": self.mode, **(account or {})},
            "order": dict(order),
            "market": dict(market),
        }
        try:
            raw = self._post("/pretrade/check", body)
            return Verdict(
                allow=raw["allow"] is True,
                reason=str(raw["reason"]),
                max_qty=float(raw["max_qty"]),
                risk_scale=float(raw["risk_scale"]),
                cooldown_ms=int(raw["cooldown_ms"]),
                hard_gate=bool(raw["hard_gate"]),
                observability=raw["observability"],
                raw=raw,
            )
        except Malformed:
            raise
        except (GateError, KeyError, TypeError, ValueError) as problem:
            return self._without_gate(order, problem)

    def log(self, report: Mapping[str, Any]) -> bool:
        """Reports what became of an order; false when the gate did not keep it (report it again later)."""
        try:
            return self._post("/posttrade/log", dict(report)).get("status") == "ok"
        except Malformed:
            raise
        except GateError:
            return False

    def close(self) -> None:
        """Closes the connection; the next call opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def __enter__(self) -> "AuroraGate":
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def _without_gate(self, order: Mapping[str, Any], problem: Exception) -> Verdict:
        try:
            qty = float(order.get("qty") or 0.0)
        except (TypeError, ValueError):
            qty = 0.0
        return Verdict(
            allow=self.fail_open,
            reason=GATE_UNREACHABLE,
            max_qty=qty if self.fail_open else 0.0,
            risk_scale=1.0 if self.fail_open else 0.0,
            asked=False,
            observability={"problem": str(problem)},
        )

    def _post(self, path: str, body: Mapping[str, Any]) -> dict:
        try:
            # NaN and infinity are no JSON; saying so here names the place in the caller's code.
            payload = json.dumps(body, allow_nan=False).encode()
        except (TypeError, ValueError) as problem:
            raise Malformed(0, f"the request is not JSON: {problem}") from problem
        status, text = self._exchange(path, payload)
        try:
            answer = json.loads(text)
        except ValueError as problem:
            self.close()
            raise GateError(status, f"the answer is not JSON: {text[:200]!r}") from problem
        if status in (413, 422):
            raise Malformed(status, _message(answer))
        if status != 200 or not isinstance(answer, dict):
            raise GateError(status, _message(answer))
        return answer

    def _exchange(self, path: str, payload: bytes) -> "tuple[int, bytes]":
        """Sends once. A connection the gate closed while idle is opened anew, before anything was asked."""
        is_reused = self._connection is not None
        try:
            return self._send(path, payload)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError) as problem:
            self.close()
            if not is_reused:
                raise GateError(0, f"the gate closed the connection: {problem}") from problem
        except (OSError, http.client.HTTPException) as problem:
            self.close()
            raise GateError(0, f"the gate at {self._address} does not answer: {problem}") from problem
        try:
            return self._send(path, payload)
        except (OSError, http.client.HTTPException) as problem:
            self.close()
            raise GateError(0, f"the gate at {self._address} does not answer: {problem}") from problem

    def _send(self, path: str, payload: bytes) -> "tuple[int, bytes]":
        if self._connection is None:
            self._connection = _connect(self._address, self.timeout)
        headers = {"Content-Type": "application/json"}
        self._connection.request("POST", path, payload, headers)
        response = self._connection.getresponse()
        return response.status, response.read()


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str, timeout: float):
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def _connect(address: str, timeout: float) -> http.client.HTTPConnection:
    if address.startswith("unix:"):
        connection: http.client.HTTPConnection = _UnixConnection(address[len("unix:"):], timeout)
        connection.connect()
        return connection
    url = urlsplit(address)
    if url.scheme != "http" or not url.hostname:
        raise ValueError(f"address is {address!r}: use http://HOST:PORT or unix:/path")
    connection = http.client.HTTPConnection(url.hostname, url.port or 80, timeout=timeout)
    connection.connect()
    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _message(answer: Any) -> str:
    try:
        return str(answer["error"]["message_en"])
    except (KeyError, TypeError):
        return f"the gate answered {answer!r}"
