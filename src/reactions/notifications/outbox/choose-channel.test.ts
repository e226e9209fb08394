import { expect, it } from 'vitest';
import type { Channel, Repeat } from '../contract.ts';
import { chooseChannel } from './choose-channel.ts';
import type { AttemptMade } from './outbox.sql.ts';

const channel = (provider: string, repeat: Repeat = 'recognizable', account?: string): Channel => ({
  ...{ provider, kind: 'email', repeat, ...(account === undefined ? {} : { account }) },
  send: async () => ({ outcome: 'accepted', providerId: null }),
});
const [smtp, ses] = [channel('smtp'), channel('ses')];
const made = (account: string, outcome: AttemptMade['outcome']): AttemptMade => ({
  account,
  outcome,
});

it('takes the first that can write to the address', () => {
  const picky = { ...ses, takes: (to: string) => to === 'a' };
  expect(chooseChannel([picky, smtp], [], 'a')).toBe(picky);
  expect(chooseChannel([picky, smtp], [], 'b')).toBe(smtp);
  expect(chooseChannel([], [], 'a')).toBeNull();
});

it('goes on with the one it was begun with, and by another when that is gone', () => {
  expect(chooseChannel([smtp, ses], [made('ses', 'retry')], 'a')).toBe(ses);
  expect(chooseChannel([smtp], [made('ses', 'retry')], 'a')).toBe(smtp);
});

it('repeats what may have been sent through the same account only', () => {
  for (const outcome of ['unknown', null] as const) {
    expect(chooseChannel([ses, smtp], [made('smtp', outcome)], 'a')).toBe(smtp);
    expect(chooseChannel([ses], [made('smtp', outcome)], 'a')).toBe('in_doubt');
    expect(
      chooseChannel([channel('smtp', 'recognizable', 'own')], [made('smtp', outcome)], 'a'),
    ).toBe('in_doubt');
    // Doubt stays, whatever came after it.
    const later = [made('smtp', 'retry'), made('smtp', outcome)];
    expect(chooseChannel([ses], later, 'a')).toBe('in_doubt');
  }
  expect(chooseChannel([channel('sms', 'never')], [made('sms', 'unknown')], 'a')).toBe('in_doubt');
});
