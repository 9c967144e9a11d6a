/** Where an instrument trades, read from its canonical id: `BINANCEUSDM:PERP:BTC-USDT`. Pure, so it is tested as text. */

const NAMES: Record<string, string> = {
  BINANCE: 'Binance',
  BINANCEUSDM: 'Binance',
  OKX: 'OKX',
  BYBIT: 'Bybit',
  PAPER: 'Paper'
};

/** `BTC-USDT`; what is no canonical id comes back as it is. */
export const symbolOf = (id: string) => id.split(':')[2] ?? id;

/** The short name of a venue's code: `Binance` for `BINANCEUSDM`. */
export const venueName = (code: string) => NAMES[code] ?? code;

/** `Binance`; a venue without a short name keeps its own word. */
export function venueOf(id: string): string {
  const [word = '', , symbol] = id.split(':');
  return symbol === undefined ? '' : venueName(word);
}

/** `BTC-USDT Binance`: for titles and file names, where one line of text must tell both. */
export const placeOf = (id: string) => [symbolOf(id), venueOf(id)].filter(Boolean).join(' ');
