import { describe, expect, it } from 'vitest';
import { fold } from './fold.ts';
import { at, dateOnly, fact, ingested, undated, verdicts } from './test-given.ts';

describe('none', () => {
  it('never steers, however late', () => {
    const state = fold(
      ingested([fact('scan', 'in_transit', '08:00'), fact('note', 'none', '12:00')]),
    );
    expect(state.status).toBe('in_transit');
    expect(verdicts(state)['note']).toBe('does_not_steer/none');
  });
});

describe('summary', () => {
  const summary = fact('summary', 'out_for_delivery', undated(at('12:00')), { summary: true });

  it('steers while the instance has no event', () => {
    expect(fold(ingested([summary])).status).toBe('out_for_delivery');
  });

  it('yields to any event, even one of lower rank', () => {
    const state = fold(ingested([summary, fact('scan', 'picked_up', '08:00')]));
    expect(state.status).toBe('picked_up');
    expect(verdicts(state)['summary']).toBe('does_not_steer/summary by scan');
  });

  it('steers again when the only event proves implausible', () => {
    const future = fact('future', 'delivered', '+9 08:00', {
      observations: [{ receivedAtMs: at('08:00') }],
    });
    expect(fold(ingested([summary, future])).status).toBe('out_for_delivery');
  });

  it('without a time lies before its first observation, whatever a later one says', () => {
    const twice = fact('summary', 'in_transit', undated(at('20:00')), {
      summary: true,
      observations: [{ receivedAtMs: at('12:00') }, { receivedAtMs: at('20:00') }],
    });
    const [verdict] = fold(ingested([twice])).verdicts;
    expect(verdict?.interval).toEqual(undated(at('12:00')));
  });

  it('without a time is superseded by a summary of higher rank', () => {
    const lesser = fact('lesser', 'in_transit', undated(at('13:00')), { summary: true });
    const dated = fact('dated', 'at_facility', dateOnly(0), { summary: true });
    expect(fold(ingested([summary, lesser])).steering).toBe('summary');
    expect(fold(ingested([summary, lesser, dated])).status).toBe('out_for_delivery');
  });
});
