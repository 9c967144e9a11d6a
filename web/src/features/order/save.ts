import { csvLine } from '../../lib/format';
import { saveCsv } from '../../lib/save';
import type { OrderLife } from '../../lib/wire';

/** Hops and queue of one order, as one file. */
export function saveLife({ id, hops, queue }: OrderLife) {
  const steps = hops.map((hop) => csvLine(['hop', hop.hop, hop.t_ns, hop.after_ms]));
  const ahead = queue.map(([t_ms, quantity]) => csvLine(['queue', 'ahead', t_ms, quantity]));
  saveCsv(`order-${id}`, ['what,name,time,value', ...steps, ...ahead]);
}
