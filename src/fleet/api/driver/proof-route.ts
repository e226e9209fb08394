import { receiveProof } from '../../../http/api/proofs/read-proof.ts';
import { addedProofs, PROOF_FORM } from '../../../http/api/proofs/schema.ts';
import { Problem } from '../../../kernel/errors.ts';
import { uuidV7 } from '../../../kernel/ids.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import { withTenant } from '../../../platform/database/database.ts';
import type { ProofDeps } from '../../../tracking/ports/proofs.ts';
import { type Driver, parcelsOpenToProof } from '../../couriers/index.ts';
import { deviceResource } from './driver-route.ts';

/** Smaller differences are the duration of the request, not a wrong clock. */
const CLOCK_RIGHT_MS = 2_000;

/** Uploads proof of parcels the courier has, or had when it was recorded. */
export const driverProofs = deviceResource(
  { noun: 'device', tag: "Drivers' app" },
  {
    add: {
      id: 'addDriverProof',
      method: 'POST',
      path: '/driver/proofs',
      summary: 'Add proof of delivery from a phone',
      description:
        'For parcels that the courier has. Sent again by its `id`, it changes nothing. A wrong PIN loses nothing else: the answer says so, and what is missing. Send it before the delivery that it is for.',
      device: true,
      headers: {
        'Waybill-Sent-At': "What the device's clock shows. Its offset is taken off `at`.",
      },
      multipart: PROOF_FORM,
      answers: {
        201: { description: 'Kept.', schema: addedProofs },
        200: { description: 'It was here already, by its `id`.', schema: addedProofs },
      },
      errors: ['not_found', 'conflict', 'invalid'],
    },
  },
  (deps: ProofDeps) => {
    const { clock, randomBytes } = deps.tracking;
    return {
      add: async ({ driver, form, request }) =>
        receiveProof(deps, form, {
          tenant: driver.tenant,
          by: { givenBy: 'courier', giverId: wireId('courier', driver.courierId) },
          shipmentId: null,
          fallbackId: uuidV7(clock.nowMs(), randomBytes(10)),
          clockAheadMs: aheadMs(request.headers['waybill-sent-at'], clock.nowMs()),
          permit: (ids, heldAtMs) => assertHad(deps, driver, ids, heldAtMs),
        }),
    };
  },
);

/** How far a device's clock is ahead, in ms; 0 if it sent no time or the difference is small. */
function aheadMs(sentAt: string | string[] | undefined, nowMs: number): number {
  const shown = typeof sentAt === 'string' ? Date.parse(sentAt) : Number.NaN;
  const ahead = shown - nowMs;
  return Number.isNaN(ahead) || Math.abs(ahead) < CLOCK_RIGHT_MS ? 0 : ahead;
}

/**
 * Throws a `Problem` (409) unless the courier had all these parcels at that time.
 * @param heldAtMs when the proof was recorded; null: now.
 */
async function assertHad(
  { tracking }: ProofDeps,
  { tenant, courierId }: Driver,
  shipmentIds: readonly string[],
  heldAtMs: number | null,
): Promise<void> {
  const nowMs = tracking.clock.nowMs();
  const atMs = Math.min(heldAtMs ?? nowMs, nowMs);
  const had = await withTenant(tracking.db.app, tenant, (tx) =>
    parcelsOpenToProof(tx, tenant, courierId, shipmentIds, atMs),
  );
  if (shipmentIds.every((id) => had.has(id))) return;
  throw new Problem('conflict', 'deliveries.notYourParcelThen', {
    fix: 'deliveries.scanParcelFirst',
  });
}
