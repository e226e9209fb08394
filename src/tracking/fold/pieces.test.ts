import { describe, expect, it } from 'vitest';
import { fold } from './fold.ts';
import { fact, ingested, snapshot, verdicts } from './test-given.ts';

const SECRET = { observations: [{ trust: 'secret' as const }] };
const onA = { piece: 'A' };
const onB = { piece: 'B' };

describe('pieces', () => {
  it('shows the lowest-ranked piece and counts the delivered', () => {
    const state = fold(
      ingested([
        fact('a1', 'in_transit', '08:00', onA),
        fact('a2', 'delivered', '12:00', onA),
        fact('b1', 'in_transit', '08:00', onB),
        fact('b2', 'out_for_delivery', '11:00', onB),
      ]),
    );
    expect(state).toMatchObject({
      status: 'out_for_delivery',
      steering: 'b2',
      pieces: { total: 2, delivered: 1 },
    });
    expect(verdicts(state)).toEqual({
      a1: 'standing/pieces',
      a2: 'standing/pieces',
      b1: 'standing/status',
      b2: 'steering/status',
    });
  });

  it('lists the state of each piece by name, including void ones', () => {
    const b = fact('b', 'exception', '07:00', { ...onB, reading: { reason: 'damaged' } });
    const a = fact('a', 'in_transit', '08:00', onA);
    const c = fact('c', 'cancelled', '09:00', { piece: 'C' });
    expect(fold(ingested([b, c, a])).pieceStates).toEqual([
      { piece: 'A', status: 'in_transit', reason: null },
      { piece: 'B', status: 'exception', reason: 'damaged' },
      { piece: 'C', status: 'cancelled', reason: null },
    ]);
    expect(fold(ingested([a])).pieceStates).toEqual([
      { piece: 'A', status: 'in_transit', reason: null },
    ]);
  });

  it('is delivered when all are, and confirmed with the last of them', () => {
    const facts = [
      fact('a', 'delivered', '14:00', onA),
      fact('b', 'delivered', '12:00', { ...onB, ...SECRET }),
    ];
    const state = fold(ingested(facts));
    expect(state).toMatchObject({ status: 'delivered', confirmed: false, steering: 'b' });
    expect(state.pieces).toEqual({ total: 2, delivered: 2 });
    const timedOut = fact('t', 'none', '20:00', { source: 'confirmation_timed_out', about: 'b' });
    expect(fold(ingested([...facts, timedOut])).confirmed).toBe(true);
  });

  it('reports the exception of another piece as reason', () => {
    const state = fold(
      ingested([
        fact('a', 'in_transit', '08:00', onA),
        fact('b', 'exception', '09:00', { ...onB, reading: { reason: 'damaged' } }),
      ]),
    );
    expect(state).toMatchObject({ status: 'in_transit', reason: 'damaged' });
  });

  it('says "exception" when the newest exception has no reason', () => {
    const state = fold(
      ingested([
        fact('a', 'in_transit', '12:00', onA),
        fact('b', 'exception', '09:00', { ...onB, reading: { reason: 'damaged' } }),
        fact('c', 'exception', '10:00', { piece: 'C' }),
      ]),
    );
    expect(state.reason).toBe('exception');
  });

  it('reports the newest exception of all pieces, whatever was reported later about any of them', () => {
    const state = fold(
      ingested([
        fact('a', 'in_transit', '08:00', onA),
        fact('b', 'exception', '10:00', { ...onB, reading: { reason: 'damaged' } }),
        fact('c', 'exception', '09:00', { piece: 'C', reading: { reason: 'weather' } }),
        fact('d', 'out_for_delivery', '12:00', { piece: 'D', reading: { reason: 'delayed' } }),
      ]),
    );
    expect(state).toMatchObject({ status: 'in_transit', reason: 'damaged' });
  });

  it('has no reason when the piece shown has an exception without one', () => {
    const facts = [fact('a', 'exception', '09:00', onA), fact('b', 'delivered', '10:00', onB)];
    expect(fold(ingested(facts))).toMatchObject({ status: 'exception', reason: null });
  });

  it('shows the newest report among pieces that are equally far', () => {
    const early = fact('early', 'in_transit', '08:00', onA);
    const late = fact('late', 'in_transit', '09:00', onB);
    expect(fold(ingested([early, late])).steering).toBe('late');
    expect(
      fold(
        ingested([
          { ...early, piece: 'B' },
          { ...late, piece: 'A' },
        ]),
      ).steering,
    ).toBe('late');
  });

  it('counts a return as further than a piece still on its way, and no return as delivered', () => {
    const back = fact('b', 'returning', '09:00', onB);
    expect(fold(ingested([fact('a', 'available_for_pickup', '08:00', onA), back])).status).toBe(
      'available_for_pickup',
    );
    expect(fold(ingested([fact('a', 'delivered', '08:00', onA), back])).status).toBe('returning');
    const returned = fact('b', 'returned_to_sender', '09:00', onB);
    for (const when of ['08:00', '10:00']) {
      const delivered = fact('a', 'delivered', when, onA);
      expect(fold(ingested([delivered, returned])).status).toBe('returned_to_sender');
    }
  });

  it('leaves voided pieces out, unless all are void', () => {
    const voided = fact('b', 'cancelled', '09:00', onB);
    const state = fold(ingested([fact('a', 'delivered', '10:00', onA), voided]));
    expect(state).toMatchObject({ status: 'delivered', pieces: null });
    expect(fold(ingested([fact('a', 'cancelled', '10:00', onA), voided])).status).toBe('cancelled');
  });

  it('applies a fact without a piece to all, with the verdict of the piece shown', () => {
    const shared = fact('shared', 'at_facility', '10:00');
    const state = fold(
      ingested([
        fact('a', 'delivered', '09:30', onA),
        fact('b', 'in_transit', '09:00', onB),
        shared,
      ]),
    );
    expect(state).toMatchObject({ status: 'at_facility', steering: 'shared' });
    expect(verdicts(state)['shared']).toBe('steering/status');
  });

  it('knows a piece from a note alone: not all are delivered', () => {
    const state = fold(
      ingested([fact('a', 'delivered', '12:00', onA), fact('b', 'none', '09:00', onB)]),
    );
    expect(state).toMatchObject({ status: 'created', steering: null });
  });

  it('forgets a piece when all of its facts are excluded', () => {
    const future = fact('b', 'in_transit', '+9 09:00', {
      ...onB,
      observations: [{ receivedAtMs: 0 }],
    });
    expect(fold(ingested([fact('a', 'delivered', '12:00', onA), future])).status).toBe('delivered');
  });

  it('treats a mere count of siblings as display only', () => {
    const snapshots = [snapshot('s', { piecesTotal: 3 })];
    const state = fold(ingested([fact('a', 'delivered', '12:00')], { snapshots }));
    expect(state).toMatchObject({ status: 'delivered', pieces: { total: 3, delivered: 1 } });
    const one = fold(ingested([], { snapshots: [snapshot('s', { piecesTotal: 1 })] }));
    expect(one.pieces).toBeNull();
  });
});
