import { expect, it } from 'vitest';
import type { Channel, Repeat } from '../contract.ts';
import type { AttemptMade } from './attempts.sql.ts';
import { chooseChannel } from './throttles.ts';

const channel = (provider: string, repeat: Repeat = 'recognizable', account?: string): Channel => ({
  provider,
  kind: 'email',
  repeat,
  ...(account === undefined ? {} : { account }),
  send: async () => ({ outcome: 'accepted', providerId: null }),
});
const [smtp, ses] = [channel('smtp'), channel('ses')];
const made = (account: string, outcome: AttemptMade['outcome']): AttemptMade => ({
  nr: 1,
  account,
  outcome,
});

it('takes the first that can write to the address', () => {
  const picky = { ...ses, takes: (to: string) => to === 'a' };
  expect(chooseChannel([picky, smtp], [], 0, 'a')).toBe(picky);
  expect(chooseChannel([picky, smtp], [], 0, 'b')).toBe(smtp);
  expect(chooseChannel([], [], 0, 'a')).toBeNull();
});

it('goes on with the one it was begun with, and by another when that is gone', () => {
  expect(chooseChannel([smtp, ses], [made('ses', 'retry')], 0, 'a')).toBe(ses);
  expect(chooseChannel([smtp], [made('ses', 'retry')], 0, 'a')).toBe(smtp);
});

it('is bound by no attempt before somebody had it sent anew, but by one that is in doubt', () => {
  expect(chooseChannel([smtp, ses], [made('ses', 'refused')], 1, 'a')).toBe(smtp);
  expect(chooseChannel([smtp], [made('ses', 'unknown')], 1, 'a')).toBe('in_doubt');
});

it('repeats what may have been sent through the same account only', () => {
  for (const outcome of ['unknown', null] as const) {
    expect(chooseChannel([ses, smtp], [made('smtp', outcome)], 0, 'a')).toBe(smtp);
    expect(chooseChannel([ses], [made('smtp', outcome)], 0, 'a')).toBe('in_doubt');
    expect(
      chooseChannel([channel('smtp', 'recognizable', 'own')], [made('smtp', outcome)], 0, 'a'),
    ).toBe('in_doubt');
    // The outcome stays in doubt, whatever came after it.
    const later = [made('smtp', 'retry'), made('smtp', outcome)];
    expect(chooseChannel([ses], later, 0, 'a')).toBe('in_doubt');
  }
  expect(chooseChannel([channel('sms', 'never')], [made('sms', 'unknown')], 0, 'a')).toBe(
    'in_doubt',
  );
});
