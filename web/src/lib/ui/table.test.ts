import { expect, it } from 'vitest';
import { compare, csv, pressed, sorted, step, type Column } from './table';

type Row = { name: string; price: string | null };
const columns: Column<Row>[] = [
  { id: 'name', label: 'name', hint: 'instrument', value: (row) => row.name },
  { id: 'price', label: 'price', hint: 'price', value: (row) => row.price }
];
const rows: Row[] = [
  { name: 'b', price: '10.5' },
  { name: 'a', price: null },
  { name: 'c', price: '9.75' }
];
const names = (list: Row[]) => list.map((row) => row.name).join('');

it('sorts decimal strings as numbers and leaves unknown last both ways', () => {
  expect(names(sorted(rows, columns, { column: 'price', down: false }))).toBe('cba');
  expect(names(sorted(rows, columns, { column: 'price', down: true }))).toBe('bca');
});

it('keeps the given order until a column is chosen', () => expect(sorted(rows, columns, null)).toBe(rows));

it('compares words as words', () => expect(compare('ETH', 'BTC', false)).toBeGreaterThan(0));

it('copies what it shows as CSV', () => {
  expect(csv(rows.slice(0, 2), columns)).toEqual(['name,price', 'b,10.5', 'a,']);
});

it('walks with the arrow keys and stops at the ends', () => {
  expect(step('ArrowDown', 0, 3, 10)).toBe(1);
  expect(step('PageDown', 0, 3, 10)).toBe(2);
  expect(step('ArrowUp', 0, 3, 10)).toBe(0);
  expect(step('x', 0, 3, 10)).toBeNull();
});

it('sorts down, then up, then not at all as the same heading is pressed', () => {
  const down = pressed('price', null);
  const up = pressed('price', down);
  expect([down, up, pressed('price', up)]).toEqual([
    { column: 'price', down: true },
    { column: 'price', down: false },
    null
  ]);
  expect(pressed('name', down)).toEqual({ column: 'name', down: true });
});
