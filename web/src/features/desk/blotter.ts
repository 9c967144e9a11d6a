import { isZero } from '../../lib/format';
import { t } from '../../lib/i18n/locale.svelte';
import type { Column } from '../../lib/ui/table';
import type { OrderRow, OrderState } from '../../lib/wire';

const WORKING: OrderState[] = ['PREPARED', 'SUBMITTED', 'IN_DOUBT', 'ACK', 'PARTIAL'];
export const isWorking = (row: OrderRow) => WORKING.includes(row.state);

export const columns = (): Column<OrderRow>[] => [
  { id: 'time', label: t('col.time'), hint: 'time', value: (row) => row.t_ms, left: true },
  {
    id: 'instrument',
    label: t('col.instrument'),
    hint: 'instrument',
    value: (row) => row.instrument,
    left: true
  },
  { id: 'side', label: t('col.side'), hint: 'side', value: (row) => row.side, left: true },
  { id: 'price', label: t('col.price'), hint: 'price', value: (row) => row.price },
  { id: 'qty', label: t('col.qty'), hint: 'qty', value: (row) => row.qty, narrow: true },
  { id: 'filled', label: t('col.filled'), hint: 'filled', value: (row) => row.filled, narrow: true },
  { id: 'ahead', label: t('col.ahead'), hint: 'ahead', value: (row) => row.ahead, narrow: true },
  { id: 'cycle', label: t('col.cycle'), hint: 'cycle', value: (row) => row.cycle_ms, narrow: true },
  {
    id: 'state',
    label: t('col.state'),
    hint: 'order_state',
    value: (row) => row.state,
    left: true,
    grow: true
  },
  { id: 'pnl', label: t('col.pnl'), hint: 'order_pnl', value: (row) => row.pnl, narrow: true }
];

export const KINDS = ['all', 'open_only', 'filled'] as const;
export type Kind = (typeof KINDS)[number];

export function isOfKind(row: OrderRow, kind: Kind): boolean {
  return kind === 'all' || (kind === 'open_only' ? isWorking(row) : !isZero(row.filled));
}

/** A row matches when it holds every word of the filter. */
export function matches(row: OrderRow, filter: string): boolean {
  const text = [
    row.id,
    row.instrument,
    row.side,
    t(`side.${row.side}`),
    row.state,
    t(`order.${row.state}`),
    row.purpose,
    row.exit_reason ?? ''
  ]
    .join(' ')
    .toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((part) => text.includes(part));
}
