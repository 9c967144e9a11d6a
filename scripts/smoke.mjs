// The main job, headless: start, first page, first fill, HOLD, orders cancelled, clean stop.
//
//     node scripts/smoke.mjs target/release/aurora
//
// Ends with 0 when all of it held, else with 1 and a sentence. The times it prints are for reading: the limits only keep a
// desk that hangs from hanging the run, for a disk that still takes in a build answers each of a start's syncs late.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const FIRST_PAGE_MS = 30_000;
const FIRST_FILL_MS = 60_000;
const HELD_MS = 15_000;
const STOP_MS = 30_000;
const LIVE = ['PREPARED', 'SUBMITTED', 'IN_DOUBT', 'ACK', 'PARTIAL'];

const [binary] = process.argv.slice(2);
if (!binary) fail('name the binary: node scripts/smoke.mjs target/release/aurora');

const folder = mkdtempSync(join(tmpdir(), 'aurora-smoke-'));
const started = performance.now();
const config = fileURLToPath(new URL('patient.yaml', import.meta.url));
const desk = spawn(resolve(binary), ['run', '--config', config, '--listen', '127.0.0.1:0'], {
  cwd: folder,
  stdio: ['ignore', 'pipe', 'inherit']
});
const ended = once(desk, 'exit');
process.on('exit', () => {
  desk.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

try {
  const url = await Promise.race([address(), tooLate('the first page', FIRST_PAGE_MS)]);
  const page = await (await fetch(url, { signal: AbortSignal.timeout(FIRST_PAGE_MS) })).text();
  told('first page', since());
  expect(page.includes('<script'), 'the first page is not the console: run `make web`, then build again');

  await until('the first fill', FIRST_FILL_MS, async () =>
    (await orders(url)).some((order) => 0 < Number(order.filled))
  );
  told('first fill', since());

  const held = await control(url, 'hold');
  expect(held.state === 'HOLD', `HOLD was answered with ${JSON.stringify(held)}`);
  await until('every order cancelled after HOLD', HELD_MS, async () =>
    (await orders(url)).every((order) => !LIVE.includes(order.state))
  );
  const before = (await orders(url)).length;
  await pause(1_000);
  const after = await orders(url);
  expect(after.length === before, 'an order was made while the desk was held');
  console.log(`held: ${held.canceled} cancelled, ${before} orders in all, none after`);

  desk.kill('SIGTERM');
  const [code] = await Promise.race([ended, tooLate('the exit after SIGTERM', STOP_MS)]);
  expect(code === 0, `after SIGTERM the desk ended with ${code}`);
  console.log(`clean stop; the journal holds what was done (${since()} ms in all)`);
} catch (error) {
  fail(error.message);
}

/** The address the desk prints. */
async function address() {
  for await (const line of createInterface({ input: desk.stdout })) {
    const found = line.match(/http:\/\/\S+/);
    if (found) return found[0];
  }
  throw new Error('aurora run ended before it said where it listens');
}

/** Every order so far, from the CSV a trader would download. */
async function orders(url) {
  const text = await (await fetch(`${url}/api/ui/export/orders.csv`)).text();
  const [head, ...rows] = text.trim().split('\n').map((row) => row.split(','));
  return rows.map((row) => Object.fromEntries(row.map((cell, at) => [head[at], cell])));
}

async function control(url, action) {
  const answer = await fetch(`${url}/api/ui/control`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ action, reason: 'smoke run' })
  });
  return answer.json();
}

async function until(what, ms, holds) {
  const deadline = performance.now() + ms;
  while (!(await holds())) {
    if (deadline < performance.now()) throw new Error(`${what} did not come in time`);
    await pause(50);
  }
}

async function tooLate(what, ms) {
  await pause(ms, undefined, { ref: false });
  throw new Error(`${what} did not come in time`);
}

function since() {
  return Math.round(performance.now() - started);
}

function told(what, ms) {
  console.log(`${what} after ${ms} ms`);
}

function expect(holds, otherwise) {
  if (!holds) throw new Error(otherwise);
}

function fail(why) {
  console.error(`smoke: ${why}`);
  process.exit(1);
}
