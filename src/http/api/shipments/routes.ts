import type { z } from 'zod';
import { detectCarriers, type Registry, type ShipmentCarrier } from '../../../adapters/index.ts';
import { shipment } from '../../../events/shipment-view.ts';
import type { Proofs } from '../../../intake/index.ts';
import { Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';
import type { Status } from '../../../kernel/status.ts';
import { withTenant } from '../../../platform/database/database.ts';
import {
  COMMAND_AHEAD_MS_MAX,
  type CommandOutcome,
  commandShipment,
  deleteShipment,
  explainShipment,
  findShipment,
  iso,
  listShipments,
  patchShipment,
  type ShipmentListing,
  type ShipmentPatch,
  settledUntilMs,
  shipmentJson,
  type TrackingDeps,
  viewShipment,
} from '../../../tracking/ports/shipments.ts';
import type { Answer } from '../../kit/answer.ts';
import { BY_TIME_UNTIL, readPage } from '../../kit/paged.ts';
import { resource } from '../../kit/resource.ts';
import { invalidMember } from '../../kit/validation.ts';
import type { Polling } from '../pulling/routes.ts';
import { shipmentDetailJson } from './answers.ts';
import { metadataAlternatives, searchOf, shipmentFilter } from './filter-schema.ts';
import {
  attributesSent,
  type PatchShipment,
  shipmentChange,
  statusCommand,
} from './input-schema.ts';
import { assertProvable, namedCarrier } from './new-shipment.ts';
import { explanation, shipmentDetail, shipmentPage } from './output-schema.ts';

const SHIPMENTS = { name: 'shipments', position: BY_TIME_UNTIL };

/**
 * Reading, changing and deleting shipments; each call is limited to the key's merchant and mode.
 */
export const shipments = resource(
  { noun: 'shipment', tag: 'Shipments' },
  {
    list: {
      id: 'listShipments',
      method: 'GET',
      path: '/shipments',
      summary: 'List shipments',
      description:
        'Ordered by last change, oldest first. Page to the end, and come back later with the newest `updated_at` received as `updated_after` to miss nothing: shipments that changed up to 15 seconds before it are repeated, because a change may be committed after a later one. Where few of very many shipments match, a page may hold fewer than `limit`, or none, although there are more: go on until `next_cursor` is null.',
      scope: 'shipments:read',
      query: shipmentFilter,
      keyedQuery: { metadata: '`metadata[shop]=berlin`; if there are several, all must match.' },
      shed: { except: ['tracking_number', 'order_id'] },
      answers: { 200: { description: 'A page.', schema: shipmentPage } },
    },
    get: {
      id: 'getShipment',
      method: 'GET',
      path: '/shipments/:id',
      summary: 'Get a shipment with its events',
      scope: 'shipments:read',
      answers: { 200: { description: 'The shipment.', schema: shipmentDetail } },
    },
    update: {
      id: 'updateShipment',
      method: 'PATCH',
      path: '/shipments/:id',
      summary: 'Update a shipment',
      scope: 'shipments:write',
      body: shipmentChange,
      answers: { 200: { description: 'The shipment as it is now.', schema: shipment } },
      example: { tags: ['fragile'], promised_date: '2026-03-14' },
    },
    remove: {
      id: 'deleteShipment',
      method: 'DELETE',
      path: '/shipments/:id',
      summary: 'Stop tracking a shipment and erase its data',
      description: "Removes it from lists and pages and destroys the recipient's data.",
      scope: 'shipments:write',
      answers: { 204: { description: 'Deleted.' } },
    },
    explain: {
      id: 'explainShipment',
      method: 'GET',
      path: '/shipments/:id/explain',
      summary: "Explain a shipment's status",
      description:
        'Every fact received, how it was judged and by which rule; also when the carrier is polled next, and why then.',
      scope: 'shipments:read',
      answers: { 200: { description: 'The explanation.', schema: explanation } },
    },
  },
  ({
    tracking,
    registry,
    polling,
    proofs,
  }: {
    readonly tracking: TrackingDeps;
    readonly registry: Registry;
    readonly polling: Polling | null;
    readonly proofs: Proofs;
  }) => ({
    list: async ({ tenant, query }) => {
      const search =
        query.q === undefined ? null : searchOf(registry, tracking.people, tenant, query.q);
      const filter = { ...toFilter(registry, query), search };
      const body = await readPage(
        SHIPMENTS,
        tenant,
        query,
        (after, limit) =>
          withTenant(tracking.db.app, tenant, async (tx) => {
            const isOfChanges = query.sort === 'updated_at' || query.updated_after !== undefined;
            const updatedUntilMs = isOfChanges
              ? await settledUntilMs(tx, tracking.clock.nowMs(), after)
              : null;
            const listing = { ...filter, updatedUntilMs, sort: query.sort, after, limit };
            return listShipments(tx, listing);
          }),
        {
          position: ({ position }) => position,
          json: ({ shipment }) => shipmentJson(shipment, tracking.publicUrl()),
        },
      );
      return { status: 200, body };
    },
    get: async ({ tenant, id, found }) => {
      const view = found(await viewShipment(tracking, tenant, id));
      const shipmentProofs = await proofs.list(tenant, view.proofs);
      return { status: 200, body: shipmentDetailJson(view, shipmentProofs, tracking) };
    },
    update: async ({ tenant, body, id, found }) => {
      if (body.require_proof?.length) {
        const known = await findShipment(tracking, tenant, id);
        if (known !== null)
          assertProvable(namedCarrier(registry, known.carrier), body.require_proof);
      }
      const shipment = found(await patchShipment(tracking, tenant, id, toPatch(body)));
      return { status: 200, body: shipmentJson(shipment, tracking.publicUrl()) };
    },
    remove: async ({ tenant, id, found }) => {
      found(await deleteShipment(tracking, tenant, id));
      return { status: 204 };
    },
    explain: async ({ tenant, id, found }) => {
      const { shipment, explanation } = found(await explainShipment(tracking, tenant, id));
      const { carrier, trackingNumber } = shipment;
      const about = { id: shipment.id, carrier, tracking_number: trackingNumber };
      const explained = (await polling?.explain(tenant, { carrier, trackingNumber })) ?? null;
      return { status: 200, body: { ...about, ...explanation, polling: explained } };
    },
  }),
);

/** Throws the same 404 for an invalid id as for an unknown one. */
export function shipmentId(text: string): string {
  if (isUuid(text)) return text.toLowerCase();
  throw noSuchShipment();
}

export function noSuchShipment(): Problem {
  return new Problem('not_found', 'shipments.shipmentNotUnderKey');
}

function toFilter(
  registry: Registry,
  query: z.output<typeof shipmentFilter>,
): Omit<ShipmentListing, 'search' | 'sort' | 'after' | 'limit'> {
  const { tracking_number: number, updated_after: since } = query;
  const carrier =
    query.carrier === undefined ? null : namedCarrier(registry, query.carrier, '?carrier');
  return {
    statuses: query.status ?? null,
    carriers: carrier && [carrier.manifest.name],
    trackingNumber: number === undefined ? null : storedSpelling(registry, number, carrier),
    attributes: query,
    metadata: metadataAlternatives(query),
    updatedAfterMs: since === undefined ? null : Date.parse(since),
  };
}

/** Returns the stored spelling of a number, whatever spaces and prefixes the request has. */
function storedSpelling(
  registry: Registry,
  number: string,
  carrier: ShipmentCarrier | null,
): string {
  if (carrier !== null) return carrier.numbers.normalize(number);
  const [best] = detectCarriers(registry, number);
  const [any] = registry.carriers();
  return best?.trackingNumber ?? any?.numbers.normalize(number) ?? number;
}

/** Null clears a member; absent members stay unchanged. */
export function toPatch(sent: PatchShipment): ShipmentPatch {
  const personal = {
    ...(sent.recipient === undefined ? {} : { recipient: sent.recipient }),
    ...(sent.origin === undefined ? {} : { origin: sent.origin }),
    ...(sent.destination === undefined ? {} : { destination: sent.destination }),
  };
  return {
    ...attributesSent(sent),
    ...(Object.keys(personal).length === 0 ? {} : { personal }),
  };
}

/** "Set this status": allowed transitions happen, others are refused with the allowed ones. */
export const statusCommands = resource(
  { noun: 'shipment', tag: 'Shipments' },
  {
    set: {
      id: 'setShipmentStatus',
      method: 'POST',
      path: '/shipments/:id/status',
      summary: "Set a shipment's status",
      description:
        'Follows the table of allowed transitions. A forbidden transition gets 409 with `current`, `requested` and `allowed`. If something later is already known, the answer is 409 `conflict`. A delivery that lacks a required proof gets 409 `proof_missing` with `missing`.',
      scope: 'shipments:write',
      body: statusCommand,
      answers: { 200: { description: 'The shipment as it is now.', schema: shipment } },
      errors: ['forbidden_move', 'proof_missing', 'conflict'],
      example: { status: 'picked_up', occurred_at: '2026-03-10T12:00:00Z' },
    },
  },
  (tracking: TrackingDeps) => ({
    set: async ({ tenant, key, param, body, id }) => {
      const occurredAtMs = commandTime(body.occurred_at, tracking, '/occurred_at');
      const outcome = await commandShipment(tracking, tenant, id, {
        status: body.status,
        subStatus: body.sub_status ?? null,
        occurredAtMs,
        note: body.note ?? null,
        apiKeyId: key.id,
      });
      return commandAnswer(outcome, body.status, tracking.publicUrl(), param('id'));
    },
  }),
);

/**
 * Returns when a command says that it happened; null: it does not say. Throws a 422 about `pointer`
 * for a time in the future.
 */
export function commandTime(
  sent: string | null | undefined,
  { clock }: Pick<TrackingDeps, 'clock'>,
  pointer: string,
): number | null {
  if (!sent) return null;
  const atMs = Date.parse(sent);
  if (atMs <= clock.nowMs() + COMMAND_AHEAD_MS_MAX) return atMs;
  throw invalidMember(pointer, 'deliveries.inFuture', 'deliveries.sendEventTime');
}

/** The response to a command; throws `Problem` for one that was refused. */
export function commandAnswer(
  outcome: CommandOutcome,
  requested: Status,
  publicUrl: string,
  id: string,
): Answer {
  switch (outcome.kind) {
    case 'done':
      return { status: 200, body: shipmentJson(outcome.shipment, publicUrl) };
    case 'not_found':
      throw noSuchShipment();
    case 'forbidden': {
      const { current, allowed } = outcome;
      const to = allowed.join(', ') || 'none';
      throw new Problem(
        'forbidden_move',
        { 'shipments.transitionNotAllowed': { current, requested, to } },
        { extra: { current, requested, allowed } },
      );
    }
    case 'proof_missing': {
      const { missing } = outcome;
      throw new Problem(
        'proof_missing',
        { 'shipments.proofMissing': { missing: missing.join(', ') } },
        { extra: { missing, proof_url: `/v1/shipments/${id}/proof` } },
      );
    }
    case 'overtaken':
      throw new Problem(
        'conflict',
        { 'shipments.newerStatusKnown': { current: outcome.current } },
        {
          extra: { current: outcome.current, requested, latest_at: iso(outcome.latestAtMs) },
        },
      );
  }
}
