import { h } from 'preact';
import { Problem } from '../../../../kernel/errors.ts';
import { isUuid } from '../../../../kernel/ids.ts';
import type { Tenant } from '../../../../kernel/tenant.ts';
import { visibleMerchants } from '../../../../merchants/index.ts';
import {
  findShipmentOfAnyTenant,
  type Shipment,
  shipmentsByNumber,
  viewShipment,
} from '../../../../tracking/ports/shipments.ts';
import { makeProofDocument } from '../../../api/proofs/make-proof-document.ts';
import { isShown } from '../../../kit/file-types.ts';
import type { Route } from '../../../kit/route.ts';
import { shipmentPath } from '../../kit/pieces.tsx';
import { consolePage } from '../console-route.ts';
import type { ConsoleDeps, PageCall } from '../visit.ts';
import { AT, FindShipmentPage, QUERY_CHARS_MAX } from './find-page.tsx';
import { ShipmentPage } from './shipment-page.tsx';
import { type Sight, seeShipment } from './shipment-snapshot.ts';

/** Limit for one number; further merchants with the same parcel are not listed. */
const FOUND_SHOWN = 50;

/** Single parcels of all merchants, for operators. */
export function shipmentConsoleRoutes(deps: ConsoleDeps): readonly Route[] {
  return [findPage(deps), onePage(deps), proofFile(deps), proofDocumentFile(deps)];
}

function findPage(deps: ConsoleDeps): Route {
  return consolePage(deps, AT, async (call) => {
    const query = (call.query.get('number') ?? '').trim().slice(0, QUERY_CHARS_MAX);
    const found = query === '' ? [] : await shipmentsCalled(deps, query);
    const [only] = found;
    if (only !== undefined && found.length === 1) return { seeOther: shipmentPath(only.id) };
    return h(FindShipmentPage, {
      deps,
      call,
      query,
      found: found.slice(0, FOUND_SHOWN),
      isCut: found.length > FOUND_SHOWN,
      merchants: await merchantSlugs(deps),
    });
  });
}

/** Shipments of any merchant, by id or by number in each carrier's spelling; newest first. */
async function shipmentsCalled({ parts }: ConsoleDeps, query: string): Promise<Shipment[]> {
  if (isUuid(query)) {
    const found = await findShipmentOfAnyTenant(parts.tracking, query.toLowerCase());
    return found === null ? [] : [found];
  }
  const numbers = parts.adapters.list().flatMap(({ manifest, numbers }) => {
    const trackingNumber = numbers.normalize(query);
    return trackingNumber === '' ? [] : [{ carrier: manifest.name, trackingNumber }];
  });
  return (await shipmentsByNumber(parts.db.pipeline, numbers)).toReversed();
}

async function merchantSlugs(deps: ConsoleDeps): Promise<ReadonlyMap<string, string>> {
  const all = await visibleMerchants(deps.parts.db.pipeline);
  return new Map(all.map(({ id, slug }) => [id, slug]));
}

/** The tenant of a shipment; throws when it does not exist. */
async function tenantOf({ parts }: ConsoleDeps, id: string): Promise<Tenant> {
  const found = isUuid(id) ? await findShipmentOfAnyTenant(parts.tracking, id.toLowerCase()) : null;
  if (found === null) throw noSuchShipment();
  return { merchantId: found.merchantId, mode: found.mode };
}

function noSuchShipment(): Problem {
  return new Problem('not_found', 'operators.noSuchShipment');
}

function onePage(deps: ConsoleDeps): Route {
  return consolePage(deps, `${AT}/:id`, async (call) => {
    const id = call.param('id').toLowerCase();
    const tenant = await tenantOf(deps, id);
    const snapshot = await seeShipment(deps.parts, tenant, id);
    if (snapshot === null) throw noSuchShipment();
    return h(ShipmentPage, {
      deps,
      call,
      snapshot,
      sight: sightOf(deps, call, id),
      merchant: (await merchantSlugs(deps)).get(tenant.merchantId),
    });
  });
}

function sightOf({ parts }: ConsoleDeps, { visitor }: PageCall, id: string): Sight {
  return {
    nowMs: parts.clock.nowMs(),
    seesPeople: visitor.power === 'write',
    pathOf: {
      shipment: shipmentPath,
      case: (caseId) => (parts.exceptions === undefined ? null : `/ops/exceptions/${caseId}`),
      courier: (courierId) => (parts.custody === undefined ? null : `/ops/couriers/${courierId}`),
      proof: (fileId) => `${shipmentPath(id)}/proofs/${fileId}`,
      proofDocument: `${shipmentPath(id)}/proof.pdf`,
    },
  };
}

/** Throws for viewers: pictures show people and doors. */
function assertSeesPeople({ visitor }: PageCall): void {
  if (visitor.power === 'write') return;
  throw new Problem('forbidden', 'operators.proofsNeedWritingKey');
}

function proofFile(deps: ConsoleDeps): Route {
  const { tracking, proofs, log } = deps.parts;
  return consolePage(deps, `${AT}/:id/proofs/:proof`, async (call) => {
    const id = call.param('id').toLowerCase();
    const tenant = await tenantOf(deps, id);
    assertSeesPeople(call);
    const view = await viewShipment(tracking, tenant, id);
    const found = view && (await proofs.read(tenant, view.proofs, call.param('proof')));
    if (found === null) throw new Problem('not_found', 'desk.noSuchProof');
    const { id: proofId, mediaType } = found.proof;
    const about = { shipment_id: id, proof_id: proofId, key_id: call.visitor.key.id };
    log.info(about, 'an operator viewed a proof of delivery');
    return {
      bytes: found.bytes,
      name: `proof-${proofId}`,
      extension: mediaType.replace(/^.*\//, ''),
      pictureType: isShown(mediaType) && !call.query.has('download') ? mediaType : null,
    };
  });
}

function proofDocumentFile(deps: ConsoleDeps): Route {
  const { log } = deps.parts;
  return consolePage(deps, `${AT}/:id/proof.pdf`, async (call) => {
    const id = call.param('id').toLowerCase();
    const tenant = await tenantOf(deps, id);
    assertSeesPeople(call);
    const made = await makeProofDocument(deps.parts, tenant, id, { wanted: null });
    if (made.kind !== 'made') throw new Problem('not_found', 'desk.noProofOfDelivery');
    const about = { shipment_id: id, key_id: call.visitor.key.id };
    log.info(about, 'an operator viewed a proof of delivery');
    return { bytes: made.bytes, name: made.fileName, extension: 'pdf', pictureType: null };
  });
}
