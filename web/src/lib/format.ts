/**
 * Numbers and times as text, for one language.
 *
 * Money arrives as a decimal string and stays one: digits are grouped and signs drawn, nothing is rounded or summed.
 */

export type Lang = 'ru' | 'en';

export const UNKNOWN = '—';
/** Narrow no-break space: groups digits and joins a number to its unit. */
export const THIN = '\u202f';
const MINUS = '\u2212';

const point = (lang: Lang) => (lang === 'ru' ? ',' : '.');

/** A decimal string for reading: thin spaces between thousands, a real minus, zero as `0`. */
export function decimal(text: string | null | undefined, lang: Lang, signed = false): string {
  const parts = /^([+\-\u2212]?)(\d+)(?:\.(\d+))?$/.exec(text ?? '');
  if (!parts) return text ? text : UNKNOWN;
  const [, sign = '', whole = '', fraction] = parts;
  if (isZero(text)) return '0';
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, THIN);
  const lead = sign === '-' || sign === MINUS ? MINUS : signed ? '+' : '';
  return lead + grouped + (fraction ? point(lang) + fraction : '');
}

/** Which way a decimal string points: for colour and arrow, never for sums. */
export function direction(text: string | null | undefined): -1 | 0 | 1 {
  if (!text || isZero(text)) return 0;
  return text.startsWith('-') || text.startsWith(MINUS) ? -1 : 1;
}

export function isZero(text: string | null | undefined): boolean {
  return text != null && /^[+\-\u2212]?0+(\.0*)?$/.test(text);
}

/** A measured number (not money) with a fixed count of decimals. */
export function number(
  value: number | null | undefined,
  decimals: number,
  lang: Lang,
  signed = false
): string {
  if (value == null || !Number.isFinite(value)) return UNKNOWN;
  return decimal(value.toFixed(decimals), lang, signed);
}

/** `0.8182` → `81,8 %`. */
export function percent(share: number | null | undefined, lang: Lang, decimals = 0): string {
  if (share == null || !Number.isFinite(share)) return UNKNOWN;
  return `${number(share * 100, decimals, lang)}${THIN}%`;
}

const LATENCY_UNITS = {
  ru: ['нс', 'мкс', 'мс', 'с'],
  en: ['ns', 'µs', 'ms', 's']
} as const;

/** A span with the unit that keeps it short: `41 нс`, `3,2 мкс`, `812 мс`, `1,5 с`. */
export function latency(ns: number | null | undefined, lang: Lang): string {
  if (ns == null || !Number.isFinite(ns)) return UNKNOWN;
  let [value, unit] = [Math.abs(ns), 0];
  while (value >= 1000 && unit < 3) [value, unit] = [value / 1000, unit + 1];
  const decimals = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  const trimmed = Number(value.toFixed(decimals));
  const text = `${ns < 0 ? MINUS : ''}${String(trimmed).replace('.', point(lang))}`;
  return `${text}${THIN}${LATENCY_UNITS[lang][unit]}`;
}

export const latencyMs = (ms: number | null | undefined, lang: Lang) =>
  latency(ms == null ? null : ms * 1e6, lang);

const SPAN_UNITS = { ru: ['с', 'мин', 'ч', 'дн'], en: ['s', 'min', 'h', 'd'] } as const;

/** How long ago or how long since, in the two largest useful units: `14 с`, `42 мин`, `1 ч 12 мин`. */
export function span(ms: number | null | undefined, lang: Lang): string {
  if (ms == null || !Number.isFinite(ms)) return UNKNOWN;
  const [s, min, h, d] = SPAN_UNITS[lang];
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (seconds < 60) return `${seconds}${THIN}${s}`;
  if (minutes < 60) return `${minutes}${THIN}${min}`;
  if (hours < 24) return `${hours}${THIN}${h}${minutes % 60 ? ` ${minutes % 60}${THIN}${min}` : ''}`;
  return `${Math.floor(hours / 24)}${THIN}${d}${hours % 24 ? ` ${hours % 24}${THIN}${h}` : ''}`;
}

const two = (n: number) => String(n).padStart(2, '0');

/** UTC time of day; a date stands before it when it is not `today`. */
export function time(ms: number | null | undefined, today: number, millis = true): string {
  if (ms == null || !Number.isFinite(ms)) return UNKNOWN;
  const iso = new Date(ms).toISOString();
  const clock = iso.slice(11, millis ? 23 : 19);
  return iso.slice(0, 10) === new Date(today).toISOString().slice(0, 10)
    ? clock
    : `${iso.slice(5, 10)} ${clock}`;
}

/** Local time of day with seconds. */
export function localTime(ms: number): string {
  const at = new Date(ms);
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** Full instant with everything that is known of it; the fraction of `ms` goes down to nanoseconds. */
export function instant(ms: number | null | undefined): string {
  if (ms == null || !Number.isFinite(ms)) return UNKNOWN;
  const whole = Math.floor(ms);
  const iso = new Date(whole).toISOString().replace('T', ' ').replace('Z', '');
  const rest = Math.round((ms - whole) * 1e6);
  return `${iso}${rest ? String(rest).padStart(6, '0') : ''} UTC`;
}

const BYTE_UNITS = { ru: ['Б', 'КиБ', 'МиБ', 'ГиБ'], en: ['B', 'KiB', 'MiB', 'GiB'] } as const;

export function bytes(count: number | null | undefined, lang: Lang): string {
  if (count == null || !Number.isFinite(count)) return UNKNOWN;
  let [value, unit] = [count, 0];
  while (value >= 1024 && unit < 3) [value, unit] = [value / 1024, unit + 1];
  return `${number(value, unit === 0 || value >= 100 ? 0 : 1, lang)}${THIN}${BYTE_UNITS[lang][unit]}`;
}

/** `a`/`b`/`c` as one CSV line; text with commas, quotes or line breaks is quoted. */
export function csvLine(cells: (string | number | null | undefined)[]): string {
  return cells
    .map((cell) => (cell == null ? '' : String(cell)))
    .map((cell) => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell))
    .join(',');
}
