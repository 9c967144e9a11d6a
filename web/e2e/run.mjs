/**
 * Walks the console in headless Chromium against any server that speaks `docs/reference/console-api.md`.
 *
 *     npm run e2e -- --url http://127.0.0.1:8000 [--shots DIR] [--chromium /usr/bin/chromium] [--seconds 240]
 *
 * Ends with 0 when everything held, 1 when something did not, 2 when there was nothing to look with or at.
 */

import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { accessible } from './axe.mjs';
import { launch, watch } from './browser.mjs';
import * as step from './steps.mjs';

const { values: options } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:8000' },
    shots: { type: 'string' },
    chromium: { type: 'string', default: '/usr/bin/chromium' },
    seconds: { type: 'string', default: '240' }
  }
});
const PAGES = ['desk', 'orders', 'gate', 'venues', 'system'];
const WIDE = { width: 1440, height: 900 };
const LAPTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
const results = [];

function giveUp(why) {
  console.error(why);
  process.exit(2);
}

/** A desk that was started a moment ago may still be on its way. */
async function answers(url, patience_ms = 10_000) {
  const until = Date.now() + patience_ms;
  while (Date.now() < until) {
    if (
      await fetch(url).then(
        () => true,
        () => false
      )
    )
      return true;
    await new Promise((again) => setTimeout(again, 100));
  }
  return false;
}

async function check(name, act) {
  const started = performance.now();
  try {
    await act();
    results.push({ name, ok: true });
    console.log(`pass  ${name}  ${Math.round(performance.now() - started)} ms`);
  } catch (error) {
    results.push({ name, ok: false });
    console.log(
      `FAIL  ${name}\n      ${String(error.message ?? error)
        .split('\n')
        .slice(0, 6)
        .join('\n      ')}`
    );
  }
}

/** What a desk says about itself where a check failed: most often it held, and says why. */
async function story(url) {
  const system = await fetch(`${url}/api/ui/system`).then((answer) => answer.json());
  for (const { from, to, cause, reason } of system.history)
    console.log(`      ${from} -> ${to}  ${cause}${reason ? `: ${reason}` : ''}`);
  for (const { code, detail } of system.alerts) console.log(`      alert ${code}: ${detail}`);
}

async function shot(page, name) {
  if (options.shots) await page.screenshot({ path: join(options.shots, `${name}.png`) });
}

if (!existsSync(options.chromium))
  giveUp(`no browser at ${options.chromium}: apt-get install chromium, or --chromium PATH`);
if (!(await answers(options.url)))
  giveUp(`nothing answers at ${options.url}: start the desk first, or give --url`);
if (options.shots) await mkdir(options.shots, { recursive: true });

const { context, close } = await launch(options.chromium);
const faults = { console: [], requests: [], expecting: null };
const deadline = setTimeout(
  () => {
    console.log(`FAIL  not finished in ${options.seconds} s`);
    void close().finally(() => process.exit(1));
  },
  Number(options.seconds) * 1000
);
const page = context.pages()[0] ?? (await context.newPage());
watch(page, faults);
page.setDefaultTimeout(15_000);
await page.setViewportSize(WIDE);

const weight = step.weigh(page);
await check('the desk comes up and says which profile it is', async () => {
  await step.open(page, options.url, '/');
  await step.byId(page, 'profile').waitFor();
});
await check('the first page weighs at most 300 KB', async () => {
  await step.settled(page);
  const bytes = await weight();
  if (bytes > 300_000) throw new Error(`${bytes} bytes came over the wire`);
});
await check('the desk starts trading by itself once its checks pass', () => step.state(page, 'RUN', 30_000));
await check('a fill appears', () => step.seesAFill(page));

for (const lang of ['ru', 'en'])
  for (const theme of ['dark', 'light'])
    for (const path of PAGES)
      for (const [size, viewport] of [
        ['1440', WIDE],
        ['390', PHONE]
      ])
        await check(`${path} in ${lang}, ${theme}, ${size} px`, async () => {
          await page.setViewportSize(viewport);
          await step.open(page, options.url, `/${path}`, { lang, theme });
          await step.settled(page);
          await step.noSidewaysScroll(page);
          await shot(page, `${path}-${lang}-${theme}-${size}`);
          await accessible(page);
        });

