import type { GateStep } from '../../lib/wire';

/** What the desk asks before the gates: simple limits that cost next to nothing to check. */
const LIMITS = new Set([
  'state',
  'venue',
  'book',
  'order_size',
  'position_size',
  'exposure',
  'exit_size',
  'price_band',
  'order_rate',
  'risk_budget',
  'runaway',
  'duplicate',
  'price_collar'
]);

export type Asked = {
  /** So many limits of the desk were kept and need no row of their own. */
  kept: number;
  rows: GateStep[];
};

/** With little room, kept limits become one line; a broken one, or limits that stand alone, keep their rows. */
export function asked(gates: GateStep[], compact: boolean): Asked {
  const limits = gates.filter((step) => LIMITS.has(step.gate));
  const foldable = compact && limits.length < gates.length && limits.every((step) => step.verdict === 'pass');
  return foldable ? { kept: limits.length, rows: gates.slice(limits.length) } : { kept: 0, rows: gates };
}

/** Whether a line stands between this step and the one before: limits end, gates begin. */
export function begins(step: GateStep, before: GateStep | undefined): boolean {
  return before !== undefined && LIMITS.has(before.gate) && !LIMITS.has(step.gate);
}
