import type { Bilingual, Setting } from '../../lib/wire';

export const ORIGINS = ['flag', 'env', 'yaml', 'default'] as const;

/** The value as it would stand in the file. */
export function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Settings of one origin (or any) whose path, value or description holds every word. */
export function choose(
  settings: Setting[],
  text: string,
  origin: string | null,
  lang: keyof Bilingual
): Setting[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return settings.filter((setting) => {
    if (origin && setting.origin !== origin) return false;
    const all = `${setting.path} ${valueText(setting.value)} ${setting.text?.[lang] ?? ''} ${setting.where ?? ''}`;
    return words.every((word) => all.toLowerCase().includes(word));
  });
}
