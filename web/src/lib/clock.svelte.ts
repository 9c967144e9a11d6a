import { connection, live } from './live';

/** Local time, moved on four times a second: what ages are counted against. */
class Clock {
  now = $state(Date.now());

  constructor() {
    setInterval(() => (this.now = Date.now()), 250);
  }

  /** Milliseconds since the last word from the server. */
  get silence(): number {
    return connection.heardAt ? Math.max(0, this.now - connection.heardAt) : 0;
  }

  /** The desk's own time; runs apart from ours when a tape plays. Used for "since" and for today's date. */
  get desk(): number {
    return live.frame?.now_ms ?? this.now;
  }
}

export const clock = new Clock();
