import { describe, expect, it } from 'vitest';
import { STATUSES, type Status } from '../../kernel/status.ts';
import { fold } from '../fold/fold.ts';
import { fact, ingested } from '../fold/test-given.ts';
import { COMMAND_MOVES, checkCommand } from './machine.ts';

/** The transition table of the design, written out by hand a second time. */
const TABLE = `
created: picked_up cancelled exception
picked_up: in_transit at_facility out_for_delivery exception returning
in_transit: in_transit at_facility out_for_delivery available_for_pickup exception returning
at_facility: at_facility in_transit out_for_delivery available_for_pickup exception returning
out_for_delivery: delivered delivery_attempted at_facility available_for_pickup exception returning
delivery_attempted: out_for_delivery at_facility available_for_pickup exception returning returned_to_sender
available_for_pickup: delivered exception returning
exception: in_transit at_facility out_for_delivery returning returned_to_sender
returning: returning returned_to_sender exception
delivered:
returned_to_sender:
cancelled:
`;

const allowed = new Map(
  TABLE.trim()
    .split('\n')
    .map((line) => {
      const [from = '', moves = ''] = line.split(':');
      return [from, moves.trim().split(' ').filter(Boolean)] as const;
    }),
);

describe('checkCommand', () => {
  it.each(STATUSES)(
    'from %s refuses every move that is not in the table, and lists the allowed ones',
    (from) => {
      const moves = allowed.get(from) ?? [];
      for (const to of STATUSES) {
        const check = checkCommand(from, to);
        expect([from, to, check.allowed]).toEqual([from, to, moves.includes(to)]);
        if (!check.allowed) expect([...check.allowedMoves].sort()).toEqual([...moves].sort());
      }
    },
  );

  it.each(['delivered', 'returned_to_sender', 'cancelled'] as const)(
    'allows nothing after %s',
    (from) => {
      expect(checkCommand(from, 'in_transit')).toEqual({ allowed: false, allowedMoves: [] });
    },
  );
});

describe('an allowed command', () => {
  it('shows the requested status, along every path to the current one', () => {
    let moves = 0;
    for (const path of simplePaths(['created'])) {
      const [from] = path.slice(-1);
      if (from === undefined || foldOf(path) !== from) continue;
      for (const to of COMMAND_MOVES[from]) {
        if (path.includes('returning') && !isReturn(to)) continue;
        moves += 1;
        expect([...path, foldOf([...path, to])]).toEqual([...path, to]);
      }
    }
    expect(moves).toBeGreaterThan(1_000);
  });

  it('does not reverse a return: the scan it stands for only changes the place', () => {
    expect(foldOf(['created', 'picked_up', 'returning', 'exception', 'in_transit'])).toBe(
      'returning',
    );
  });
});

/** Every path through the table that visits no status twice. */
function simplePaths(path: readonly Status[]): Status[][] {
  const [from] = path.slice(-1);
  const onward = (from === undefined ? [] : COMMAND_MOVES[from]).filter((to) => !path.includes(to));
  return [[...path], ...onward.flatMap((to) => simplePaths([...path, to]))];
}

function isReturn(status: Status): boolean {
  return status === 'returning' || status === 'returned_to_sender' || status === 'exception';
}

/** Commands one minute apart; the first status is the registration and no fact. */
function foldOf(path: readonly Status[]): Status {
  const commands = path
    .slice(1)
    .map((status, index) =>
      fact(`c${index}`, status, `08:${String(index).padStart(2, '0')}`, { source: 'command' }),
    );
  return fold(ingested(commands)).status;
}
