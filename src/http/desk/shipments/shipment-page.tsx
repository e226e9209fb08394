import type { Delivery } from '../../../reactions/merchant-webhooks/index.ts';
import type { Notification } from '../../../reactions/notifications/index.ts';
import type { PredictionExplained } from '../../../reactions/predictions/index.ts';
import { iso, movesFrom, shipmentJson } from '../../../tracking/index.ts';
import { Instant, Table, Tag } from '../../console/parts/pieces.tsx';
import { CourierNotes } from '../../resources/couriers/console-notes.tsx';
import { Cases } from '../../resources/shipments/console/cases.tsx';
import { Custody } from '../../resources/shipments/console/custody.tsx';
import { ShipmentFacts, StatusTag } from '../../resources/shipments/console/headline.tsx';
import { Proofs } from '../../resources/shipments/console/proofs.tsx';
import { Commands, LinkedParcels } from '../../resources/shipments/console/related.tsx';
import type { SeenShipment } from '../../resources/shipments/console/seen-shipment.ts';
import type { Sight } from '../../resources/shipments/console/sight.ts';
import { ShipmentTimeline } from '../../resources/shipments/console/timeline.tsx';
import { DeskLayout } from '../parts/layout.tsx';
import type { DeskCall, DeskDeps } from '../visit.ts';
import { shipmentPathOf } from './list-page.tsx';
import { AT } from './listing.ts';
import { MoreActs } from './more-acts.tsx';
import { Prediction } from './prediction.tsx';

interface Props {
  readonly deps: DeskDeps;
  readonly call: DeskCall;
  readonly seen: SeenShipment;
  readonly sight: Sight;
  readonly messages: readonly Notification[];
  readonly deliveries: readonly Delivery[];
  /** Null: no date was worked out yet. */
  readonly explained: PredictionExplained | null;
  /** One that was just made for its recipient; null: none. */
  readonly link: string | null;
  readonly notice: string | null;
}

/** One parcel with everything that its merchant knows of it. */
export function DeskShipmentPage(props: Props) {
  const { deps, call, seen, sight, messages, deliveries, explained, link, notice } = props;
  const { shipment } = seen.view;
  const { trackingNumber: title, state } = shipment;
  const shown = shipmentJson(shipment, deps.parts.publicUrl());
  const { describe } = deps.parts.tracking.context();
  const words = deps.predictionTexts.get('en');
  return (
    <DeskLayout deps={deps} title={title} visitor={call.visitor} at={AT} notice={notice}>
      <p class="crumbs">
        <a href={AT}>Shipments</a>
      </p>
      <h1 class="number">
        {title} <StatusTag status={state.status} reason={state.subStatus} />
      </h1>
      {link !== null && (
        <div class="card" role="status">
          <p>
            The recipient’s own page. It works for seven days; give it to nobody else. It is not
            shown again.
          </p>
          <p class="wrap">
            <code>{link}</code>
          </p>
        </div>
      )}
      <ShipmentFacts seen={seen} sight={sight} merchant={null} shown={shown} />
      {sight.seesPeople && <Recipient of={seen.view.personal.recipient} />}
      {call.may('shipments:change') && <Acts call={call} seen={seen} />}
      <Cases cases={seen.cases} sight={sight} />
      <Proofs seen={seen} sight={sight} />
      <Custody custody={seen.custody} sight={sight} />
      {sight.seesPeople && seen.courierNotes.length > 0 && (
        <CourierNotes notes={seen.courierNotes} />
      )}
      <ShipmentTimeline
        seen={seen}
        describe={describe}
        {...(sight.seesPeople
          ? { reportPath: (report) => `${shipmentPathOf(shipment.id)}/reports/${report}` }
          : {})}
      />
      {explained !== null && words !== undefined && (
        <Prediction explained={explained} words={words} />
      )}
      <Messages messages={messages} />
      <Deliveries deliveries={deliveries} />
      <Commands commands={seen.view.commands} sight={sight} />
      <LinkedParcels links={seen.view.links} sight={sight} />
    </DeskLayout>
  );
}

