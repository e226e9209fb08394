import { describe, expect, it } from 'vitest';
import { fold } from './fold.ts';
import { at, fact, ingested, verdicts } from './test-given.ts';

describe('implausible', () => {
  const scan = fact('scan', 'in_transit', '08:00');

  it('excludes a fact that begins more than 26 hours after it was first received', () => {
    const delivered = fact('future', 'delivered', '+1 10:01', {
      observations: [{ receivedAtMs: at('08:00') }],
    });
    const state = fold(ingested([scan, delivered]));
    expect(state.status).toBe('in_transit');
    expect(verdicts(state)['future']).toBe('implausible/implausible');
  });

  it('allows 26 hours: zones and clocks differ that much', () => {
    const delivered = fact('ahead', 'delivered', '+1 10:00', {
      observations: [{ receivedAtMs: at('08:00') }],
    });
    expect(fold(ingested([scan, delivered])).status).toBe('delivered');
  });

  it('counts from the earliest observation, also when the time comes from a later one', () => {
    const delivered = fact('future', 'delivered', '+2 12:00', {
      observations: [
        { receivedAtMs: at('08:00'), zoneSource: 'none' },
        { receivedAtMs: at('+2 13:00'), zoneSource: 'offset' },
      ],
    });
    expect(fold(ingested([scan, delivered])).status).toBe('in_transit');
  });

  it('is skipped for a file parsed without inbound messages', () => {
    const delivered = fact('future', 'delivered', '+1 12:00', {
      observations: [{ receivedAtMs: Number.POSITIVE_INFINITY }],
    });
    expect(fold(ingested([scan, delivered])).status).toBe('delivered');
  });
});
