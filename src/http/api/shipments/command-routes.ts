import { shipment } from '../../../events/shipment-view.ts';
import { Problem } from '../../../kernel/errors.ts';
import type { Status } from '../../../kernel/status.ts';
import {
  COMMAND_AHEAD_MS_MAX,
  type CommandOutcome,
  commandShipment,
  iso,
  shipmentJson,
  type TrackingDeps,
} from '../../../tracking/index.ts';
import type { Answer } from '../../kit/answer.ts';
import { resource } from '../../kit/resource.ts';
import { invalidMember } from '../../kit/validation.ts';
import { statusCommand } from './input-schema.ts';
import { noSuchShipment } from './routes.ts';

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
      const occurredAtMs = body.occurred_at ? Date.parse(body.occurred_at) : null;
      if (occurredAtMs !== null && occurredAtMs > tracking.clock.nowMs() + COMMAND_AHEAD_MS_MAX) {
        throw invalidMember('/occurred_at', 'deliveries.inFuture', 'deliveries.sendEventTime');
      }
      const outcome = await commandShipment(tracking, tenant, id, {
        status: body.status,
        subStatus: body.sub_status ?? null,
        occurredAtMs,
        note: body.note ?? null,
        apiKeyId: key.id,
      });
      return answerOf(outcome, body.status, tracking.publicUrl(), param('id'));
    },
  }),
);

function answerOf(
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
