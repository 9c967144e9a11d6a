/** How far the nodes of a desk are apart. */

import type { HighAvailability } from '../../lib/wire';

/**
 * How many records the follower still lacks when the journal here ends at `seq`; `null` where nobody follows or the
 * end is not known. What it copied between the two looks is no minus.
 */
export function lag(ha: HighAvailability, seq: number | undefined): number | null {
  if (!ha.follower || seq === undefined) return null;
  return Math.max(0, seq - ha.follower.seq);
}

/** How long the lease may still be acted on, in ms; `null` when there is none. It is read now and then: never below zero. */
export function leaseLeft(ha: HighAvailability): number | null {
  if (ha.token === null || ha.lease_left_ms === null) return null;
  return Math.max(0, ha.lease_left_ms);
}
