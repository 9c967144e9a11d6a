/** What a trader does on the first day, step by step. Every step waits for what it needs to see. */

import assert from 'node:assert/strict';

const PATIENCE_MS = 15_000;
export const byId = (page, id) => page.locator(`[data-testid="${id}"]`);

export async function open(page, url, path, { lang = 'ru', theme = 'dark' } = {}) {
  const link = new URL(path, url);
  link.searchParams.set('lang', lang);
  link.searchParams.set('theme', theme);
  await page.goto(link.href, { waitUntil: 'load' });
  await byId(page, 'state').waitFor({ timeout: PATIENCE_MS });
}

/** Counts what the page loads from now on; the answer is the sum of bodies and headers, in bytes. */
export function weigh(page) {
  const loads = [];
  page.on('requestfinished', (request) => {
    if (!new URL(request.url()).pathname.startsWith('/api/')) loads.push(request.sizes());
  });
  return async () => {
    const sizes = await Promise.all(loads);
    return sizes.reduce((sum, size) => sum + size.responseBodySize + size.responseHeadersSize, 0);
  };
}

export async function state(page, wanted, timeout = PATIENCE_MS) {
  await page.locator(`[data-testid="state"][data-state="${wanted}"]`).waitFor({ timeout });
}

/** Every panel that draws has drawn: tables have rows or words, canvases are not blank. */
export async function settled(page) {
  await page.waitForFunction(
    () => {
      const drawn = [...document.querySelectorAll('main canvas')].every((canvas) => {
        if (canvas.width <= 300 && canvas.height <= 150 && !canvas.style.width) return false;
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        return data.some((value) => value !== 0);
      });
      return drawn && document.fonts.status === 'loaded' && document.querySelector('main section') !== null;
    },
    undefined,
    { timeout: PATIENCE_MS }
  );
}

export async function noSidewaysScroll(page) {
  const { wide, room } = await page.evaluate(() => {
    const main = document.querySelector('main');
    return { wide: Math.max(main.scrollWidth, document.body.scrollWidth), room: innerWidth };
  });
  assert.ok(wide <= room, `the page is ${wide} px wide in a window of ${room} px`);
}

export async function seesAFill(page, timeout = 60_000) {
  await page.locator('[data-panel="blotter"] [data-state="FILL"]').first().waitFor({ timeout });
}

export async function opensAnOrder(page) {
  const row = page
    .locator('[data-panel="blotter"] tr[data-key]', { has: page.locator('[data-state="FILL"]') })
    .first();
  const id = await row.getAttribute('data-key');
  await page.locator(`[data-panel="blotter"] tr[data-key="${id}"]`).click();
  await page.locator(`[data-testid="order"][data-id="${id}"]`).waitFor({ timeout: PATIENCE_MS });
  assert.ok((await page.locator('[data-panel="fills"] tbody tr').count()) > 0, `order ${id} shows no fill`);
  assert.ok(
    (await page.locator('[data-panel="records"] li').count()) > 0,
    `order ${id} shows no journal record`
  );
  assert.ok((await byId(page, 'why').innerText()).length > 12, `order ${id} does not say why`);
  assert.ok(page.url().includes(encodeURIComponent(id)), 'the link does not reproduce the opened order');
}

/** Opens decisions until one shows all nine gates: an order that closes a position is asked less. */
export async function opensADecision(page) {
  const list = page.locator('[data-panel="decisions"] tr[data-key]');
  await list.first().waitFor({ timeout: PATIENCE_MS });
  const ids = await list.evaluateAll((rows) => rows.map((row) => row.dataset.key));
  const most = [];
  for (const id of ids.slice(0, 12)) {
    const row = page.locator(`[data-panel="decisions"] tr[data-key="${id}"]`);
    if ((await row.count()) === 0) continue;
    await row.click();
    await byId(page, 'decision-id').filter({ hasText: id }).waitFor({ timeout: PATIENCE_MS });
    most.push(await page.locator('[data-panel="decision"] [data-gate]').count());
    if (most.at(-1) >= 9) return;
  }
  assert.fail(`no decision shows the nine gates, only ${most.join(', ')} of them`);
}

/** H opens the dialog; the reason has the keyboard and the effect is told in numbers before anything is pressed. */
export async function asksBeforeHold(page) {
  await page.keyboard.press('h');
  await byId(page, 'effect').waitFor({ timeout: PATIENCE_MS });
  const focused = await page.evaluate(() => document.activeElement?.getAttribute('data-testid'));
  assert.equal(focused, 'reason', 'the reason does not have the keyboard');
}

/** Presses HOLD with a reason while orders work, and sees what it said would happen. */
export async function holds(page, reason) {
  const button = page.locator('[data-testid="control"]:not([data-working="0"])');
  await button.waitFor({ timeout: 60_000 });
  await byId(page, 'control').click();
  await byId(page, 'reason').fill(reason);
  await byId(page, 'press').click();
  const outcome = await byId(page, 'outcome').innerText({ timeout: PATIENCE_MS });
  assert.match(outcome, /\d/, `the outcome does not count the cancelled orders: ${outcome}`);
  await page.keyboard.press('Escape');
  await state(page, 'HOLD');
  await page.locator('[data-testid="control"][data-working="0"]').waitFor({ timeout: PATIENCE_MS });
}

