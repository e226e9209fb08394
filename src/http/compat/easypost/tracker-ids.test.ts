import { describe, expect, it } from 'vitest';
import type { ExternalId } from '../../../tracking/ports/shipments.ts';
import { isCurrent, trackerIdsOf } from './tracker-ids.ts';

const OWN = '0190b0a1-5e0b-7c3e-8f0b-1d5a2c4e6f80';
const OTHER = '11111111-2222-4333-8444-555555555555';
const THIRD = '99999999-2222-4333-8444-555555555555';
const wire = (uuid: string) => `trk_${uuid.replaceAll('-', '')}`;
const CREATED_MS = Date.UTC(2026, 0, 31, 12);
const shipment = { id: OWN, createdAtMs: CREATED_MS };

function row(uuid: string, more: Partial<ExternalId> = {}): ExternalId {
  return {
    externalId: wire(uuid),
    shipmentId: OWN,
    createdAtMs: CREATED_MS + 1_000,
    deletedAtMs: null,
    ...more,
  };
}

const uuidsOf = (rows: readonly ExternalId[]) =>
  trackerIdsOf(shipment, rows).map(({ uuid }) => uuid);

describe('the trackers of a parcel', () => {
  it('are none of another parcel, and none with an id of another form', () => {
    const foreign = row(OTHER, { shipmentId: OTHER });
    expect(uuidsOf([foreign, row(OTHER, { externalId: 'evt_1' })])).toEqual([OWN]);
  });

  it('begin with its own UUID, and later ones come first', () => {
    const later = row(THIRD, { createdAtMs: CREATED_MS + 2_000 });
    expect(uuidsOf([row(OTHER), later])).toEqual([THIRD, OTHER, OWN]);
  });

  it('are without those that were deleted, its own UUID too', () => {
    const deleted = { deletedAtMs: CREATED_MS + 5_000 };
    expect(uuidsOf([row(OWN, deleted), row(OTHER, deleted)])).toEqual([]);
    expect(uuidsOf([row(OWN, deleted), row(OTHER)])).toEqual([OTHER]);
  });

  it('are those that it came with from EasyPost, and not its own UUID besides', () => {
    const moved = row(OTHER, { createdAtMs: CREATED_MS - 86_400_000 });
    expect(uuidsOf([moved])).toEqual([OTHER]);
    expect(uuidsOf([{ ...moved, deletedAtMs: CREATED_MS }])).toEqual([]);
  });
});

it('a tracker is returned again for three calendar months', () => {
  const tracker = { uuid: OWN, shipmentId: OWN, createdAtMs: Date.UTC(2026, 0, 15, 12) };
  expect(isCurrent(tracker, Date.UTC(2026, 3, 15, 11, 59))).toBe(true);
  expect(isCurrent(tracker, Date.UTC(2026, 3, 15, 12))).toBe(false);
});
