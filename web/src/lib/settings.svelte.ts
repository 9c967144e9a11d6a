/** What one reader likes. Kept in this browser; a link may override language and theme. */

export type Theme = 'dark' | 'light';
export type Palette = 'teal' | 'blue';

function recall(name: string): string | null {
  const asked = new URLSearchParams(location.search).get(name);
  if (asked) remember(name, asked);
  try {
    return asked ?? localStorage.getItem(`aurora.${name}`);
  } catch {
    return asked;
  }
}

function remember(name: string, value: string) {
  try {
    localStorage.setItem(`aurora.${name}`, value);
  } catch {
    // A browser without storage forgets; nothing else depends on it.
  }
}

function recallSizes(): Record<string, number> {
  try {
    return JSON.parse(recall('sizes') ?? '{}') as Record<string, number>;
  } catch {
    return {};
  }
}

class Settings {
  #theme = $state<Theme>(recall('theme') === 'light' ? 'light' : 'dark');
  #palette = $state<Palette>(recall('palette') === 'blue' ? 'blue' : 'teal');
  #lang = $state<'ru' | 'en'>(recall('lang') === 'en' ? 'en' : 'ru');
  #sizes = $state<Record<string, number>>(recallSizes());

  constructor() {
    this.#mark();
  }

  get theme() {
    return this.#theme;
  }
  set theme(theme: Theme) {
    this.#theme = theme;
    this.#keep('theme', theme);
  }
  get palette() {
    return this.#palette;
  }
  set palette(palette: Palette) {
    this.#palette = palette;
    this.#keep('palette', palette);
  }
  get lang() {
    return this.#lang;
  }
  set lang(lang: 'ru' | 'en') {
    this.#lang = lang;
    this.#keep('lang', lang);
  }

  size(panel: string, usual: number): number {
    return this.#sizes[panel] ?? usual;
  }
  resize(panel: string, pixels: number) {
    this.#sizes[panel] = Math.round(pixels);
    remember('sizes', JSON.stringify(this.#sizes));
  }

  #keep(name: string, value: string) {
    remember(name, value);
    const url = new URL(location.href);
    if (url.searchParams.has(name) || name === 'lang') url.searchParams.set(name, value);
    history.replaceState(null, '', url.toString().replaceAll('%3A', ':'));
    this.#mark();
  }

  #mark() {
    const root = document.documentElement;
    root.lang = this.#lang;
    root.dataset.theme = this.#theme;
    root.dataset.palette = this.#palette;
  }
}

export const settings = new Settings();
