import { describe, expect, it } from 'vitest';
import { fold } from './fold.ts';
import type { FoldFact, FoldInput } from './fold-input.ts';
import { at, fact, ingested, pull, snapshot, undated, verdicts } from './test-given.ts';

/** A fact reported under these piece ids, one observation each. */
function of(
  ids: readonly (string | null)[],
  ...[identity, status, when]: Parameters<typeof fact>
): FoldFact {
  return fact(identity, status, when, {
    observations: ids.map((carrierPieceId) => ({ carrierPieceId })),
  });
}

const PARCEL_A = [
  of(['a'], 'a picked up', 'picked_up', '08:00'),
  of(['a'], 'a delivered', 'delivered', '12:00'),
];
const PARCEL_B = [of(['b'], 'b picked up', 'picked_up', '+2 08:00')];

function registered(when: string, rest: Partial<FoldInput> = {}): FoldInput {
  return ingested([...PARCEL_A, ...PARCEL_B], { registeredAtMs: at(when), ...rest });
}

describe('the rule `instance`', () => {
  it('excludes nothing while the carrier gives no ids', () => {
    const state = fold(
      ingested([fact('a', 'picked_up', '08:00'), fact('b', 'delivered', '09:00')]),
    );
    expect(state).toMatchObject({ carrierPieceId: null, status: 'delivered' });
  });

  it('stays the parcel that was registered before it moved, when the number is reused', () => {
    const state = fold(registered('07:00'));
    expect(state).toMatchObject({ carrierPieceId: 'a', status: 'delivered' });
    expect(verdicts(state)).toEqual({
      'a picked up': 'standing/status',
      'a delivered': 'steering/status',
      'b picked up': 'other_instance/instance',
    });
  });

  it('stays that parcel also when it was registered on its way', () => {
    expect(fold(registered('12:00')).carrierPieceId).toBe('a');
  });

  it('is the next parcel when it was registered after the first had gone quiet', () => {
    expect(fold(registered('12:01'))).toMatchObject({ carrierPieceId: 'b', status: 'picked_up' });
  });

  it('is the newest parcel when it was registered after all of them', () => {
    expect(fold(registered('+5 00:00'))).toMatchObject({ carrierPieceId: 'b' });
    const preview = { ...registered('07:00'), registeredAtMs: Number.POSITIVE_INFINITY };
    expect(fold(preview).carrierPieceId).toBe('b');
  });

  it('shows nobody the facts of another parcel', () => {
    const shown = fold(registered('07:00')).verdicts.filter((verdict) => verdict.shown);
    expect(shown.map(({ identity }) => identity)).toEqual(['a picked up', 'a delivered']);
  });

  it('includes a fact without an id, and one that is reported under both', () => {
    const state = fold(
      ingested([
        ...PARCEL_A,
        of([null], 'no id', 'in_transit', '09:00'),
        of(['b', 'a'], 'both', 'in_transit', '10:00'),
        of(['b', null], 'b and none', 'in_transit', '11:00'),
      ]),
    );
    expect(verdicts(state)).toMatchObject({
      'no id': 'standing/status',
      both: 'standing/status',
      'b and none': 'other_instance/instance',
    });
  });

  it('ignores missing and impossible times when deciding which parcel is newer', () => {
    const facts = [
      ...PARCEL_B,
      of(['old'], 'undated', 'delivered', undated(at('+6 00:00'))),
      fact('mistake', 'delivered', '+9 08:00', {
        observations: [{ carrierPieceId: 'old', receivedAtMs: at('+2 09:00') }],
      }),
    ];
    expect(fold(ingested(facts, { registeredAtMs: at('+1 00:00') })).carrierPieceId).toBe('b');
    expect(fold(ingested(facts, { registeredAtMs: at('+9 00:00') })).carrierPieceId).toBe('b');
    expect(fold(ingested(facts.slice(1))).carrierPieceId).toBe('old');
  });

  it('ignores the snapshots of another parcel', () => {
    const returning = snapshot('of b', { carrierPieceId: 'b', returnFlag: true, piecesTotal: 3 });
    const state = fold(registered('07:00', { snapshots: [returning] }));
    expect(state).toMatchObject({ status: 'delivered', returning: false, pieces: null });
    const own = fold(registered('07:00', { snapshots: [{ ...returning, carrierPieceId: null }] }));
    expect(own.returning).toBe(true);
  });

  it("retracts nothing because another parcel's pulls leave it out", () => {
    const others = ['+2 09:00', '+2 10:00'].map((when) =>
      pull(when, ['b picked up'], { carrierPieceId: 'b' }),
    );
    const state = fold(registered('07:00', { pulls: others }));
    expect(state).toMatchObject({ status: 'delivered', needsConfirmingPull: false });
    const anyones = others.map((each) => ({ ...each, carrierPieceId: null }));
    expect(fold(registered('07:00', { pulls: anyones })).status).toBe('created');
  });
});
