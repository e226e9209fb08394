import { describe, expect, it } from 'vitest';
import { EMPTY_SNAPSHOT } from '../adapters/contract.ts';
import type { ReadStatus } from '../kernel/status.ts';
import { placeTimeWithOffset } from '../kernel/zoned-time.ts';
import { FULL_HISTORY } from './fold/test-given.ts';
import { fold } from './fold.ts';
import { hear } from './hear.ts';
import { EMPTY_HISTORY, foldInput, type History } from './history.ts';
import { type Followed, publicProjection } from './projection.ts';
import { INITIAL_STATE, type Shipment } from './shipment.ts';

const HEARD_MS = Date.UTC(2026, 2, 20);

function shipment(merchantId: string, createdAtMs: number): Shipment {
  return {
    id: `shipment of ${merchantId}`,
    merchantId,
    mode: 'live',
    shard: 0,
    carrier: 'acme',
    trackingNumber: 'N1',
    carrierPieceId: null,
    factsFromMs: 0,
    factsUntilMs: null,
    orderIds: [],
    serviceLevel: null,
    senderId: null,
    weightG: null,
    dimensions: null,
    promisedDate: null,
    metadata: {},
    tags: [],
    sealedPersonal: null,
    state: INITIAL_STATE,
    sequence: 1,
    createdAtMs,
    updatedAtMs: createdAtMs,
    deletedAtMs: null,
    destinationZone: null,
    linkedFrom: null,
    linkDepth: 0,
  };
}

function heard(
  history: History,
  carrierPieceId: string,
  status: ReadStatus,
  local: string,
): History {
  const time = placeTimeWithOffset(local, 'second', 0);
  return hear(history, {
    receiptId: `receipt of ${carrierPieceId}`,
    door: 'webhook',
    trust: 'signed',
    byAccount: false,
    receivedAtMs: HEARD_MS,
    codeOf: () => status,
    read: () => ({
      status,
      reason: null,
      milestone: null,
      logical: false,
      hidden: false,
      known: true,
      reviewed: true,
      correction: false,
      returnCancelled: false,
      rule: null,
      mappingVersion: 'test',
    }),
    report: {
      trackingNumber: 'N1',
      aliases: [],
      carrierPieceId,
      asOf: null,
      fullHistory: false,
      facts: [
        {
          codes: { event: status },
          identity: [status, local],
          time,
          place: null,
          text: null,
          piece: null,
          logical: false,
        },
      ],
      snapshot: EMPTY_SNAPSHOT,
      links: [],
    },
  }).history;
}

describe('the public answer for a number that several merchants follow', () => {
  it('is the parcel of whoever registered last, also when the number was recycled', () => {
    const old = heard(EMPTY_HISTORY, 'old', 'delivered', '2026-03-02T08:00:00');
    const history = heard(old, 'new', 'picked_up', '2026-03-09T08:00:00');
    const followed = [
      shipment('first', Date.UTC(2026, 2, 1)),
      shipment('second', Date.UTC(2026, 2, 8)),
    ].map((each): Followed => {
      const input = foldInput(history, FULL_HISTORY, each.createdAtMs);
      return { shipment: each, history, folded: fold(input) };
    });
    expect(followed.map(({ folded }) => folded.status)).toEqual(['delivered', 'picked_up']);
    for (const order of [followed, followed.toReversed()]) {
      const answer = publicProjection(order, FULL_HISTORY, ({ status }) => status);
      expect(JSON.parse(answer?.body.toString('utf8') ?? '')).toMatchObject({
        status: 'picked_up',
        events: [{ status: 'picked_up' }],
      });
    }
  });
});
