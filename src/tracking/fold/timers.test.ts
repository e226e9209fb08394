import { describe, expect, it } from 'vitest';
import { fold } from './fold.ts';
import type { FactSource } from './fold-input.ts';
import { at, dateOnly, fact, ingested, verdicts } from './test-given.ts';

const SECRET = { observations: [{ trust: 'secret' as const }] };

const READS: Partial<Record<FactSource, string>> = { stalled: 'stalled', not_found: 'not_found' };

function timer(source: FactSource, when: string, about: string | null) {
  const status = source === 'stalled' ? 'exception' : 'none';
  return fact(source, status, when, {
    source,
    about,
    reading: { logical: true, reason: READS[source] ?? null },
    observations: [{ source: 'internal', trust: 'internal' }],
  });
}

describe('trust', () => {
  const delivered = fact('delivered', 'delivered', '08:00', SECRET);

  it.each(['pulled', 'signed', 'internal'] as const)('confirms by a %s observation', (trust) => {
    const twice = fact('delivered', 'delivered', '08:00', {
      observations: [{ trust: 'secret' }, { trust }],
    });
    expect(fold(ingested([twice])).confirmed).toBe(true);
  });

  it('does not confirm through observations of another fact', () => {
    expect(fold(ingested([fact('scan', 'in_transit', '07:00'), delivered])).confirmed).toBe(false);
  });

  it('confirms when waiting for the steering fact has timed out, and for no other', () => {
    const timedOut = timer('confirmation_timed_out', '20:00', 'delivered');
    expect(fold(ingested([delivered, timedOut])).confirmed).toBe(true);
    const other = timer('confirmation_timed_out', '20:00', 'scan');
    expect(fold(ingested([delivered, other])).confirmed).toBe(false);
    expect(verdicts(fold(ingested([delivered, timedOut])))['confirmation_timed_out']).toBe(
      'does_not_steer/trust',
    );
  });
});

describe('stalled', () => {
  const scan = fact('scan', 'in_transit', '08:00');
  const stalled = timer('stalled', '+5 08:00', 'scan');

  it('is an exception while the fact it refers to steers', () => {
    const state = fold(ingested([scan, stalled]));
    expect(state).toMatchObject({
      status: 'exception',
      reason: 'stalled',
      steering: 'stalled',
      confirmed: true,
    });
    expect(verdicts(state)).toEqual({ scan: 'standing/status', stalled: 'steering/stalled' });
  });

  it.each(['+5 09:00', '+4 09:00'])('ends with an update of %s, also a late one', (when) => {
    const state = fold(ingested([scan, stalled, fact('news', 'in_transit', when)]));
    expect(state).toMatchObject({ status: 'in_transit', steering: 'news' });
    expect(verdicts(state)['stalled']).toBe('superseded/stalled by news');
  });

  it('continues through history that changes nothing', () => {
    const late = fact('late', 'picked_up', '07:00');
    expect(fold(ingested([scan, stalled, late])).status).toBe('exception');
  });

  it('refers to an empty history when it names no fact', () => {
    const silent = timer('stalled', '+5 08:00', null);
    expect(fold(ingested([silent])).status).toBe('exception');
    expect(fold(ingested([silent, scan])).status).toBe('in_transit');
  });

  it('does not hold against a fact that may be later', () => {
    const vague = fact('vague', 'in_transit', dateOnly(5));
    expect(fold(ingested([vague, timer('stalled', '+5 08:00', 'vague')])).status).toBe(
      'in_transit',
    );
  });

  it.each(['exception', 'returning', 'delivered', 'cancelled'] as const)(
    'replaces no %s',
    (status) => {
      const base = fact('scan', status, '08:00', { reading: { reason: 'refused' } });
      expect(fold(ingested([base, stalled]))).toMatchObject({ status, reason: 'refused' });
    },
  );

  it('does not move a void: a timer is no scan', () => {
    expect(fold(ingested([fact('void', 'cancelled', '08:00'), stalled])).status).toBe('cancelled');
  });
});

describe('expired', () => {
  const scan = fact('scan', 'in_transit', '08:00');
  const expired = timer('expired', '+60 08:00', 'scan');

  it('marks and does not steer', () => {
    const state = fold(ingested([scan, expired]));
    expect(state).toMatchObject({ status: 'in_transit', steering: 'scan', expired: true });
    expect(verdicts(state)['expired']).toBe('does_not_steer/expired');
  });

  it('is over when there is an update', () => {
    expect(fold(ingested([scan, expired, fact('news', 'in_transit', '+61 08:00')])).expired).toBe(
      false,
    );
  });

  it('holds for a stalled parcel, whichever of the two it names', () => {
    const stalled = timer('stalled', '+5 08:00', 'scan');
    expect(fold(ingested([scan, stalled, expired])).expired).toBe(true);
    expect(fold(ingested([scan, stalled, timer('expired', '+60 08:00', 'stalled')])).expired).toBe(
      true,
    );
  });
});

describe('not found', () => {
  const unknown = timer('not_found', '08:00', null);

  it('is the reason for a created that nothing else explains, and steers nothing', () => {
    const state = fold(ingested([unknown]));
    expect(state).toMatchObject({ status: 'created', reason: 'not_found', steering: null });
    expect(verdicts(state)).toEqual({ not_found: 'standing/not_found' });
    expect(state.verdicts[0]?.shown).toBe(false);
  });

  it('ends with any fact, late ones too, and with a pull without facts', () => {
    expect(fold(ingested([unknown, fact('scan', 'picked_up', '07:00')])).reason).toBeNull();
    const pull = {
      inboundMessageId: 'p',
      carrierPieceId: null,
      atMs: at('09:00'),
      full: true,
      identities: new Set<string>(),
      reachesBackToMs: null,
    };
    expect(fold({ ...ingested([unknown]), pulls: [pull] }).reason).toBeNull();
    const earlier = { ...pull, atMs: at('07:00') };
    expect(fold({ ...ingested([unknown]), pulls: [earlier] }).reason).toBe('not_found');
  });

  it('refers to one label, and hides no reason of its own', () => {
    const label = fact('label', 'created', '07:00');
    const about = timer('not_found', '08:00', 'label');
    expect(fold(ingested([label, about]))).toMatchObject({
      reason: 'not_found',
      steering: 'label',
    });
    const planned = fact('label', 'created', '07:00', { reading: { reason: 'pickup_scheduled' } });
    expect(fold(ingested([planned, about])).reason).toBe('pickup_scheduled');
  });
});
