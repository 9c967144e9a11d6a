import { expect, it } from 'vitest';
import { linkTo, readPlace } from './url';

const place = (link: string) => readPlace(new URL(link, 'http://desk'));

it.each([
  '/desk',
  '/desk?i=BINANCE:PERP:BTC-USDT&tf=60',
  '/orders?id=a0000042',
  '/gate?id=01935a00-0001-7abc-8000-000000000000&tf=1',
  '/system'
])('%s says the place and the place says it', (link) => expect(linkTo(place(link))).toBe(link));

it('goes to the desk when the path is empty or unknown', () => {
  expect(place('/').page).toBe('desk');
  expect(place('/nowhere').page).toBe('desk');
});

it('falls back to the usual candle width', () => {
  expect(place('/desk?tf=7').tf).toBe(5);
  expect(place('/desk?tf=15').tf).toBe(15);
});

it('keeps the language and theme of the reader', () => {
  const link = linkTo(place('/gate'), new URLSearchParams('lang=en&theme=light&x=1'));
  expect(link).toBe('/gate?lang=en&theme=light');
});
