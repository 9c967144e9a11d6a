/** Debian's Chromium, one fresh profile a run, and what we never want to see in it. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync'
];
const LOOPBACK = /^(https?|wss?):\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?\/|^(data|blob|about):/;

export async function launch(executablePath) {
  const profile = await mkdtemp(join(tmpdir(), 'aurora-e2e-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    args: FLAGS
  });
  const close = async () => {
    await context.close();
    await rm(profile, { recursive: true, force: true });
  };
  return { context, close };
}

/** Collects console errors, uncaught errors and requests that leave the machine, with the page they came from. */
export function watch(page, faults) {
  const at = () => new URL(page.url()).pathname;
  page.on('console', (message) => {
    const expected = faults.expecting && message.text().includes(faults.expecting);
    if (message.type() === 'error' && !expected) faults.console.push(`${at()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.console.push(`${at()}: ${error.message}`));
  page.on('request', (request) => {
    if (!LOOPBACK.test(request.url())) faults.requests.push(`${at()}: ${request.url()}`);
  });
  page.on('websocket', (socket) => {
    if (!LOOPBACK.test(socket.url())) faults.requests.push(`${at()}: ${socket.url()}`);
  });
}
