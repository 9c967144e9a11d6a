import { expect, it } from 'vitest';
import type { Setting } from '../../lib/wire';
import { choose, valueText } from './config';

const setting = (path: string, value: unknown, origin: string, ru: string): Setting => ({
  path,
  value,
  origin,
  where: null,
  text: { ru, en: '' }
});
const all = [
  setting('guards.spread_bps_limit', 8, 'env', 'Предел спреда'),
  setting('guards.latency_ms_limit', 30, 'yaml', 'Предел задержки')
];
const paths = (text: string, origin: string | null) =>
  choose(all, text, origin, 'ru').map((found) => found.path);

it('searches paths, values and descriptions', () => {
  expect(paths('spread', null)).toEqual(['guards.spread_bps_limit']);
  expect(paths('предел 30', null)).toEqual(['guards.latency_ms_limit']);
});

it('keeps to one origin when asked', () => expect(paths('', 'env')).toEqual(['guards.spread_bps_limit']));

it('writes values as a file would', () => {
  expect([valueText('strict'), valueText(0.3), valueText([1, 2]), valueText(null)]).toEqual([
    'strict',
    '0.3',
    '[1,2]',
    'null'
  ]);
});
