import { describe, expect, it } from 'vitest';
import { UNKNOWN_ZONE_MS } from '../../kernel/time/place-time.ts';
import { fold } from './fold.ts';
import type { FoldFact, FoldReading } from './fold-input.ts';
import { at, fact, ingested } from './test-given.ts';

const MINUTE_MS = 60_000;

/** A scan by the local time of its place; null: in a zone that nobody knows. */
function scan(
  identity: string,
  status: FoldReading['status'],
  local: string,
  offsetMin: number | null,
): FoldFact {
  const wallMs = at(local);
  const zoned = wallMs - (offsetMin ?? 0) * MINUTE_MS;
  const interval =
    offsetMin === null
      ? { lo: wallMs - UNKNOWN_ZONE_MS, hi: wallMs + UNKNOWN_ZONE_MS }
      : { lo: zoned, hi: zoned };
  return fact(identity, status, interval, { observations: [{ offsetMin }] });
}

const order = (facts: readonly FoldFact[]) =>
  fold(ingested(facts)).verdicts.map(({ identity }) => identity);

describe('a scan in an unknown zone', () => {
  const depot = scan('depot', 'at_facility', '06:00', -300);
  const van = scan('van', 'out_for_delivery', '08:00', null);
  const back = scan('back', 'at_facility', '17:40', -300);

  it('is between the scans with the local times before and after its own', () => {
    expect(order([back, van, depot])).toEqual(['depot', 'van', 'back']);
    const far = scan('far', 'in_transit', '12:00', 480);
    const near = scan('near', 'in_transit', '+1 09:00', -300);
    const between = scan('between', 'in_transit', '20:00', null);
    expect(order([near, between, far])).toEqual(['far', 'between', 'near']);
  });

  it('does not hold the status of a later scan back', () => {
    expect(fold(ingested([depot, van])).status).toBe('out_for_delivery');
    expect(fold(ingested([depot, van, back])).steering).toBe('back');
  });

  it('is as uncertain as before where no scan of the parcel has a zone', () => {
    const first = scan('first', 'out_for_delivery', '08:00', null);
    const later = scan('later', 'at_facility', '17:40', null);
    expect(fold(ingested([first, later])).steering).toBe('first');
  });
});
