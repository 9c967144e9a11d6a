import { expect, it } from 'vitest';
import { placeOf, symbolOf, venueOf } from './venue';

it('reads symbol and venue from a canonical id', () => {
  expect(symbolOf('BINANCEUSDM:PERP:BTC-USDT')).toBe('BTC-USDT');
  expect(venueOf('BINANCEUSDM:PERP:BTC-USDT')).toBe('Binance');
  expect(placeOf('OKX:PERP:BTC-USDT')).toBe('BTC-USDT OKX');
});

it('keeps what it does not know', () => {
  expect(venueOf('DERIBIT:PERP:BTC-USD')).toBe('DERIBIT');
  expect(placeOf('BTC/USDT')).toBe('BTC/USDT');
});
