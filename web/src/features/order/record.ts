/** What every record has and the row shows already. */
const SHOWN = new Set(['at', 'kind', 'id']);

/** A journal record for reading: names and values, without what stands beside it; other text as it is. */
export function readable(text: string): string {
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch {
    return text;
  }
  if (typeof record !== 'object' || record === null || Array.isArray(record)) return text;
  return Object.entries(record)
    .filter(([name]) => !SHOWN.has(name))
    .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' · ');
}
