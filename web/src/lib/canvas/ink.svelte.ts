import { settings } from '../settings.svelte';

const NAMES = [
  'bg', 'panel', 'raise', 'line', 'text', 'muted', 'faint', 'accent', 'up', 'down', 'warn', 'bad', 'ok'
] as const; // prettier-ignore
export type Ink = Record<(typeof NAMES)[number], string>;

let known: { look: string; ink: Ink } | undefined;

/** The colours of the current theme for canvas. Reading it makes a drawing follow the theme. */
export function ink(): Ink {
  const look = `${settings.theme} ${settings.palette}`;
  if (known?.look !== look) {
    const style = getComputedStyle(document.documentElement);
    const colours = NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]);
    known = { look, ink: Object.fromEntries(colours) as Ink };
  }
  return known.ink;
}
