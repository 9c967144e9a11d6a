import { expect, it } from 'vitest';
import { Keys } from './keys';

const press = (keys: Keys, key: string, now = 0, code = `Key${key.toUpperCase()}`) =>
  keys.read(key, code, now);

it('goes to a page on g and its letter', () => {
  const keys = new Keys();
  expect(press(keys, 'g', 0)).toBeNull();
  expect(press(keys, 'o', 400)).toEqual({ go: 'orders' });
});

it('forgets a g that was long ago', () => {
  const keys = new Keys();
  press(keys, 'g', 0);
  expect(press(keys, 'd', 5000)).toBeNull();
});

it('goes to the gate on g g', () => {
  const keys = new Keys();
  press(keys, 'g', 0);
  expect(press(keys, 'g', 100)).toEqual({ go: 'gate' });
});

it('holds on H, also on a Russian layout', () => {
  expect(press(new Keys(), 'h')).toBe('hold');
  expect(new Keys().read('р', 'KeyH', 0)).toBe('hold');
});

it('searches on a slash and helps on a question mark', () => {
  expect(new Keys().read('/', 'Slash', 0)).toBe('search');
  expect(new Keys().read('?', 'Slash', 0)).toBe('help');
});
