import { Problem } from '../../../kernel/errors.ts';
import { viewShipment } from '../../../tracking/index.ts';
import type { Route } from '../../kit/route.ts';
import { parseBody } from '../../kit/validation.ts';
import { membersOf } from './request-input.ts';
import {
  again,
  type DeliveryRequestDeps,
  type Opened,
  openLink,
  troubleOf,
} from './request-routes.ts';
import { proofRequest } from './schema.ts';

const PATH = '/track/:carrier/:tracking_number/proof';

/**
 * The proof of delivery, for the holder of a personal link who says that they want to see it and may.
 * It is shown, not linked to: there is no address that could be passed on.
 */
export function proofRoute(deps: DeliveryRequestDeps): Route {
  return {
    method: 'POST',
    path: PATH,
    hot: false,
    async handler(request, response, context) {
      const opened = await openLink(deps, request, response, context);
      if (opened === null) return;
      const { sent, holder } = opened;
      const wanted = await wantedProof(deps, opened);
      if (wanted === null) return;
      const found = await proofOf(deps, opened, wanted.proof);
      if (found === null) {
        if (sent.kind === 'json') throw new Problem('not_found', 'There is no such proof to show.');
        await again(deps, opened, troubleOf('proof', 'gone', sent.form));
        return;
      }
      deps.personal.log.info(
        { shipment_id: holder.shipment.id, proof_id: found.proof.id },
        'a proof of delivery was shown to the holder of a personal link, after consent',
      );
      response
        .writeHead(200, {
          'content-type': found.proof.mediaType,
          'content-length': found.bytes.length,
          'content-disposition': `inline; filename="proof.${extensionOf(found.proof.mediaType)}"`,
          'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
          'x-robots-tag': 'noindex',
        })
        .end(found.bytes);
    },
  };
}

/** Null: it was not agreed to, and the visit has been answered. */
async function wantedProof(
  deps: DeliveryRequestDeps,
  opened: Opened,
): Promise<{ readonly proof: string | null } | null> {
  const { sent } = opened;
  if (sent.kind === 'json') return { proof: parseBody(proofRequest, sent.value).proof ?? null };
  const read = proofRequest.safeParse(membersOf(sent.form));
  if (read.success) return { proof: read.data.proof ?? null };
  await again(deps, opened, troubleOf('proof', 'consent_missing', sent.form));
  return null;
}

/** Null when there is none, or the merchant does not offer to show it. */
async function proofOf(
  { personal }: DeliveryRequestDeps,
  { holder }: Opened,
  wanted: string | null,
) {
  const { tenant, shipment } = holder;
  const offers = await personal.service.offers({ tenant, shipmentId: shipment.id });
  if (offers?.proofAvailable !== true) return null;
  const view = await viewShipment(personal.tracking, tenant, shipment.id);
  if (view === null) return null;
  const id = wanted ?? (await personal.proofs.list(tenant, view.proofs))[0]?.id;
  return id === undefined ? null : personal.proofs.read(tenant, view.proofs, id);
}

function extensionOf(mediaType: string): string {
  return mediaType.split('/').at(-1) ?? 'bin';
}
