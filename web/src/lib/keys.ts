import type { Page } from './url';

export type Command = { go: Page } | 'search' | 'hold' | 'help';

const PAGES_BY_KEY: Record<string, Page> = { d: 'desk', o: 'orders', g: 'gate', v: 'venues', s: 'system' };
const CHORD_MS = 1200;

/**
 * Keys to commands: `g` then a letter goes to a page. Keys are read by their place on the board too (`code`), so a
 * Russian layout works as well.
 */
export class Keys {
  #chordAt: number | null = null;

  read(key: string, code: string, now: number): Command | null {
    const letter = /^Key[A-Z]$/.test(code) ? code.slice(3).toLowerCase() : key.toLowerCase();
    const inChord = this.#chordAt !== null && now - this.#chordAt <= CHORD_MS;
    this.#chordAt = null;
    if (inChord) {
      const page = PAGES_BY_KEY[letter];
      return page ? { go: page } : null;
    }
    if (key === '?' || (code === 'Slash' && key === ',')) return 'help';
    if (key === '/' || (code === 'Slash' && key === '.')) return 'search';
    if (letter === 'h') return 'hold';
    if (letter === 'g') this.#chordAt = now;
    return null;
  }
}
