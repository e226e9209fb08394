import type { Machines } from '../platform/machines.ts';
import {
  type CarrierPort,
  type ExceptionsDeps,
  readPolicyFile,
} from '../reactions/exceptions/index.ts';
import { viewShipment } from '../tracking/index.ts';
import type { Hub } from './hub.ts';

/** What exceptions are worked with. Rejects when the policy cannot be used. */
export async function composeExceptions(
  { config, log }: Machines,
  { tracking, blobs, proofs }: Hub,
  carriers: CarrierPort,
): Promise<ExceptionsDeps> {
  return {
    tracking,
    blobs,
    carriers,
    log,
    policy: await readPolicyFile(config.exceptionPolicy),
    async hasProof(tenant, shipmentId) {
      const view = await viewShipment(tracking, tenant, shipmentId);
      return view !== null && (await proofs.list(tenant, view.proofs)).length > 0;
    },
  };
}
