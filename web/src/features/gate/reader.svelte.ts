import { api } from '../../lib/api';
import type { Decision } from '../../lib/wire';

const NOT_MORE_OFTEN_MS = 700;

/** Reads one decision in full. Following the newest asks at most once in a while, and never twice for one. */
export class DecisionReader {
  decision = $state.raw<Decision | null>(null);
  missing = $state(false);
  #wanted: string | null = null;
  #askedAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  follow(id: string | null) {
    if (id === this.#wanted) return;
    this.#wanted = id;
    clearTimeout(this.#timer);
    if (!id) return;
    const wait = Math.max(0, this.#askedAt + NOT_MORE_OFTEN_MS - Date.now());
    this.#timer = setTimeout(() => void this.#read(id), wait);
  }

  async #read(id: string) {
    this.#askedAt = Date.now();
    const { data } = await api.decision(id);
    if (this.#wanted !== id) return;
    this.missing = !data;
    if (data) this.decision = data;
  }
}
