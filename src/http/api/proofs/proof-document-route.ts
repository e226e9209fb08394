import { Problem } from '../../../kernel/errors.ts';
import { resource } from '../../kit/resource.ts';
import { makeProofDocument, type ProofDocumentDeps } from './make-proof-document.ts';
import { proofDocumentQuery } from './schema.ts';

/** The proof document of a merchant's parcel, as a PDF. */
export const proofDocument = resource(
  { noun: 'shipment', tag: 'Own couriers' },
  {
    get: {
      id: 'getProofOfDeliveryPdf',
      method: 'GET',
      path: '/shipments/:id/proof.pdf',
      summary: 'Get the proof of delivery as a PDF',
      description:
        "Number, time with its zone, name, place, photos and signature, in the recipient's language (`recipient.locale`) unless you name another.",
      scope: 'shipments:read',
      query: proofDocumentQuery,
      answers: {
        200: { description: 'The proof of delivery, as a PDF.', mediaType: 'application/pdf' },
      },
    },
  },
  (deps: ProofDocumentDeps) => ({
    get: async ({ tenant, query, id, missing }) => {
      const language = { wanted: query.language ?? null };
      const made = await makeProofDocument(deps, tenant, id, language);
      switch (made.kind) {
        case 'no_such_shipment':
          throw missing();
        case 'no_proof':
          throw new Problem('not_found', 'shipments.noProofYet', {
            fix: 'shipments.checkMissingProof',
          });
        case 'made':
          return {
            status: 200,
            bytes: made.bytes,
            headers: {
              'content-type': 'application/pdf',
              'content-disposition': `attachment; filename="${made.fileName}.pdf"`,
              'content-security-policy': "default-src 'none'; sandbox",
              'cache-control': 'private, no-store',
            },
          };
      }
    },
  }),
);
