import { Problem } from '../../../kernel/errors.ts';
import { LANGUAGES, languageOf } from '../../../platform/messages/languages.ts';
import { viewShipment } from '../../../tracking/ports/shipments.ts';
import { makeProofDocument } from '../../api/proofs/make-proof-document.ts';
import type { Route } from '../../kit/route.ts';
import { parseBody } from '../../kit/validation.ts';
import { pageOf } from '../tracking/visitor.ts';
import {
  type DeliveryRequestDeps,
  type Opened,
  openLink,
  showFormAgain,
  troubleOf,
} from './request-routes.ts';
import { formMembers, PROOF_DOCUMENT, proofRequest } from './schema.ts';

const PATH = '/track/:carrier/:tracking_number/proof';

/**
 * Shows the proof of delivery to the holder of a personal link who has confirmed that they want to
 * see it. The file is the response itself, not a link: there is no URL to pass on.
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
      const found =
        wanted.proof === PROOF_DOCUMENT
          ? await proofDocumentOf(deps, opened)
          : await proofOf(deps, opened, wanted.proof);
      if (found === null) {
        if (sent.kind === 'json') throw new Problem('not_found', 'tracking.noSuchProof');
        await showFormAgain(deps, opened, troubleOf('proof', 'gone', sent.form));
        return;
      }
      deps.personal.log.info(
        { shipment_id: holder.shipment.id, proof_id: found.id },
        'a proof of delivery was shown to the holder of a personal link, after consent',
      );
      response
        .writeHead(200, {
          'content-type': found.mediaType,
          'content-length': found.bytes.length,
          'content-disposition': found.disposition,
          'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
          'x-robots-tag': 'noindex',
        })
        .end(found.bytes);
    },
  };
}

/**
 * Returns the id of the wanted proof; null within it if none is named. Null: the reader did not
 * agree, and the response has been sent.
 */
async function wantedProof(
  deps: DeliveryRequestDeps,
  opened: Opened,
): Promise<{ readonly proof: string | null } | null> {
  const { sent } = opened;
  if (sent.kind === 'json') return { proof: parseBody(proofRequest, sent.value).proof ?? null };
  const read = proofRequest.safeParse(formMembers(sent.form));
  if (read.success) return { proof: read.data.proof ?? null };
  await showFormAgain(deps, opened, troubleOf('proof', 'consent_missing', sent.form));
  return null;
}

interface ShownFile {
  /** Id of the proof; `proof_document` for all of them together. */
  readonly id: string;
  readonly mediaType: string;
  readonly disposition: string;
  readonly bytes: Uint8Array;
}

async function isOffered({ personal }: DeliveryRequestDeps, { holder }: Opened): Promise<boolean> {
  const { tenant, shipment } = holder;
  const offers = await personal.service.offers({ tenant, shipmentId: shipment.id });
  return offers?.proofAvailable === true;
}

/**
 * Returns the wanted proof, or the first one if none is named. Null if the parcel is not delivered,
 * or has no such proof.
 */
async function proofOf(
  deps: DeliveryRequestDeps,
  opened: Opened,
  wanted: string | null,
): Promise<ShownFile | null> {
  const { personal } = deps;
  const { tenant, shipment } = opened.holder;
  if (!(await isOffered(deps, opened))) return null;
  const view = await viewShipment(personal.tracking, tenant, shipment.id);
  if (view === null) return null;
  const id = wanted ?? (await personal.proofs.list(tenant, view.proofs))[0]?.id;
  const found = id === undefined ? null : await personal.proofs.read(tenant, view.proofs, id);
  if (found === null) return null;
  const { mediaType } = found.proof;
  const disposition = `inline; filename="proof.${extensionOf(mediaType)}"`;
  return { id: found.proof.id, mediaType, disposition, bytes: found.bytes };
}

/** Returns all proofs in one PDF, in the recipient's language, else in that of the page. */
async function proofDocumentOf(
  deps: DeliveryRequestDeps,
  opened: Opened,
): Promise<ShownFile | null> {
  const { tenant, shipment } = opened.holder;
  if (!(await isOffered(deps, opened))) return null;
  const { language } = pageOf(deps.pages, opened.visit);
  const fallback = languageOf(language) ?? LANGUAGES[0];
  const made = await makeProofDocument(deps.personal, tenant, shipment.id, {
    wanted: null,
    fallback,
  });
  if (made.kind !== 'made') return null;
  const disposition = `attachment; filename="${made.fileName}.pdf"`;
  return { id: PROOF_DOCUMENT, mediaType: 'application/pdf', disposition, bytes: made.bytes };
}

function extensionOf(mediaType: string): string {
  return mediaType.split('/').at(-1) ?? 'bin';
}
