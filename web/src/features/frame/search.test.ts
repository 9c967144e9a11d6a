import { expect, it } from 'vitest';
import type { Instrument, OrderRow, Setting } from '../../lib/wire';
import { find, type Known } from './search';

const known: Known = {
  pages: [{ page: 'gate', title: 'Гейт' }],
  instruments: [{ id: 'BINANCE:PERP:BTC-USDT', symbol: 'BTC-USDT' } as Instrument],
  orders: [{ id: 'a0000042', instrument: 'BINANCE:PERP:ETH-USDT', side: 'buy', state: 'FILL' } as OrderRow],
  decisions: [],
  settings: [{ path: 'gate.compat', value: 'strict' } as Setting]
};
const titles = (text: string) => find(text, known).map((found) => found.title);

it('finds pages, instruments, orders and settings by any of their words', () => {
  expect(titles('гей')).toEqual(['Гейт']);
  expect(titles('btc')).toEqual(['BTC-USDT Binance']);
  expect(titles('eth fill')).toEqual(['a0000042']);
  expect(titles('strict')).toEqual(['gate.compat']);
});

it('offers everything before a word is typed, and nothing for nonsense', () => {
  expect(titles('')).toHaveLength(4);
  expect(titles('zzz')).toEqual([]);
});

it('opens what was found in its place', () => {
  expect(find('a0000042', known)[0]!.to).toEqual({ page: 'orders', id: 'a0000042' });
});
