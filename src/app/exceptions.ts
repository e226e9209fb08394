import type { Machines } from '../platform/machines.ts';
import {
  type CarrierPort,
  type ExceptionsDeps,
  readPolicyFile,
  withOwnCouriers,
} from '../reactions/exceptions/index.ts';
import { courierPhotos, proofsOfShipment, viewShipment } from '../tracking/index.ts';
import type { Hub } from './hub.ts';

/** Builds the dependencies of exceptions. Rejects if the policy cannot be used. */
export async function composeExceptions(
  { config, log }: Machines,
  { tracking, blobs, proofs, fleet }: Hub,
  carriers: CarrierPort,
): Promise<ExceptionsDeps> {
  return {
    tracking,
    blobs,
    ...(fleet === null
      ? { carriers }
      : {
          carriers: withOwnCouriers(carriers, fleet.requests),
          courierPhotos: courierPhotos({ tracking, proofs }),
          custodyTrouble: fleet.custodyTrouble,
        }),
    log,
    policy: await readPolicyFile(config.exceptionPolicy),
    async hasProof(tenant, shipmentId) {
      const view = await viewShipment(tracking, tenant, shipmentId);
      if (view === null) return false;
      if ((await proofs.list(tenant, view.proofs)).length > 0) return true;
      // A name alone, or a PIN, counts as proof as well.
      const own = await proofsOfShipment({ tracking, proofs }, tenant, shipmentId);
      return own?.proofs.some(({ kinds }) => kinds.length > 0) ?? false;
    },
  };
}
