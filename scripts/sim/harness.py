"""Runs named checks of a foreign client against a simulated venue, and prints a table.

    import harness

    checks = harness.Checks("ccxt on Binance")

    @checks.add("server time is near")
    async def _(sim): ...          # plain functions do as well; raise or assert to fail

    harness.main("binance", checks)

Without arguments the script starts the simulator on a free port; `--rest URL --ws URL` points it at a running one.
AURORA_SIM is the command that serves: `target/release/aurora sim serve`, or the debug one, by default.
"""

import argparse
import asyncio
import inspect
import json
import os
import pathlib
import shlex
import socket
import subprocess
import sys
import time
import traceback
import urllib.request
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
KEY, SECRET, PASSPHRASE = "testkey", "testsecret", "testpass"


class Sim:
    """A simulated venue: its addresses, and what `/sim/` tells of it."""

    def __init__(self, venue, rest, ws, process=None):
        self.venue, self.rest, self.ws, self.process = venue, rest, ws, process

    @classmethod
    def start(cls, venue, *extra):
        port = free_port()
        address = f"127.0.0.1:{port}"
        command = [*server(), f"--{venue}-rest", address, f"--{venue}-ws", address, *extra]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
        wait_for(port, process, command)
        return cls(venue, f"http://{address}", f"ws://{address}", process)

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait()

    def get(self, path):
        return self.call("GET", path)

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.rest + path, data=data, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def fault(self, **rule):
        """Adds one rule; see docs of the scenario file. Returns its id."""
        return self.call("POST", "/sim/faults", {"rules": [rule]})

    def clear_faults(self):
        self.call("DELETE", "/sim/faults")

    def log(self):
        return self.get("/sim/log")

    def orders(self):
        return self.get("/sim/orders")

    def fills(self):
        return self.get("/sim/fills")


class Checks:
    """Named checks, run in the order they were added."""

    def __init__(self, title):
        self.title, self.all = title, []

    def add(self, name):
        def keep(function):
            self.all.append((name, function))
            return function

        return keep

    async def run(self, sim, only, limit):
        failed = 0
        for name, function in self.all:
            if only and only not in name:
                continue
            began = time.monotonic()
            note = ""
            try:
                result = function(sim)
                if inspect.isawaitable(result):
                    result = await asyncio.wait_for(result, limit)
                verdict, note = "PASS", "" if result is None else str(result)
            except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - a check may fail in any way
                failed += 1
                verdict, note = "FAIL", f"{type(error).__name__}: {error}"[:300]
                traceback.print_exc(file=sys.stderr)
            finally:
                try:
                    sim.clear_faults()
                except OSError:
                    pass
            spent = (time.monotonic() - began) * 1e3
            print(f"{verdict}  {name:<58} {spent:8.0f} ms  {note}", flush=True)
        return failed


def link(prefix="aur"):
    """A new client order id, legal on every venue."""
    return prefix + uuid.uuid4().hex[:20]


def until(test, seconds=5):
    """Asks until the answer is truthy: much at a venue happens after it said so. Returns the last answer."""
    deadline = time.monotonic() + seconds
    while True:
        found = test()
        if found or time.monotonic() > deadline:
            return found
        time.sleep(0.02)


def refused(error, call, code=None):
    """The call must fail with that error, and that code somewhere in its words."""
    try:
        call()
    except error as problem:
        assert code is None or str(code) in str(problem), problem
        return str(code or type(problem).__name__)
    raise AssertionError(f"{error.__name__} was expected")


def server():
    command = os.environ.get("AURORA_SIM")
    if command:
        return shlex.split(command)
    for profile in ("release", "debug"):
        binary = ROOT / "target" / profile / "aurora"
        if binary.exists():
            return [str(binary), "sim", "serve"]
    sys.exit("no simulator: run `cargo build --release -p aurora`, or set AURORA_SIM")


def free_port():
    with socket.socket() as any_port:
        any_port.bind(("127.0.0.1", 0))
        return any_port.getsockname()[1]


def wait_for(port, process, command):
    for _ in range(200):
        if process.poll() is not None:
            sys.exit(f"{shlex.join(command)} ended with {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    sys.exit(f"{shlex.join(command)} does not listen on {port}")


def main(venue, checks, setup=None, teardown=None, extra=()):
    """Runs the checks. `setup(sim)` may return anything; it becomes `sim.client`; `teardown(sim)` closes it."""
    parser = argparse.ArgumentParser(description=checks.title)
    parser.add_argument("--rest", help="base URL of a running simulator, http://127.0.0.1:PORT")
    parser.add_argument("--ws", help="its WebSocket base URL, ws://127.0.0.1:PORT")
    parser.add_argument("--only", help="run checks with this in their name")
    parser.add_argument("--limit", type=float, default=30, help="seconds a check may take")
    args = parser.parse_args()
    if args.rest:
        ws = args.ws or args.rest.replace("http", "ws", 1)
        sim = Sim(venue, args.rest.rstrip("/"), ws.rstrip("/"))
    else:
        sim = Sim.start(venue, *extra)
    try:
        failed = asyncio.run(_run(sim, checks, setup, teardown, args))
    finally:
        sim.stop()
    print(f"\n{checks.title}: {len(checks.all)} checks, {failed} failed")
    sys.exit(1 if failed else 0)


async def _run(sim, checks, setup, teardown, args):
    if setup:
        sim.client = setup(sim)
        if inspect.isawaitable(sim.client):
            sim.client = await sim.client
    try:
        return await checks.run(sim, args.only, args.limit)
    finally:
        if teardown:
            done = teardown(sim)
            if inspect.isawaitable(done):
                await done