export async function showsTheReason(page, reason) {
  await page.locator('[data-panel="state"]', { hasText: reason }).waitFor({ timeout: PATIENCE_MS });
  await page.locator('[data-panel="history"]', { hasText: reason }).waitFor({ timeout: PATIENCE_MS });
}

export async function seesACancel(page) {
  await page
    .locator('[data-panel="blotter"] [data-state="CANCEL"]')
    .first()
    .waitFor({ timeout: PATIENCE_MS });
}

export async function resumes(page, reason) {
  await page.keyboard.press('h');
  await page.locator('[data-check]').first().waitFor({ timeout: PATIENCE_MS });
  await byId(page, 'reason').fill(reason);
  await byId(page, 'press').click();
  await byId(page, 'outcome').waitFor({ timeout: PATIENCE_MS });
  await page.keyboard.press('Escape');
  await state(page, 'RUN');
}

export async function killsAndRearms(page, reason) {
  await byId(page, 'control').click();
  await byId(page, 'reason').fill(reason);
  await byId(page, 'kill-open').click();
  assert.ok(await byId(page, 'kill-press').isDisabled(), 'KILL must ask for its word first');
  await byId(page, 'kill-word').fill('KILL');
  await byId(page, 'kill-press').click();
  await byId(page, 'outcome').waitFor({ timeout: PATIENCE_MS });
  await page.keyboard.press('Escape');
  await state(page, 'KILLED');
  await byId(page, 'control').click();
  await byId(page, 'reason').fill(reason);
  await byId(page, 'press').click();
  await byId(page, 'outcome').waitFor({ timeout: PATIENCE_MS });
  await page.keyboard.press('Escape');
  await state(page, 'HOLD');
}

export async function switchesLanguage(page) {
  const before = await page.locator('html').getAttribute('lang');
  const word = await byId(page, 'state').innerText();
  await byId(page, 'language').click();
  await page.waitForFunction((lang) => document.documentElement.lang !== lang, before, {
    timeout: PATIENCE_MS
  });
  assert.notEqual(
    await byId(page, 'state').innerText(),
    word,
    'the state is said in the same words in both languages'
  );
  await byId(page, 'language').click();
}

export async function walksByKeyboard(page) {
  for (const [keys, path] of [
    ['go', '/orders'],
    ['gg', '/gate'],
    ['gv', '/venues'],
    ['gs', '/system'],
    ['gd', '/desk']
  ]) {
    for (const key of keys) await page.keyboard.press(key);
    await page.waitForFunction((wanted) => location.pathname === wanted, path, { timeout: PATIENCE_MS });
  }
  await page.keyboard.press('?');
  await page.locator('dialog[open] kbd').first().waitFor({ timeout: PATIENCE_MS });
  await page.keyboard.press('Escape');
  await page.keyboard.press('/');
  await page.locator('dialog[open] [role="option"]').first().waitFor({ timeout: PATIENCE_MS });
  await page.keyboard.press('Escape');
  await page.locator('dialog').waitFor({ state: 'detached', timeout: PATIENCE_MS });
}

/**
 * The venues page by keyboard. A desk that trades over connections shows a card a venue; one that trades inside the
 * process says so.
 */
export async function seesTheVenues(page) {
  for (const key of 'gv') await page.keyboard.press(key);
  await page.waitForFunction(() => location.pathname === '/venues', undefined, { timeout: PATIENCE_MS });
  const cards = page.locator('[data-panel^="venue-"]');
  const none = page.locator('[data-panel="venues-none"]');
  await cards.or(none).first().waitFor({ timeout: PATIENCE_MS });
  if (await none.isVisible()) return;
  await page.locator('[data-panel="rules"] tbody tr').first().waitFor({ timeout: PATIENCE_MS });
  const balances = page.locator('[data-panel="balances"] tr[data-state]');
  await balances.first().waitFor({ timeout: PATIENCE_MS });
  assert.equal(await balances.count(), await cards.count(), 'not every venue has a balance');
  for (const balance of await balances.all())
    assert.equal(await balance.getAttribute('data-state'), 'agreed', await balance.innerText());
  for (const card of await cards.all()) {
    const name = await card.getAttribute('data-panel');
    const state = card.locator('[data-state]');
    assert.ok((await state.innerText()).trim().length > 2, `${name} does not say its state in words`);
    assert.ok((await card.locator('[role="meter"]').count()) > 0, `${name} shows no limit`);
    assert.ok((await card.locator('[data-view]').count()) > 0, `${name} shows no market data view`);
  }
}

/** A page elsewhere must not be able to press our buttons. */
export async function refusesForeignHands(request, url) {
  const foreign = await request.post(new URL('/api/ui/control', url).href, {
    headers: { origin: 'https://elsewhere.example', 'content-type': 'application/json' },
    data: JSON.stringify({ action: 'hold', reason: 'foreign page' })
  });
  assert.equal(foreign.status(), 403, 'a foreign origin pressed HOLD');
  const plain = await request.post(new URL('/api/ui/control', url).href, {
    headers: { 'content-type': 'text/plain' },
    data: '{"action":"hold","reason":"form"}'
  });
  assert.equal(plain.status(), 415, 'a form-like request was taken');
}
