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
import { type MerchantApi, merchantRoute } from '../../kit/merchant-route.ts';
import type { Route } from '../../kit/route.ts';
import { invalidMember } from '../../kit/validation.ts';
import { commandShipmentOperation } from './operations.ts';
import { noSuchShipment, shipmentId } from './routes.ts';

/** "Set this status": allowed transitions happen, others are refused with the allowed ones. */
export function commandRoutes(api: MerchantApi, tracking: TrackingDeps): readonly Route[] {
  return [
    merchantRoute(api, commandShipmentOperation, async ({ tenant, key, param, body }) => {
      const occurredAtMs = body.occurred_at ? Date.parse(body.occurred_at) : null;
      if (occurredAtMs !== null && occurredAtMs > tracking.clock.nowMs() + COMMAND_AHEAD_MS_MAX) {
        throw invalidMember(
          '/occurred_at',
          'It is in the future.',
          'Send the time when it happened, or omit it for now.',
        );
      }
      const outcome = await commandShipment(tracking, tenant, shipmentId(param('id')), {
        status: body.status,
        subStatus: body.sub_status ?? null,
        occurredAtMs,
        note: body.note ?? null,
        apiKeyId: key.id,
      });
      return answerOf(outcome, body.status, tracking.publicUrl(), param('id'));
    }),
  ];
}

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
      const where = allowed.length === 0 ? 'to no other status' : `to ${allowed.join(', ')}`;
      throw new Problem(
        'forbidden_move',
        `A shipment with status ${current} cannot become ${requested}; it can move ${where}.`,
        { extra: { current, requested, allowed } },
      );
    }
    case 'proof_missing': {
      const { missing } = outcome;
      throw new Problem(
        'proof_missing',
        `The shipment needs proof before it is delivered: ${missing.join(', ')}.`,
        { extra: { missing, proof_url: `/v1/shipments/${id}/proof` } },
      );
    }
    case 'overtaken':
      throw new Problem(
        'conflict',
        `Something later than this command is already known; the status stays ${outcome.current}.`,
        { extra: { current: outcome.current, requested, latest_at: iso(outcome.latestAtMs) } },
      );
  }
}
