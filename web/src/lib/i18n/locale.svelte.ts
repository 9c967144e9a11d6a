import { settings } from '../settings.svelte';
import type { Bilingual, Refusal } from '../wire';
import { en, type Key, type Messages } from './en';
import { hintsEn, type HintKey } from './hints.en';
import { hintsRu } from './hints.ru';
import { ru } from './ru';

const MESSAGES: Record<'ru' | 'en', Messages> = { ru, en };

type Args<K extends Key> = Messages[K] extends (...args: infer A) => string ? A : [];

/** The message in the reader's language. */
export function t<K extends Key>(key: K, ...args: Args<K>): string {
  const message = MESSAGES[settings.lang][key] as string | ((...args: Args<K>) => string);
  return typeof message === 'function' ? message(...args) : message;
}

/** The message of a code the server sent, or the code itself: an unknown word is shown, not hidden. */
export function word(group: string, code: string): string {
  const message = (MESSAGES[settings.lang] as Record<string, unknown>)[`${group}.${code}`];
  return typeof message === 'string' ? message : code;
}

export function hint(key: HintKey): [what: string, affects: string] {
  return (settings.lang === 'ru' ? hintsRu : hintsEn)[key];
}

/** The server's own words in the reader's language. */
export function said(text: Bilingual | null | undefined): string {
  return text ? text[settings.lang] || text.en : '';
}

export function explain(refusal: Refusal): string {
  return (settings.lang === 'ru' ? refusal.message_ru : refusal.message_en) || refusal.code;
}
