import { describe, expect, it } from 'vitest';
import { en } from './en';
import { hintsEn } from './hints.en';
import { hintsRu } from './hints.ru';
import { ru } from './ru';

const say = (message: string | ((...args: never[]) => string)) =>
  typeof message === 'string' ? message : (message as (...args: unknown[]) => string)('1', 2, 3);

/** Words every trader reads in Latin letters. */
const LATIN = new Set([
  'venue.binance',
  'venue.okx',
  'venue.bybit',
  'unit.scale',
  'unit.llr',
  'app.utc',
  'gate.source.http',
  'gates.sprt',
  'kill.title',
  'system.pid',
  'top.language'
]);

describe('messages', () => {
  it('have the same keys in both languages', () => {
    expect(Object.keys(ru).sort()).toEqual(Object.keys(en).sort());
    expect(Object.keys(hintsRu).sort()).toEqual(Object.keys(hintsEn).sort());
  });

  it('are never empty', () => {
    for (const messages of [en, ru])
      for (const text of Object.values(messages)) expect(say(text)).not.toBe('');
  });

  it('are in Russian where Russian is asked for', () => {
    const untranslated = Object.entries(ru)
      .filter(([key, message]) => !LATIN.has(key) && !/[а-яё]/i.test(say(message)))
      .map(([key]) => key);
    expect(untranslated).toEqual([]);
  });

  it('are free of Russian where English is asked for', () => {
    const cyrillic = Object.entries(en).filter(
      ([key, message]) => key !== 'top.language' && /[а-яё]/i.test(say(message))
    );
    expect(cyrillic).toEqual([]);
  });

  it('say what a thing is and what it affects', () => {
    for (const hints of [hintsEn, hintsRu])
      for (const pair of Object.values(hints)) expect(pair.every(Boolean)).toBe(true);
  });
});

describe('plurals', () => {
  it.each([
    [1, 'снимет 1 заявку · H'],
    [3, 'снимет 3 заявки · H'],
    [5, 'снимет 5 заявок · H'],
    [21, 'снимет 21 заявку · H'],
    [0, 'открытых заявок нет · H']
  ])('%d in Russian', (n, text) => expect(ru['hold.button.effect'](n)).toBe(text));

  it.each([
    [1, 'Cancels 1 open order on 1 venue.'],
    [14, 'Cancels 14 open orders on 1 venue.']
  ])('%d in English', (n, text) => expect(en['hold.effect.orders'](n, 1)).toBe(text));
});
