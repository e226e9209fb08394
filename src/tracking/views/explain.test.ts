import { describe, expect, it } from 'vitest';
import { fold } from '../fold/fold.ts';
import { at, fact, ingested, pulled, undated } from '../fold/test-given.ts';
import { explain } from './explain.ts';

const CODES = { codes: { event: 'OD' }, mappingVersion: 'm1' };

describe('explain', () => {
  it('explains an empty history as nothing', () => {
    expect(explain(fold(ingested([])), [])).toMatchObject({ status: 'created', facts: [] });
  });

  it('lists every fact with codes, reading, interval, winning observation, verdict and rule', () => {
    const ofd = fact('ofd', 'out_for_delivery', '08:00', {
      observations: [{ trust: 'secret' }, pulled('09:00')],
    });
    const vague = fact('vague', 'at_facility', undated(at('09:00')), {
      reading: { reason: 'weather_delay' },
    });
    const facts = [ofd, vague];
    const explanation = explain(
      fold(ingested(facts)),
      facts.map((each) => ({ fact: each, ...CODES })),
    );
    expect(explanation).toMatchObject({ status: 'out_for_delivery', steering: 'ofd' });
    expect(explanation.facts.map(({ identity }) => identity)).toEqual(['vague', 'ofd']);
    expect(explanation.facts[0]).toMatchObject({
      codes: { event: 'OD' },
      reading: { status: 'at_facility', sub_status: 'weather_delay', mapping_version: 'm1' },
      interval: { from: null, to: '2026-03-02T09:00:00.000Z' },
      verdict: 'superseded',
      rule: 'superseded',
      by: 'ofd',
      shown: true,
    });
    expect(explanation.facts[1]).toMatchObject({
      interval: { from: '2026-03-02T08:00:00.000Z', to: '2026-03-02T08:00:00.000Z' },
      winning_observation: {
        inbound_message_id: 'pull 09:00',
        source: 'poll',
        trust: 'pulled',
        zone_source: 'offset',
        received_at: '2026-03-02T09:00:00.000Z',
      },
      observations: 2,
      verdict: 'steering',
      rule: 'status',
      by: null,
    });
  });

  it('lists facts hidden from customers: noise, our own timers and those without observations', () => {
    const facts = [
      fact('noise', 'none', '08:00', { reading: { hidden: true } }),
      fact('timer', 'none', '09:00', { source: 'expired', about: 'noise' }),
      fact('ghost', 'delivered', '10:00', { observations: [] }),
    ];
    const explanation = explain(
      fold(ingested(facts)),
      facts.map((each) => ({ fact: each, codes: {}, mappingVersion: null })),
    );
    expect(explanation.facts).toHaveLength(3);
    expect(explanation.facts.every(({ shown }) => !shown)).toBe(true);
    expect(explanation.facts.find(({ identity }) => identity === 'ghost')).toMatchObject({
      winning_observation: null,
      rule: 'unobserved',
    });
  });

  it('survives JSON unchanged: no infinities, nothing undefined', () => {
    const endless = fact('endless', 'in_transit', undated(Number.POSITIVE_INFINITY), {
      observations: [{ receivedAtMs: Number.POSITIVE_INFINITY }],
    });
    const explanation = explain(fold(ingested([endless])), [{ fact: endless, ...CODES }]);
    expect(JSON.parse(JSON.stringify(explanation))).toEqual(explanation);
    expect(explanation.facts[0]?.interval).toEqual({ from: null, to: null });
  });
});
