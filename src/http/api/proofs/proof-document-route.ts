import { Problem } from '../../../kernel/errors.ts';
import { type MerchantApi, merchantRoute } from '../../kit/merchant-route.ts';
import type { Route } from '../../kit/route.ts';
import { noSuchShipment, shipmentId } from '../shipments/routes.ts';
import { makeProofDocument, type ProofDocumentDeps } from './make-proof-document.ts';
import { getProofDocumentOperation } from './operations.ts';

/** The proof document of a merchant's parcel, as a PDF. */
export function proofDocumentRoute(api: MerchantApi, deps: ProofDocumentDeps): Route {
  return merchantRoute(api, getProofDocumentOperation, async ({ tenant, param, query }) => {
    const language = { wanted: query.language ?? null };
    const made = await makeProofDocument(deps, tenant, shipmentId(param('id')), language);
    switch (made.kind) {
      case 'no_such_shipment':
        throw noSuchShipment();
      case 'no_proof':
        throw new Problem('not_found', 'No proof of this delivery has been given.', {
          fix: 'See missing in GET /v1/shipments/{id}/proof for what is still needed.',
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
  });
}
