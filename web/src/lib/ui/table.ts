import { csvLine } from '../format';
import type { HintKey } from '../i18n/hints.en';

export type Column<Row> = {
  id: string;
  label: string;
  hint: HintKey;
  /** What the column sorts by and what goes into the CSV. Decimal strings sort as numbers. */
  value: (row: Row) => string | number | null;
  left?: boolean;
  /** Takes the width the others leave, and is cut when it is not enough. */
  grow?: boolean;
  /** Leaves first when there is little room. */
  narrow?: boolean;
};
export type Order = { column: string; down: boolean };

const asNumber = (value: string | number) =>
  typeof value === 'number' ? value : /^[+-]?\d+(\.\d+)?$/.test(value) ? Number(value) : null;

/** Unknown values go last whichever way the column runs. */
export function compare(a: string | number | null, b: string | number | null, down: boolean): number {
  if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0);
  const [x, y] = [asNumber(a), asNumber(b)];
  const way = x !== null && y !== null ? x - y : String(a).localeCompare(String(b));
  return down ? -way : way;
}

export function sorted<Row>(rows: Row[], columns: Column<Row>[], order: Order | null): Row[] {
  const column = columns.find((candidate) => candidate.id === order?.column);
  if (!column || !order) return rows;
  return [...rows].sort((a, b) => compare(column.value(a), column.value(b), order.down));
}

/** A press on a heading: largest first, then smallest, then the order rows came in. */
export function pressed(column: string, sort: Order | null): Order | null {
  if (sort?.column !== column) return { column, down: true };
  return sort.down ? { column, down: false } : null;
}

export function csv<Row>(rows: Row[], columns: Column<Row>[]): string[] {
  const head = csvLine(columns.map((column) => column.id));
  return [head, ...rows.map((row) => csvLine(columns.map((column) => column.value(row))))];
}

/** Where a key takes the reader in a list of `length`; `null` when it is not a walking key. */
export function step(key: string, index: number, length: number, page: number): number | null {
  const to = {
    ArrowDown: index + 1,
    ArrowUp: index - 1,
    PageDown: index + page,
    PageUp: index - page,
    Home: 0,
    End: length - 1
  }[key];
  return to === undefined || length === 0 ? null : Math.max(0, Math.min(length - 1, to));
}
