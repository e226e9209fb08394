import { inboundMessagesById, openInboundMessage, redactContent } from '../../../intake/index.ts';
import { Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';
import { STATUSES } from '../../../kernel/status.ts';
import {
  commandShipment,
  explainShipment,
  findShipment,
  trackingUrl,
} from '../../../tracking/ports/shipments.ts';
import type { Route } from '../../kit/route.ts';
import { deskForm, deskPage } from '../kit/desk-route.ts';
import type { PageAnswer } from '../kit/page-answer.ts';
import type { DeskCall, DeskDeps } from '../kit/visit.ts';
import { shipmentPathOf } from './list-page.tsx';
import { ReportPage } from './report-page.tsx';
import { idOf, noSuchShipment } from './shipment-id.ts';

const NOTE_CHARS_MAX = 500;
/** The same lifetime as links in messages. */
const LINK_HOURS = 168;

/** Manual actions on one parcel, and the original reports of its carrier. */
export function recipientActionRoutes(
  deps: DeskDeps,
  page: (call: DeskCall, link: string) => Promise<PageAnswer>,
): readonly Route[] {
  const { tracking } = deps.parts;
  return [
    deskForm(deps, 'correctDeskShipment', async (call) => {
      const id = idOf(call);
      const status = STATUSES.find((each) => each === call.form.get('status'));
      const note = (call.form.get('note') ?? '').trim();
      if (status === undefined || note.length > NOTE_CHARS_MAX) {
        throw new Problem('invalid', 'desk.chooseStatusAndNote');
      }
      const outcome = await commandShipment(tracking, call.tenant, id, {
        status,
        subStatus: null,
        occurredAtMs: null,
        apiKeyId: null,
        note: note === '' ? null : note,
      });
      if (outcome.kind === 'not_found') throw noSuchShipment();
      if (outcome.kind !== 'done') throw refusal(outcome);
      await call.note(`${status} ${id}`);
      return { seeOther: `${shipmentPathOf(id)}?done=status` };
    }),
    deskForm(deps, 'linkDeskShipment', async (call) => {
      const shipment = await findShipment(tracking, call.tenant, idOf(call));
      if (shipment === null) throw noSuchShipment();
      const link = deps.notifications.personalLink(shipment, LINK_HOURS);
      if (link === null) {
        throw new Problem('conflict', 'desk.noRecipientContact', {
          fix: 'desk.setRecipientContact',
        });
      }
      await call.note(shipment.id);
      const url = trackingUrl(tracking.publicUrl(), shipment);
      return page(call, `${url}?t=${encodeURIComponent(link.token)}`);
    }),
    deskPage(deps, 'readReportOfDeskShipment', (call) => readReport(deps, call)),
  ];
}

type Refused = Exclude<
  Awaited<ReturnType<typeof commandShipment>>,
  { readonly kind: 'done' | 'not_found' }
>;

function refusal(outcome: Refused): Problem {
  switch (outcome.kind) {
    case 'forbidden':
      return new Problem(
        'conflict',
        { 'desk.statusHasChanged': { current: outcome.current.replaceAll('_', ' ') } },
        {
          fix: 'desk.reopenAndChooseStatus',
        },
      );
    case 'proof_missing':
      return new Problem(
        'conflict',
        { 'desk.needsProofFirst': { missing: outcome.missing.join(', ') } },
        {
          fix: 'desk.supplyProof',
        },
      );
    case 'overtaken':
      return new Problem('conflict', 'desk.newerStatusKnown', {
        fix: 'desk.reopenAndRecheck',
      });
  }
}

/**
 * The page of an original report that the parcel's history comes from. Throws a 404 for any other
 * report, and for one that was not received for this merchant.
 */
async function readReport(deps: DeskDeps, call: DeskCall) {
  const { tracking, db, vocabulary } = deps.parts;
  const id = idOf(call);
  const reportId = call.param('report').toLowerCase();
  const explained = isUuid(reportId) ? await explainShipment(tracking, call.tenant, id) : null;
  const isOurs = explained?.explanation.facts.some(
    ({ winning_observation: observed }) => observed?.inbound_message_id === reportId,
  );
  const [row] = isOurs ? await inboundMessagesById(db.pipeline, [reportId]) : [];
  const { merchantId, mode } = call.tenant;
  if (row === undefined || row.merchantId !== merchantId || row.mode !== mode) {
    throw new Problem('not_found', 'desk.reportUnavailable');
  }
  const inboundMessage = openInboundMessage(row, tracking.sealer);
  const received = {
    carrier: row.carrier,
    receivedAtMs: row.receivedAtMs,
    source: row.source,
  };
  const content = inboundMessage && redactContent(inboundMessage, await vocabulary());
  return ReportPage({ deps, call, shipmentId: id, inboundMessage: received, content });
}
