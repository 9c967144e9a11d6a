import { describe, expect, it } from 'vitest';
import { toneOfUse, urgencies } from './limits';

describe('limits', () => {
  it('names only those who wait, cancels first', () => {
    expect(urgencies([1, 0, 0, 12, 0])).toEqual([
      ['cancel', 1],
      ['place', 12]
    ]);
    expect(urgencies([])).toEqual([]);
  });

  it('turns to a warning before it is too late', () => {
    expect([0, 0.59, 0.6, 0.84, 0.85, 2].map(toneOfUse)).toEqual([
      'accent',
      'accent',
      'warn',
      'warn',
      'bad',
      'bad'
    ]);
  });
});
