import type { Envelope, Topic } from '../wire';

/** The part of a WebSocket we use; a test brings its own. */
export type Socket = {
  send(text: string): void;
  close(): void;
  onopen: (() => void) | null;
  onmessage: ((event: { data: string }) => void) | null;
  onclose: (() => void) | null;
};
export type Subscription = { topics: Topic[]; instrument: string | null };
type Listener = { apply(message: Envelope): void };

const SILENT_MS = 4000;
const RETRY_MS = [250, 500, 1000, 2000, 4000];

/**
 * The one WebSocket. A gap in `seq`, a silent server or a closed socket all end the same way: connect again and
 * take every topic whole again.
 */
export class Connection {
  status = $state<'connecting' | 'open' | 'lost'>('connecting');
  /** Wall time of the last message; every age on screen counts from here. */
  heardAt = $state(0);
  reconnects = $state(0);

  #socket: Socket | null = null;
  #wanted: Subscription = { topics: ['frame'], instrument: null };
  #seq: number | null = null;
  #tries = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setTimeout> | undefined;
  #open: (wanted: Subscription) => Socket;
  #listener: Listener;

  constructor(listener: Listener, open: (wanted: Subscription) => Socket = openSocket) {
    this.#listener = listener;
    this.#open = open;
  }

  /** Connects with this subscription, or replaces the one in force. */
  want(topics: Topic[], instrument: string | null) {
    const next = { topics: [...topics].sort(), instrument };
    if (JSON.stringify(next) === JSON.stringify(this.#wanted) && this.#socket) return;
    this.#wanted = next;
    if (this.#socket && this.status === 'open') {
      this.#socket.send(JSON.stringify({ op: 'subscribe', ...next }));
    } else if (!this.#socket) this.#connect();
  }

  close() {
    clearTimeout(this.#retry);
    clearTimeout(this.#watch);
    const socket = this.#socket;
    this.#socket = null;
    if (socket) {
      socket.onclose = socket.onmessage = socket.onopen = null;
      socket.close();
    }
  }

  #connect() {
    this.close();
    const asked = this.#wanted;
    const socket = this.#open(asked);
    this.#socket = socket;
    this.#seq = null;
    this.#expectNews();
    socket.onopen = () => {
      if (this.#wanted !== asked) socket.send(JSON.stringify({ op: 'subscribe', ...this.#wanted }));
    };
    socket.onmessage = (event) => this.#hear(JSON.parse(event.data) as Envelope);
    socket.onclose = () => this.#lose();
  }

  #hear(message: Envelope) {
    if (this.#seq !== null && message.seq !== this.#seq + 1) return this.#lose();
    this.#seq = message.seq;
    this.#tries = 0;
    this.status = 'open';
    this.heardAt = Date.now();
    this.#expectNews();
    this.#listener.apply(message);
  }

  #expectNews() {
    clearTimeout(this.#watch);
    this.#watch = setTimeout(() => this.#lose(), SILENT_MS);
  }

  #lose() {
    this.close();
    if (this.heardAt) this.status = 'lost';
    this.reconnects += 1;
    const wait = RETRY_MS[Math.min(this.#tries, RETRY_MS.length - 1)];
    this.#tries += 1;
    this.#retry = setTimeout(() => this.#connect(), wait);
  }
}

function openSocket({ topics, instrument }: Subscription): Socket {
  const url = new URL('/api/ui/stream', location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  url.searchParams.set('topics', topics.join(','));
  if (instrument) url.searchParams.set('instrument', instrument);
  return new WebSocket(url) as unknown as Socket;
}
