import { describe, expect, it } from 'vitest';
import type { DetectedCarrier } from '../../adapters/index.ts';
import type { WaitingLink } from '../../tracking/ports/shipments.ts';
import { decideLink, LINK_DEPTH_MAX, LINKED_SHIPMENTS_MAX, type LinkFacts } from './decide.ts';

const LINK: WaitingLink = {
  shipmentId: 's',
  merchantId: 'm',
  mode: 'test',
  kind: 'return',
  trackingNumber: '2',
  carrier: null,
  parentCarrier: 'acme',
  parentTrackingNumber: '1',
  orderIds: [],
  depth: 0,
  linked: 0,
};
const candidate = (carrier: string): DetectedCarrier => ({
  displayName: carrier,
  reach: 'direct',
  carrier,
  trackingNumber: '2',
  format: 'f',
  certainty: 0.6,
  checkDigit: 'none',
  why: [],
});
const NOBODY: LinkFacts = { spelled: null, candidates: [], winner: null };
const ACME: LinkFacts = { ...NOBODY, candidates: [candidate('zeta'), candidate('acme')] };
const linkOf = (carrier: string) => ({ kind: 'follow', carrier, trackingNumber: '2' });

describe('a linked number', () => {
  it.each([
    ['unknown_carrier', {}, NOBODY],
    ['unknown_carrier', { carrier: 'gone' }, ACME],
    ['unknown_carrier', { kind: 'partner_leg' }, ACME],
    ['no_number', { carrier: 'acme' }, { ...NOBODY, spelled: '' }],
    ['no_number', { carrier: 'acme' }, { ...NOBODY, spelled: '1'.repeat(65) }],
    ['itself', { carrier: 'acme' }, { ...NOBODY, spelled: '1' }],
    ['too_deep', { depth: LINK_DEPTH_MAX }, ACME],
    ['too_many', { linked: LINKED_SHIPMENTS_MAX }, ACME],
  ] as const)('is refused: %s', (reason, link, facts) => {
    expect(decideLink({ ...LINK, ...link }, facts)).toEqual({ kind: 'refuse', reason });
  });

  it('is followed as the carrier’s that the report names, however others would read it', () => {
    const facts = { ...NOBODY, spelled: '2', winner: candidate('zeta') };
    expect(decideLink({ ...LINK, carrier: 'acme' }, facts)).toEqual(linkOf('acme'));
  });

  it('is the same carrier’s for a return that may be, and a partner’s only when it is clear', () => {
    expect(decideLink(LINK, ACME)).toEqual(linkOf('acme'));
    const clear = { ...ACME, winner: candidate('zeta') };
    expect(decideLink(LINK, clear)).toEqual(linkOf('acme'));
    expect(decideLink({ ...LINK, kind: 'partner_leg' }, clear)).toEqual(linkOf('zeta'));
    const other = { ...NOBODY, candidates: [candidate('zeta')], winner: candidate('zeta') };
    expect(decideLink(LINK, other)).toEqual(linkOf('zeta'));
  });
});
