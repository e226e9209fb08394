import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyText } from '../../kernel/test-text.ts';
import { publicAnswer, publicTrack } from './public-track.ts';
import { shortBody, wholeBody } from './short-body.ts';

const TRACK = publicTrack(
  {
    trackingNumber: '395810000273',
    carrier: 'fedex',
    status: 'at_facility',
    subStatus: null,
    confirmed: true,
    estimatedDelivery: null,
    destinationZone: null,
    events: ['at_facility', 'in_transit', 'picked_up'].map((status, nr) => ({
      identity: String(nr),
      source: 'carrier',
      code: 'AR',
      status: status as 'at_facility',
      reason: null,
      milestone: nr === 0 ? 'arrived' : null,
      known: true,
      occurredAt: '2026-01-01T05:02:00.000Z',
      occurredLocal: '2026-01-01T00:02:00',
      timeZone: '-05:00',
      place: { facility: null, city: 'Memphis', region: 'TN', postalCode: null, country: 'US' },
      confirmed: true,
      zoneSource: 'offset',
      verdict: 'standing',
    })),
  },
  ({ status }) => `A text about ${status}`,
);

describe('a stored answer', () => {
  it('is less than half as long as the answer', () => {
    const json = publicAnswer(TRACK).body.toString('utf8');
    expect(shortBody(json).length).toBeLessThan(json.length / 2);
    expect(wholeBody(shortBody(json))).toBe(json);
  });

  it('becomes the same JSON again, whatever it contains', () => {
    const members = fc.constantFrom(...Object.keys(TRACK), ...Object.keys(TRACK.events[0] ?? {}));
    const texts = fc.oneof(
      anyText(),
      fc.constantFrom('in_transit', '","status":"', '"}]}', '\u0001', '\n', '\u001f'),
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        texts,
        fc.constant(null),
        fc.boolean(),
        fc.dictionary(fc.oneof(members, texts), tie('tree')),
        fc.array(tie('tree')),
      ),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        const json = JSON.stringify(value);
        expect(wholeBody(shortBody(json))).toBe(json);
      }),
    );
  });

  it('of an earlier version is returned as it is', () => {
    const json = publicAnswer(TRACK).body.toString('utf8');
    expect(wholeBody(json)).toBe(json);
  });
});
