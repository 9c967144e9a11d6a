import { describe, expect, it } from 'vitest';
import {
  bytes,
  csvLine,
  decimal,
  direction,
  instant,
  latency,
  number,
  percent,
  span,
  THIN,
  time
} from './format';

const plain = (text: string) => text.replaceAll(THIN, ' ').replaceAll('−', '-');

describe('money and quantities', () => {
  it.each([
    ['12480.55', 'ru', false, '12 480,55'],
    ['12480.55', 'en', false, '12 480.55'],
    ['-11.07', 'ru', true, '-11,07'],
    ['38.42', 'ru', true, '+38,42'],
    ['+38.42', 'en', true, '+38.42'],
    ['1234567', 'en', false, '1 234 567'],
    ['0.000', 'ru', false, '0'],
    ['-0.00', 'ru', true, '0'],
    ['0.010', 'ru', false, '0,010']
  ] as const)('%s in %s, signed %s, reads %s', (text, lang, signed, expected) => {
    expect(plain(decimal(text, lang, signed))).toBe(expected);
  });

  it('shows what is unknown as a dash, and text it cannot read as it came', () => {
    expect(decimal(null, 'ru')).toBe('—');
    expect(number(undefined, 2, 'ru')).toBe('—');
    expect(number(NaN, 2, 'ru')).toBe('—');
    expect(decimal('1e9', 'ru')).toBe('1e9');
  });

  it('never loses a digit of a long amount', () => {
    expect(plain(decimal('123456789012345678901234.000000000000000001', 'en'))).toBe(
      '123 456 789 012 345 678 901 234.000000000000000001'
    );
  });

  it('knows which way an amount points', () => {
    expect(['-0.01', '0.00', '+3', '3', null].map(direction)).toEqual([-1, 0, 1, 1, 0]);
  });

  it('writes shares as percent', () => {
    expect(plain(percent(0.8182, 'ru', 1))).toBe('81,8 %');
    expect(percent(null, 'ru')).toBe('—');
  });
});

describe('times', () => {
  it.each([
    [41, '41 нс'],
    [999, '999 нс'],
    [3200, '3,2 мкс'],
    [812e6, '812 мс'],
    [1.5e9, '1,5 с'],
    [0, '0 нс']
  ])('%d ns reads %s', (ns, expected) => expect(plain(latency(ns, 'ru'))).toBe(expected));

  it.each([
    [14_300, '14 с'],
    [42 * 60_000, '42 мин'],
    [72 * 60_000, '1 ч 12 мин'],
    [50 * 3_600_000, '2 дн 2 ч'],
    [-5, '0 с']
  ])('%d ms have lasted %s', (ms, expected) => expect(plain(span(ms, 'ru'))).toBe(expected));

  const at = Date.UTC(2026, 10, 21, 14, 3, 27, 412);
  it('leaves out the date of today and writes any other', () => {
    expect(time(at, at)).toBe('14:03:27.412');
    expect(time(at, at + 86_400_000)).toBe('11-21 14:03:27.412');
    expect(time(at, at, false)).toBe('14:03:27');
  });

  it('gives the full instant with its fraction', () => {
    expect(instant(at)).toBe('2026-11-21 14:03:27.412 UTC');
    expect(instant(1000.25)).toBe('1970-01-01 00:00:01.000250000 UTC');
  });
});

it('counts bytes in binary units', () => {
  expect(plain(bytes(512, 'en'))).toBe('512 B');
  expect(plain(bytes(1536, 'ru'))).toBe('1,5 КиБ');
});

it('quotes CSV cells that would break the line', () => {
  expect(csvLine(['a', 1, null, 'b,c', 'say "hi"'])).toBe('a,1,,"b,c","say ""hi"""');
});
