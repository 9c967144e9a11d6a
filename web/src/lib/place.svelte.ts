import { linkTo, readPlace, type Place } from './url';

/** Where the reader is. The address bar is the only memory of it. */
class Here {
  now = $state.raw<Place>(readPlace(new URL(location.href)));

  constructor() {
    addEventListener('popstate', () => (this.now = readPlace(new URL(location.href))));
  }

  /** The link of this place with some parts changed; another page starts without an opened record. */
  link(change: Partial<Place>): string {
    const leaves = change.page !== undefined && change.page !== this.now.page;
    const next = { ...this.now, ...(leaves ? { id: null } : {}), ...change };
    return linkTo(next, new URLSearchParams(location.search));
  }

  /** A link the server gave, with what belongs to the reader. */
  follows(link: string): string {
    const { page, id } = readPlace(new URL(link, location.href));
    return this.link({ page, id });
  }

  go(change: Partial<Place>) {
    const link = this.link(change);
    if (link !== location.pathname + location.search) history.pushState(null, '', link);
    this.now = readPlace(new URL(location.href));
  }

  /** Follows our own links without a page load; leaves new-tab clicks to the browser. */
  follow = (event: MouseEvent) => {
    const anchor = (event.target as Element).closest?.('a[href^="/"]');
    if (!anchor || anchor.hasAttribute('download') || anchor.getAttribute('href')?.startsWith('/api/'))
      return;
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey)
      return;
    event.preventDefault();
    history.pushState(null, '', anchor.getAttribute('href'));
    this.now = readPlace(new URL(location.href));
  };
}

export const here = new Here();
