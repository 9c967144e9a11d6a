import { expect, it } from 'vitest';
import type { HighAvailability } from '../../lib/wire';
import { lag, leaseLeft } from './nodes';

const leader: HighAvailability = {
  node: 'a',
  role: 'LEADER',
  text: { ru: 'ведущий', en: 'leader' },
  epoch: 17,
  holder: 'a/812-3',
  token: 42,
  lease_left_ms: 4000,
  since_ms: 1_790_000_000_000,
  takeover_ms: null,
  copied_seq: 0,
  copied_fingerprint: '',
  follower: { node: 'b', seq: 4000 }
};

it('counts what the follower still lacks, and never less than nothing', () => {
  expect([lag(leader, 4012), lag(leader, 4000), lag(leader, 3999)]).toEqual([12, 0, 0]);
});

it('knows no lag where nobody follows or the journal is not read yet', () => {
  expect([lag({ ...leader, follower: null }, 4012), lag(leader, undefined)]).toEqual([null, null]);
});

it('tells how long a lease lasts that there is', () => {
  expect([leaseLeft(leader), leaseLeft({ ...leader, lease_left_ms: -3 })]).toEqual([4000, 0]);
  expect(leaseLeft({ ...leader, token: null })).toBeNull();
});
