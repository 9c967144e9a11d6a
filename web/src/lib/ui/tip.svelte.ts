import type { Attachment } from 'svelte/attachments';
import { hint } from '../i18n/locale.svelte';
import type { HintKey } from '../i18n/hints.en';

export type TipText = { title?: string; lines: string[] };

/** The one tooltip of the page: shown by whatever the pointer or the keyboard is on. */
class Tip {
  text = $state.raw<TipText | null>(null);
  box = $state.raw<DOMRect | null>(null);
  #owner: Element | null = null;

  show(owner: Element, text: TipText) {
    this.#owner = owner;
    this.text = text;
    this.box = owner.getBoundingClientRect();
    owner.setAttribute('aria-describedby', 'tip');
  }

  hide(owner?: Element) {
    if (owner && owner !== this.#owner) return;
    this.#owner?.removeAttribute('aria-describedby');
    this.#owner = null;
    this.text = null;
  }
}

export const tip = new Tip();

/** Shows a text while the element has the pointer or the keyboard. */
export function tipped(text: () => TipText | null): Attachment {
  return (element) => {
    const show = () => {
      const now = text();
      if (now) tip.show(element, now);
    };
    const focus = () => element.matches(':focus-visible') && show();
    const hide = () => tip.hide(element);
    const events: [string, () => void][] = [
      ['pointerenter', show],
      ['pointerleave', hide],
      ['focus', focus],
      ['blur', hide]
    ];
    for (const [name, act] of events) element.addEventListener(name, act);
    return () => {
      hide();
      for (const [name, act] of events) element.removeEventListener(name, act);
    };
  };
}

/** The info point of a label: what it is, what it affects. */
export const explains = (key: HintKey) =>
  tipped(() => {
    const [what, affects] = hint(key);
    return { lines: [what, affects] };
  });
