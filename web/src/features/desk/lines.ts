import { decimal, direction, isZero } from '../../lib/format';
import { t } from '../../lib/i18n/locale.svelte';
import { settings } from '../../lib/settings.svelte';
import type { OurLevel, Position } from '../../lib/wire';
import type { PriceLine } from './candles';

/** Lines at one price become one, told together: an exit order stands at its target. */
function together(lines: PriceLine[]): PriceLine[] {
  const byPrice = new Map<number, PriceLine>();
  for (const line of lines) {
    const there = byPrice.get(line.price);
    byPrice.set(line.price, there ? { ...there, text: `${there.text} · ${line.text}` } : line);
  }
  return [...byPrice.values()];
}

/** Our working orders, and where the open position was entered and will be left. */
export function priceLines(ours: OurLevel[], position: Position | undefined): PriceLine[] {
  const orders = ours.map(({ side, price, left }): PriceLine => {
    return { price: Number(price), kind: side, text: `${t(`side.${side}`)} ${decimal(left, settings.lang)}` };
  });
  if (!position || isZero(position.qty)) return together(orders);
  const held = decimal(position.qty, settings.lang, true);
  const bounds: [string | null, PriceLine['kind'], string][] = [
    [position.avg_price, 'average', `${t('chart.avg')} ${held}`],
    [position.target, 'target', t('chart.target')],
    [position.stop, 'stop', t('chart.stop')]
  ];
  const known = bounds.filter(([price]) => price !== null && direction(price) !== 0);
  return together([...orders, ...known.map(([price, kind, text]) => ({ price: Number(price), kind, text }))]);
}
