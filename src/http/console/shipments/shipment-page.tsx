import type { LatLng } from '../../../kernel/places/distance.ts';
import { isTerminal, mayArrive } from '../../../kernel/status.ts';
import { describe as describeIn } from '../../../normalization/index.ts';
import { messagesIn } from '../../../platform/messages/catalogue.ts';
import type { Delivery } from '../../../reactions/merchant-webhooks/index.ts';
import type { Notification, WrittenMessage } from '../../../reactions/notifications/index.ts';
import type { PredictionExplained } from '../../../reactions/predictions/index.ts';
import type { Describe } from '../../../tracking/ports/public-tracks.ts';
import {
  iso,
  movesFrom,
  type ShipmentNote,
  shipmentJson,
} from '../../../tracking/ports/shipments.ts';
import { useCarrierNames } from '../kit/carrier-name.ts';
import { PostForm, Sentence } from '../kit/fields.tsx';
import { useMessages, useSpoken } from '../kit/language.ts';
import { DeskLayout } from '../kit/layout.tsx';
import { Instant, Table, Tag } from '../kit/pieces.tsx';
import type { DeskCall, DeskDeps } from '../kit/visit.ts';
import { CourierNotes, Custody } from '../operators/shipments/custody.tsx';
import { ShipmentFacts, StatusTag } from '../operators/shipments/headline.tsx';
import { Proofs } from '../operators/shipments/proofs.tsx';
import { Cases, Commands, LinkedParcels } from '../operators/shipments/related.tsx';
import type { ShipmentSnapshot, Sight } from '../operators/shipments/shipment-snapshot.ts';
import { ShipmentTimeline } from '../operators/shipments/timeline.tsx';
import { ScanMap } from '../scans/scan-map.tsx';
import type { ScanPlace } from '../scans/scan-places.ts';
import { Notes } from '../writing/page.tsx';
import { shipmentPathOf } from './list-page.tsx';
import { AT } from './listing.ts';
import { MoreActs } from './more-acts.tsx';
import { Prediction } from './prediction.tsx';

/** Where a parcel was and where it goes; null: unknown, or hidden from the reader. */
export interface Course {
  readonly places: readonly ScanPlace[];
  readonly goal: LatLng | null;
}

interface Props {
  readonly deps: DeskDeps;
  readonly call: DeskCall;
  readonly snapshot: ShipmentSnapshot;
  readonly sight: Sight;
  readonly messages: readonly Notification[];
  /** Manual messages to the recipient, by message id; empty for users who may not see them. */
  readonly written: ReadonlyMap<string, WrittenMessage>;
  /** Colleagues' notes; empty for users who may not see them. */
  readonly notes: readonly ShipmentNote[];
  readonly deliveries: readonly Delivery[];
  /** Null: no estimate has been computed yet. */
  readonly explained: PredictionExplained | null;
  readonly course: Course;
  /** A new link for its recipient; null: none. */
  readonly link: string | null;
  readonly notice: string | null;
}

/** A wrapper, because texts are available only during rendering. */
export const DeskShipmentPage = (props: Props) => <Page {...props} />;

/** One parcel with everything its merchant knows about it. */
function Page(props: Props) {
  const texts = useMessages().desk.shipment;
  const { language } = useSpoken();
  const { deps, call, snapshot, sight, deliveries, explained, link, course, notice } = props;
  const carrierOf = useCarrierNames(deps);
  const { shipment } = snapshot.view;
  const { trackingNumber: title, state } = shipment;
  const shown = shipmentJson(shipment, deps.parts.publicUrl());
  const describe: Describe = (reading) => describeIn(messagesIn(language).status, reading);
  const { title: list } = useMessages().desk.shipments;
  return (
    <DeskLayout
      {...{ deps, title, notice }}
      visitor={call.visitor}
      at={AT}
      {...(deps.streets === null ? {} : { script: deps.assets.scanMapScriptUrl })}
    >
      <p class="crumbs">
        <a href={AT}>{list}</a>
      </p>
      <h1 class="number">
        {title} <StatusTag status={state.status} reason={state.subStatus} />
      </h1>
      {link !== null && (
        <div class="card" role="status">
          <p>{texts.linkLead}</p>
          <p class="wrap">
            <code>{link}</code>
          </p>
        </div>
      )}
      <ShipmentFacts
        {...{ snapshot, sight, shown }}
        merchant={null}
        carrier={carrierOf(shipment.carrier)}
      />
      {sight.seesPeople && <Recipient of={snapshot.view.personal.recipient} />}
      {call.may('shipments:change') && <Acts snapshot={snapshot} />}
      {sight.seesPeople && (
        <Notes
          shipmentId={shipment.id}
          notes={props.notes}
          mayWrite={call.may('shipments:change')}
        />
      )}
      <Cases cases={snapshot.cases} sight={sight} />
      <Proofs snapshot={snapshot} sight={sight} />
      <Custody custody={snapshot.custody} sight={sight} />
      {sight.seesPeople && snapshot.courierNotes.length > 0 && (
        <CourierNotes notes={snapshot.courierNotes} />
      )}
      <ScanMap {...course} streets={deps.streets} />
      <ShipmentTimeline
        snapshot={snapshot}
        describe={describe}
        {...(sight.seesPeople
          ? { reportPath: (report) => `${shipmentPathOf(shipment.id)}/reports/${report}` }
          : {})}
      />
      {explained !== null && (
        <Prediction explained={explained} mayArrive={mayArrive(state.status, state.subStatus)} />
      )}
      <Messages messages={props.messages} written={props.written} />
      <Deliveries deliveries={deliveries} />
      <Commands commands={snapshot.view.commands} sight={sight} />
      <LinkedParcels links={snapshot.view.links} sight={sight} />
    </DeskLayout>
  );
}

