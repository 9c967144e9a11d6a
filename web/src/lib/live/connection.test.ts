import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Envelope, Topic } from '../wire';
import { Connection, type Socket, type Subscription } from './connection.svelte';

class Wire implements Socket {
  sent: string[] = [];
  closed = false;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  constructor(readonly asked: Subscription) {}
  send(text: string) {
    this.sent.push(text);
  }
  close() {
    this.closed = true;
  }
  say(seq: number, topic: Topic = 'frame') {
    this.onmessage?.({ data: JSON.stringify({ seq, ts_ms: 0, topic, data: {} }) });
  }
}

function connected() {
  const wires: Wire[] = [];
  const heard: string[] = [];
  const listener = {
    apply: (message: Envelope) => heard.push(`${message.topic} ${message.seq}`)
  };
  const connection = new Connection(listener, (wanted) => {
    const wire = new Wire(wanted);
    wires.push(wire);
    return wire;
  });
  connection.want(['frame', 'ladder'], 'A');
  wires[0]!.onopen?.();
  return { connection, wires, heard };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('one stream', () => {
  it('passes messages on in order', () => {
    const { connection, wires, heard } = connected();
    wires[0]!.say(1);
    wires[0]!.say(2, 'ladder');
    expect(heard).toEqual(['frame 1', 'ladder 2']);
    expect(connection.status).toBe('open');
  });

  it('connects again after a gap in seq ', () => {
    const { connection, wires, heard } = connected();
    wires[0]!.say(1);
    wires[0]!.say(3);
    expect(wires[0]!.closed).toBe(true);
    expect(connection.status).toBe('lost');
    vi.advanceTimersByTime(300);
    expect(wires).toHaveLength(2);
    wires[1]!.onopen?.();
    wires[1]!.say(1);
    expect(connection.status).toBe('open');
    expect(heard).toEqual(['frame 1', 'frame 1']);
  });

  it('takes a silent server for a lost one', () => {
    const { connection, wires } = connected();
    wires[0]!.say(1);
    vi.advanceTimersByTime(3900);
    expect(connection.status).toBe('open');
    vi.advanceTimersByTime(200);
    expect(connection.status).toBe('lost');
  });

  it('waits longer after each failed try', () => {
    const { wires } = connected();
    wires[0]!.say(1);
    wires[0]!.onclose?.();
    vi.advanceTimersByTime(250);
    wires[1]!.onclose?.();
    vi.advanceTimersByTime(499);
    expect(wires).toHaveLength(2);
    vi.advanceTimersByTime(1);
    expect(wires).toHaveLength(3);
  });

  it('changes its subscription without a new connection', () => {
    const { connection, wires } = connected();
    wires[0]!.say(1);
    connection.want(['gate', 'frame'], 'B');
    expect(wires).toHaveLength(1);
    expect(JSON.parse(wires[0]!.sent[0]!)).toEqual({
      op: 'subscribe',
      topics: ['frame', 'gate'],
      instrument: 'B'
    });
  });

  it('says a change made while connecting as soon as it is open', () => {
    const { connection, wires } = connected();
    wires[0]!.say(1);
    wires[0]!.onclose?.();
    vi.advanceTimersByTime(250);
    connection.want(['frame', 'health'], null);
    wires[1]!.onopen?.();
    expect(JSON.parse(wires[1]!.sent[0]!).topics).toEqual(['frame', 'health']);
  });
});
