import { api } from '../../lib/api';
import type { OrderLife, Refusal } from '../../lib/wire';

const NOT_MORE_OFTEN_MS = 500;

/** Reads the life of one order, and again when its row on the blotter has changed. */
export class LifeReader {
  life = $state.raw<OrderLife | null>(null);
  refusal = $state.raw<Refusal | null>(null);
  #id: string | null = null;
  #askedAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  read(id: string) {
    if (id !== this.#id) {
      this.#id = id;
      this.life = null;
      this.refusal = null;
      this.#askedAt = 0;
    }
    clearTimeout(this.#timer);
    const wait = Math.max(0, this.#askedAt + NOT_MORE_OFTEN_MS - Date.now());
    this.#timer = setTimeout(() => void this.#ask(id), wait);
  }

  async #ask(id: string) {
    this.#askedAt = Date.now();
    const { data, refusal } = await api.order(id);
    if (this.#id !== id) return;
    this.refusal = refusal ?? null;
    if (data) this.life = data;
  }
}