function Recipient({ of }: { readonly of: Readonly<Record<string, unknown>> | null }) {
  const parts = ['name', 'email', 'phone'].flatMap((name) => {
    const value = of?.[name];
    return typeof value === 'string' && value !== '' ? [value] : [];
  });
  if (parts.length === 0) return null;
  return (
    <dl class="facts">
      <dt>Recipient</dt>
      <dd class="wrap">{parts.join(', ')}</dd>
    </dl>
  );
}

function Acts({ call, seen }: Pick<Props, 'call' | 'seen'>) {
  const {
    id,
    tags,
    state: { status },
  } = seen.view.shipment;
  const { csrf } = call.visitor;
  return (
    <section aria-labelledby="acts">
      <h2 id="acts">Actions</h2>
      <div class="desk-acts">
        <form method="post" action={`${shipmentPathOf(id)}/refresh`}>
          <input type="hidden" name="csrf" value={csrf} />
          <button type="submit">Ask the carrier now</button>
        </form>
        <form method="post" action={`${shipmentPathOf(id)}/tags`} class="row">
          <input type="hidden" name="csrf" value={csrf} />
          <label for="tags">Tags, separated by commas</label>
          <input
            id="tags"
            name="tags"
            type="text"
            value={tags.join(', ')}
            maxLength={1_000}
            autocomplete="off"
          />
          <button type="submit">Save tags</button>
        </form>
        <MoreActs
          id={id}
          csrf={csrf}
          moves={movesFrom(status)}
          hasRecipient={seen.view.personal.recipient !== null}
        />
        <details>
          <summary>Stop tracking</summary>
          <form method="post" action={`${shipmentPathOf(id)}/erase`} class="stack">
            <input type="hidden" name="csrf" value={csrf} />
            <p>
              The parcel leaves lists and pages, and everything known of its recipient is erased.
              This cannot be undone.
            </p>
            <label class="check">
              <input type="checkbox" name="sure" value="yes" required /> I am sure
            </label>
            <button type="submit" class="danger">
              Stop tracking and erase
            </button>
          </form>
        </details>
      </div>
    </section>
  );
}

/** What was sent to people, and what was not and why. */
function Messages({ messages }: { readonly messages: readonly Notification[] }) {
  if (messages.length === 0) return null;
  return (
    <>
      <h2>Messages</h2>
      <Table label="Messages" head={['When', 'About', 'To', 'By', 'State', 'Why']} stacks>
        {messages.map((each) => (
          <tr key={each.id}>
            <td>
              <Instant at={iso(each.createdAtMs)} />
            </td>
            <td>{each.milestone.replaceAll('_', ' ')}</td>
            <td>{each.audience}</td>
            <td>{each.channel}</td>
            <td>
              <Tag tone={each.state === 'sent' ? 'good' : 'plain'}>{each.state}</Tag>
            </td>
            <td class="wrap">{each.reason?.replaceAll('_', ' ')}</td>
          </tr>
        ))}
      </Table>
    </>
  );
}

function Deliveries({ deliveries }: { readonly deliveries: readonly Delivery[] }) {
  if (deliveries.length === 0) return null;
  return (
    <>
      <h2>Webhooks</h2>
      <Table label="Webhooks" head={['When', 'Event', 'State', 'Attempts', 'Last answer']} stacks>
        {deliveries.map((each) => (
          <tr key={each.id}>
            <td>
              <Instant at={iso(each.recordedAtMs)} />
            </td>
            <td class="wrap">{each.type}</td>
            <td>
              <Tag tone={each.state === 'delivered' ? 'good' : 'plain'}>{each.state}</Tag>
            </td>
            <td>{each.attempts}</td>
            <td class="wrap">{each.lastStatus ?? each.lastReason}</td>
          </tr>
        ))}
      </Table>
    </>
  );
}
