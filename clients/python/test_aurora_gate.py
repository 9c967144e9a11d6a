"""Tests of the client against the real binary: AURORA_BIN names it, python3 -m unittest runs them."""

import json
import math
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from aurora_gate import AuroraGate, Malformed  # noqa: E402

ROOT = Path(__file__).parents[2]
BINARY = os.environ.get("AURORA_BIN", str(ROOT / "target" / "debug" / "aurora"))
ORDER = {"symbol": "BTC/USDT", "side": "buy", "qty": 0.5, "price": 60000, "base_notional": 30000}
MARKET = {"latency_ms": 5, "slip_bps_est": 0.1, "a_bps": 2, "b_bps": 20, "spread_bps": 1, "score": 0.9}


class Gate:
    """A running gate in a folder of its own."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        folder = Path(self.folder.name)
        (folder / "gate.yaml").write_text("gate: {compat: reference}\n")
        self.socket = folder / "gate.sock"
        command = [BINARY, "gate", "--config", str(folder / "gate.yaml")]
        command += ["--listen", "127.0.0.1:0", "--unix", str(self.socket)]
        env = {"PATH": os.environ.get("PATH", ""), "AURORA_SESSION_DIR": str(folder / "session")}
        self.process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        self.address = re.search(r"http://[^,\s]+", line).group(0)

    def stop(self):
        self.process.terminate()
        code = self.process.wait(10)
        self.process.stdout.close()
        self.folder.cleanup()
        return code


class AgainstTheGate(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.gate = Gate()

    @classmethod
    def tearDownClass(cls):
        assert cls.gate.stop() == 0

    def test_a_good_order_is_allowed_and_one_in_a_wide_market_is_not(self):
        with AuroraGate(self.gate.address) as gate:
            verdict = gate.check(ORDER, MARKET, fees_bps=0.1, req_id="r-1")
            self.assertTrue(verdict.allow and verdict.asked)
            self.assertEqual((verdict.reason, verdict.max_qty), ("ok", 0.5))
            wide = gate.check(ORDER, {**MARKET, "spread_bps": 500})
            self.assertEqual((wide.allow, wide.reason), (False, "spread_bps_too_wide:500.0"))

    def test_the_unix_socket_is_the_same_gate(self):
        with AuroraGate(f"unix:{self.gate.socket}", mode="live") as gate:
            verdict = gate.check(ORDER, MARKET)
            self.assertTrue(verdict.allow)
            self.assertEqual(verdict.observability["mode"], "prod")

    def test_a_malformed_request_is_the_callers_bug_in_every_mode(self):
        with AuroraGate(self.gate.address) as gate:
            with self.assertRaisesRegex(Malformed, "market.latency_ms"):
                gate.check(ORDER, {"latency_ms": "fast"})
            with self.assertRaises(Malformed):
                gate.check(ORDER, {"latency_ms": math.nan})
            self.assertTrue(gate.check(ORDER, MARKET).allow)

    def test_reports_are_kept(self):
        with AuroraGate(self.gate.address) as gate:
            self.assertTrue(gate.log({"symbol": "X", "status": "filled", "filled": 1, "qty": 1}))
        text = (Path(self.gate.folder.name) / "session" / "orders_success.jsonl").read_text()
        self.assertEqual(json.loads(text.splitlines()[-1])["symbol"], "X")


class WithoutAGate(unittest.TestCase):
    def address(self):
        """An address where nobody listens."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return f"http://127.0.0.1:{probe.getsockname()[1]}"

    def test_paper_goes_on_and_everything_else_stands_still(self):
        for mode, allow in [("paper", True), ("testnet", False), ("prod", False), ("live", False)]:
            verdict = AuroraGate(self.address(), mode=mode).check(ORDER, MARKET)
            self.assertEqual((verdict.allow, verdict.asked), (allow, False), mode)
            self.assertEqual(verdict.reason, "gate_unreachable")
        closed = AuroraGate(self.address(), fail_open=False).check(ORDER, MARKET)
        self.assertFalse(closed.allow)
        with self.assertRaises(ValueError):
            AuroraGate(self.address(), mode="prod", fail_open=True)
        self.assertFalse(AuroraGate(self.address()).log({"symbol": "X"}))

    def test_a_gate_that_hangs_or_babbles_is_no_gate(self):
        for answer in [None, b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nnope", b"garbage\r\n\r\n"]:
            with socket.create_server(("127.0.0.1", 0)) as server:
                threading.Thread(target=babble, args=(server, answer), daemon=True).start()
                address = f"http://127.0.0.1:{server.getsockname()[1]}"
                verdict = AuroraGate(address, mode="prod", timeout=0.2).check(ORDER, MARKET)
                self.assertEqual((verdict.allow, verdict.asked), (False, False), answer)

    def test_a_gate_that_was_restarted_is_found_again(self):
        first = Gate()
        gate = AuroraGate(f"unix:{first.socket}", mode="prod", timeout=5)
        self.assertTrue(gate.check(ORDER, MARKET).allow)
        first.stop()
        self.assertFalse(gate.check(ORDER, MARKET).asked)
        second = Gate()
        gate._address = f"unix:{second.socket}"
        self.assertTrue(gate.check(ORDER, MARKET).allow)
        second.stop()


def babble(server, answer):
    connection, _ = server.accept()
    with connection:
        connection.recv(65536)
        if answer is None:
            connection.recv(65536)
        else:
            connection.sendall(answer)


if __name__ == "__main__":
    unittest.main()