for (const theme of ['dark', 'light'])
  await check(`the blue and orange pair reads as well, ${theme}`, async () => {
    await page.setViewportSize(WIDE);
    await step.open(page, options.url, '/desk?palette=blue', { theme });
    await step.settled(page);
    await shot(page, `desk-ru-${theme}-blue`);
    await accessible(page);
  });
await step.open(page, options.url, '/desk?palette=teal');

for (const path of PAGES)
  await check(`${path} at 1280 px does not scroll sideways`, async () => {
    await page.setViewportSize(LAPTOP);
    await step.open(page, options.url, `/${path}`);
    await step.settled(page);
    await step.noSidewaysScroll(page);
    await shot(page, `${path}-ru-dark-1280`);
  });

await page.setViewportSize(WIDE);
await step.open(page, options.url, '/desk');
await check('an order opens from the blotter, with fills, journal and why', async () => {
  await step.opensAnOrder(page);
  await shot(page, 'order-ru-dark-1440');
  await accessible(page);
});
await check('a decision opens in full', async () => {
  await step.open(page, options.url, '/gate');
  await step.opensADecision(page);
  await shot(page, 'decision-ru-dark-1440');
});
await check(
  'a venue shows its state in words, its views, its limits and the instruments’ rules',
  async () => {
    await step.open(page, options.url, '/desk');
    await step.seesTheVenues(page);
    await shot(page, 'venues-ru-dark-1440-full');
    await accessible(page);
  }
);
await check('pages, help and search open by keyboard', () => step.walksByKeyboard(page));
await check('the language switches both ways', () => step.switchesLanguage(page));
await check('the HOLD dialog says what will happen and takes the keyboard', async () => {
  await step.open(page, options.url, '/desk');
  await step.asksBeforeHold(page);
  await shot(page, 'hold-dialog-ru-dark-1440');
  await accessible(page);
  await page.keyboard.press('Escape');
});
await check('HOLD with a reason cancels the working orders', async () => {
  await step.open(page, options.url, '/desk');
  await step.holds(page, 'e2e: hold');
  await shot(page, 'hold-ru-dark-1440');
  await step.seesACancel(page);
  await accessible(page);
});
await check('the reason stands on the system page and in the history', async () => {
  await step.open(page, options.url, '/system');
  await step.showsTheReason(page, 'e2e: hold');
});
await check('RESUME shows its checks and trading goes on', () => step.resumes(page, 'e2e: resume'));
await check('KILL asks for its word, RE-ARM leads to HOLD, RESUME to RUN', async () => {
  await step.killsAndRearms(page, 'e2e: kill');
  await step.resumes(page, 'e2e: resume after kill');
});
await check('HOLD works on a phone', async () => {
  await page.setViewportSize(PHONE);
  await step.open(page, options.url, '/desk', { lang: 'en' });
  await step.holds(page, 'e2e: phone');
  await shot(page, 'hold-en-dark-390');
  await step.resumes(page, 'e2e: phone resume');
});
await check('a lost connection greys the page and numbers keep their age', async () => {
  await page.setViewportSize(WIDE);
  await step.open(page, options.url, '/desk');
  faults.expecting = 'net::ERR';
  await context.setOffline(true);
  await step.byId(page, 'lost').waitFor();
  await shot(page, 'lost-ru-dark-1440');
  await context.setOffline(false);
  await step.byId(page, 'lost').waitFor({ state: 'detached' });
  faults.expecting = null;
});
await check('a foreign origin and a plain form are refused', () =>
  step.refusesForeignHands(context.request, options.url)
);
await check('no error was written to the browser console', () => {
  if (faults.console.length) throw new Error(faults.console.join('\n'));
});
await check('no request left loopback', () => {
  if (faults.requests.length) throw new Error(faults.requests.join('\n'));
});

clearTimeout(deadline);
await close();
const failed = results.filter((result) => !result.ok);
if (failed.length) {
  console.log('\nThe desk, newest first:');
  await story(options.url).catch((error) => console.log(`      does not answer: ${error.message}`));
}
console.log(`\n${results.length - failed.length} passed, ${failed.length} failed`);
process.exit(failed.length ? 1 : 0);
