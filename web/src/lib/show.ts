/** Formatting in the reader's language and against the desk's clock. */

import { clock } from './clock.svelte';
import * as format from './format';
import { settings } from './settings.svelte';

export const show = {
  decimal: (text: string | null | undefined) => format.decimal(text, settings.lang),
  signed: (text: string | null | undefined) => format.decimal(text, settings.lang, true),
  number: (value: number | null | undefined, decimals: number, signed = false) =>
    format.number(value, decimals, settings.lang, signed),
  /** Basis points: one decimal, two when one would show nothing. */
  bps: (value: number | null | undefined) =>
    format.number(value, value != null && Math.abs(value) < 0.095 ? 2 : 1, settings.lang),
  percent: (share: number | null | undefined, decimals = 0) => format.percent(share, settings.lang, decimals),
  ns: (ns: number | null | undefined) => format.latency(ns, settings.lang),
  ms: (ms: number | null | undefined) => format.latencyMs(ms, settings.lang),
  span: (ms: number | null | undefined) => format.span(ms, settings.lang),
  time: (ms: number | null | undefined, millis = true) => format.time(ms, clock.desk, millis),
  bytes: (count: number | null | undefined) => format.bytes(count, settings.lang),
  instant: format.instant,
  /** Green, red or quiet; the sign and the arrow say the same without colour. */
  tone: (text: string | null | undefined) => (['down', '', 'up'] as const)[format.direction(text) + 1]
};