function Recipient({ of }: { readonly of: Readonly<Record<string, unknown>> | null }) {
  const parts = ['name', 'email', 'phone'].flatMap((name) => {
    const value = of?.[name];
    return typeof value === 'string' && value !== '' ? [value] : [];
  });
  const words = useMessages().desk.shipment;
  if (parts.length === 0) return null;
  return (
    <dl class="facts">
      <dt>{words.recipient}</dt>
      <dd class="wrap">{parts.join(', ')}</dd>
    </dl>
  );
}

function Acts({ snapshot }: Pick<Props, 'snapshot'>) {
  const {
    id,
    tags,
    state: { status },
  } = snapshot.view.shipment;
  const words = useMessages().desk.shipment;
  const hasEnded = isTerminal(status);
  return (
    <section aria-labelledby="acts">
      <h2 id="acts">{words.actions}</h2>
      <div class="desk-acts">
        {!hasEnded && (
          <PostForm to={`${shipmentPathOf(id)}/refresh`}>
            <button type="submit">{words.askCarrier}</button>
          </PostForm>
        )}
        <PostForm to={`${shipmentPathOf(id)}/tags`} class="row">
          <label for="tags">{words.tags}</label>
          <input
            id="tags"
            name="tags"
            type="text"
            value={tags.join(', ')}
            maxLength={1_000}
            autocomplete="off"
          />
          <button type="submit">{words.saveTags}</button>
        </PostForm>
        <MoreActs
          id={id}
          moves={movesFrom(status)}
          mayRedirect={!hasEnded}
          hasRecipient={snapshot.view.personal.recipient !== null}
        />
        <details>
          <summary>{words.stop}</summary>
          <PostForm to={`${shipmentPathOf(id)}/erase`} class="stack">
            <p>{words.stopLead}</p>
            <label class="check">
              <input type="checkbox" name="sure" value="yes" required /> {words.sure}
            </label>
            <button type="submit" class="danger">
              {words.stopSubmit}
            </button>
          </PostForm>
        </details>
      </div>
    </section>
  );
}

/** Messages to people, those not sent, and why. */
function Messages({ messages, written }: Pick<Props, 'messages' | 'written'>) {
  const words = useMessages().desk.shipment;
  const { milestones } = useMessages().desk.milestones;
  if (messages.length === 0) return null;
  return (
    <>
      <h2>{words.messages}</h2>
      <Table label={words.messages} head={Object.values(words.messageHead)} stacks>
        {messages.map((each) => (
          <tr key={each.id}>
            <td>
              <Instant at={iso(each.createdAtMs)} />
            </td>
            <td class="wrap">
              {milestones[each.milestone]}
              <Written of={written.get(each.id)} />
            </td>
            <td>{words.audiences[each.audience]}</td>
            <td>{words.channels[each.channel]}</td>
            <td>
              <Tag tone={each.state === 'sent' ? 'good' : 'plain'}>
                {words.messageStates[each.state]}
              </Tag>
            </td>
            <td class="wrap">
              <Reason>{each.reason}</Reason>
            </td>
          </tr>
        ))}
      </Table>
    </>
  );
}

/** The text of a manual message; nothing for other messages. */
function Written({ of }: { readonly of: WrittenMessage | undefined }) {
  if (of === undefined) return null;
  return (
    <details>
      <summary>{of.subject}</summary>
      {of.text.split('\n').map((line, nr) => (
        <p key={nr}>{line}</p>
      ))}
    </details>
  );
}

/** Why a message was not sent, in the page's language if the reason is ours. */
function Reason({ children }: { readonly children: string | null }) {
  const { reasons } = useMessages().desk.milestones;
  if (children === null) return null;
  if (Object.hasOwn(reasons, children)) {
    return <span>{reasons[children as keyof typeof reasons]}</span>;
  }
  return <span lang="en">{children.replaceAll('_', ' ')}</span>;
}

function Deliveries({ deliveries }: { readonly deliveries: readonly Delivery[] }) {
  const words = useMessages().desk.shipment;
  if (deliveries.length === 0) return null;
  return (
    <>
      <h2>{words.webhooks}</h2>
      <Table label={words.webhooks} head={Object.values(words.webhookHead)} stacks>
        {deliveries.map((each) => (
          <tr key={each.id}>
            <td>
              <Instant at={iso(each.recordedAtMs)} />
            </td>
            <td class="wrap">{each.type}</td>
            <td>
              <Tag tone={each.state === 'delivered' ? 'good' : 'plain'}>
                {words.webhookStates[each.state]}
              </Tag>
            </td>
            <td>{each.attempts}</td>
            <td class="wrap">
              {each.lastStatus ?? (each.lastReason && <Sentence text={each.lastReason} />)}
            </td>
          </tr>
        ))}
      </Table>
    </>
  );
}
