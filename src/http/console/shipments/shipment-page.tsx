import type { EstimateView } from '../../../events/shipment-view.ts';
import { capitalized } from '../../../kernel/capitalized.ts';
import type { OpenDelivery } from '../../../kernel/custody.ts';
import { mayArrive } from '../../../kernel/status.ts';
import { isDemo } from '../../../kernel/tenant.ts';
import { dayIn } from '../../../kernel/time/zoned-time.ts';
import { describe as describeIn } from '../../../normalization/index.ts';
import { percentIn } from '../../../platform/messages/catalogue.ts';
import type { Delivery } from '../../../reactions/merchant-webhooks/index.ts';
import type { Notification, WrittenMessage } from '../../../reactions/notifications/index.ts';
import type { PredictionExplained } from '../../../reactions/predictions/index.ts';
import type { OrderOfShop, ShopViews } from '../../../shops/index.ts';
import type { Describe } from '../../../tracking/ports/public-tracks.ts';
import {
  daysLate,
  iso,
  placeName,
  type ShipmentNote,
  shipmentJson,
} from '../../../tracking/ports/shipments.ts';
import { stepsOf } from '../../public/tracking/pages/view/progress.ts';
import { CasePreview, Cases, nextOfCase } from '../exceptions/case-page.tsx';
import type { CaseWorkProps } from '../exceptions/case-work.tsx';
import { readersTime, useDates } from '../kit/dates.ts';
import { PostForm, Sentence } from '../kit/fields.tsx';
import { useMessages, useSpoken } from '../kit/language.ts';
import { DeskLayout, FoldedCard, PageHead } from '../kit/layout.tsx';
import { useAreaNames, useCarrierNames } from '../kit/names.ts';
import { CopyButton, Moment, ShownOnce, Table, Tag } from '../kit/pieces.tsx';
import type { DeskPageProps } from '../kit/visit.ts';
import { SentTable } from '../messages/sent-table.tsx';
import { courseOf, type ParcelJourney, ScanMap } from '../scans/scan-map.tsx';
import { ShopCard } from '../shops/orders.tsx';
import { Notes } from '../writing/page.tsx';
import { ActionBar } from './action-bar.tsx';
import { shipmentPathOf } from './list-page.tsx';
import { AT } from './listing.ts';
import { isToArrive, nextStep } from './next-step.ts';
import { CourierNotes, Custody } from './parts/custody.tsx';
import { ShipmentFacts, StatusTag, TONES, usePunctuality } from './parts/headline.tsx';
import { Proofs } from './parts/proofs.tsx';
import { Commands, LinkedParcels } from './parts/related.tsx';
import type { ShipmentSnapshot, Viewer } from './parts/shipment-snapshot.ts';
import { ShipmentTimeline } from './parts/timeline.tsx';
import { Prediction } from './prediction.tsx';
import { Recipient } from './recipient.tsx';

interface Props extends DeskPageProps {
  readonly snapshot: ShipmentSnapshot;
  readonly viewer: Viewer;
  readonly estimate: EstimateView | null;
  /** By own couriers; null: it is none, or has ended. */
  readonly openDelivery: OpenDelivery | null;
  readonly messages: readonly Notification[];
  /** Manual messages to the recipient, by message id; empty for users who may not see them. */
  readonly written: ReadonlyMap<string, WrittenMessage>;
  /** Colleagues' notes; empty for users who may not see them. */
  readonly notes: readonly ShipmentNote[];
  readonly deliveries: readonly Delivery[];
  /** Its orders in shops, and what was written to these. */
  readonly shopOrders: readonly OrderOfShop[];
  readonly shopWrites: Awaited<ReturnType<ShopViews['writes']>>;
  /** Null: no estimate has been computed yet. */
  readonly explained: PredictionExplained | null;
  readonly course: ParcelJourney;
  /** A new link for its recipient; null: none. */
  readonly link: string | null;
  readonly notice: string | null;
  /** The open case; null: there is none, or the user may not work on it. */
  readonly work: CaseWorkProps | null;
}

/** A wrapper, because texts are available only during rendering. */
export const DeskShipmentPage = (props: Props) => <Page {...props} />;

/** One parcel with everything its merchant knows about it. */
function Page(props: Props) {
  const { desk, status } = useMessages();
  const { shipment: texts, shipments: parcels } = desk;
  const { deps, call, snapshot, viewer, estimate, work } = props;
  const { openDelivery, deliveries, explained, link, course, notice } = props;
  const { shipment } = snapshot.view;
  const { trackingNumber: title, state } = shipment;
  const describe: Describe = (reading) => describeIn(status, reading);
  const { seesPeople } = viewer;
  const proofs = <Proofs snapshot={snapshot} viewer={viewer} />;
  const isDelivered = state.status === 'delivered';
  return (
    <DeskLayout
      {...{ deps, title, notice }}
      visitor={call.visitor}
      at={AT}
      actions={null}
      {...(courseOf(course) === null ? {} : { script: deps.assets.map.scriptUrl })}
    >
      {link !== null && (
        <ShownOnce text={link}>
          <p>{texts.linkLead}</p>
        </ShownOnce>
      )}
      <PageHead
        title={<code id="number">{title}</code>}
        above={[[AT, parcels.title]]}
        marks={<Marks {...{ deps, snapshot, viewer, estimate, openDelivery }} />}
      >
        {call.may('shipments:change') && <ActionBar {...{ deps, snapshot, work }} />}
      </PageHead>
      <div class="two parcel">
        <div>
          <Headline
            {...{ deps, snapshot, viewer, estimate, openDelivery, course, work, describe }}
          />
          {isDelivered && proofs}
          <ShipmentTimeline
            snapshot={snapshot}
            describe={describe}
            nowMs={viewer.nowMs}
            addedAt={iso(shipment.createdAtMs)}
            {...(seesPeople
              ? { reportPath: (report) => `${shipmentPathOf(shipment.id)}/reports/${report}` }
              : {})}
          />
          <ScanMap course={course} map={deps.assets.map} nowMs={viewer.nowMs} />
          <Messages {...{ viewer, snapshot }} messages={props.messages} written={props.written} />
          {!isDelivered && proofs}
          <LinkedParcels links={snapshot.view.links} viewer={viewer} />
        </div>
        <div>
          {work && (
            <section class="card" id="case">
              <CasePreview {...{ deps, work }} mayAct isOfParcel />
            </section>
          )}
          {call.may('exceptions:see') && (
            <Cases
              {...{ deps }}
              cases={snapshot.cases.filter(({ id }) => id !== work?.view.exceptionCase.id)}
            />
          )}
          {seesPeople && <Recipient personal={snapshot.view.personal} />}
          <Custody custody={snapshot.custody} viewer={viewer} />
          <Prediction
            explained={explained}
            nowMs={viewer.nowMs}
            mayArrive={mayArrive(state.status, state.subStatus)}
          />
          <Details {...{ deps, call, snapshot, viewer }} />
          {seesPeople && (
            <Notes
              shipmentId={shipment.id}
              notes={props.notes}
              mayWrite={call.may('shipments:change')}
            />
          )}
          {seesPeople && snapshot.courierNotes.length > 0 && (
            <CourierNotes notes={snapshot.courierNotes} />
          )}
          <ShopCard
            found={props.shopOrders}
            writes={props.shopWrites}
            nowMs={viewer.nowMs}
            seesShops={call.may('settings:manage')}
          />
          <Deliveries {...{ deliveries, viewer }} />
          <Commands commands={snapshot.view.commands} viewer={viewer} />
        </div>
      </div>
    </DeskLayout>
  );
}

type PartProps = Pick<Props, 'deps' | 'call' | 'snapshot' | 'viewer'>;

interface MarksProps extends Omit<PartProps, 'call'>, Pick<Props, 'estimate' | 'openDelivery'> {}

/** Beside the number: status, lateness and carrier. */
function Marks({ deps, snapshot, viewer, estimate, openDelivery }: MarksProps) {
  const { shipment } = snapshot.view;
  const { state, serviceLevel } = shipment;
  const carrier = useCarrierNames(deps)(shipment.carrier);
  const today = dayIn(shipment.destinationZone ?? 'UTC', viewer.nowMs);
  const punctuality = usePunctuality({
    ...{ status: state.status, promised: shipment.promisedDate, estimate, today },
    late: daysLate(shipment, today),
  });
  return (
    <>
      <CopyButton of="number" class="copy" />
      <StatusTag
        status={state.status}
        reason={state.subStatus}
        hasCourier={openDelivery?.hasCourier ?? null}
      />
      {punctuality && <Tag tone={punctuality.tone}>{punctuality.text}</Tag>}
      <span class="soft">
        {carrier} {serviceLevel}
      </span>
    </>
  );
}

interface HeadlineProps extends MarksProps, Pick<Props, 'course' | 'work'> {
  readonly describe: Describe;
}

/** Statuses that need the sentence what went wrong, and when. */
const PROBLEMS: ReadonlySet<string> = new Set(['exception', 'delivery_attempted']);

/** What happened, what happens next, from where to where, and how far it has come. */
function Headline(props: HeadlineProps) {
  const { deps, snapshot, viewer, estimate, work, describe } = props;
  const { shipmentPage, trackingPage, status, console: hub } = useMessages();
  const { cases } = hub;
  const { timeZone } = useSpoken();
  const dates = useDates(viewer.nowMs);
  const carrier = useCarrierNames(deps)(snapshot.view.shipment.carrier);
  const { shipment, events } = snapshot.view;
  const { state } = shipment;
  const delivery = events.find((event) => event.status === 'delivered');
  const [newest] = events;
  const cause = PROBLEMS.has(state.status)
    ? events.find(({ status: of }) => of === state.status)
    : undefined;
  const causedAt = cause === undefined ? null : readersTime(cause, timeZone);
  const deadlineAtMs = work?.view.exceptionCase.deadlineAtMs;
  const stillArrives = mayArrive(state.status, state.subStatus);
  const isAwaited = isToArrive({ status: state.status, mayArrive: stillArrives });
  const isOwn = deps.parts.adapters.get(shipment.carrier)?.manifest.role === 'own';
  const source = useSource(estimate);
  const sentence = nextStep(
    {
      status: state.status,
      carrier,
      isOwn,
      hasCourier: courierOf(snapshot) !== undefined,
      mayArrive: stillArrives,
      estimate,
      arrival: useArrival(props),
      source: isOwn ? null : source,
      today: dayIn(shipment.destinationZone ?? 'UTC', viewer.nowMs),
      readersToday: dayIn(timeZone, viewer.nowMs),
      delivered: delivery === undefined ? null : readersTime(delivery, timeZone),
      problem: cause && causedAt !== null ? { what: describe(cause), at: causedAt } : null,
      place: newest?.facility?.name ?? (newest ? placeName(newest.place) : null),
    },
    shipmentPage.next,
    dates,
  );
  return (
    <div class="card headline">
      {sentence !== '' && (
        <p>
          {isAwaited && estimate ? (
            <time dateTime={estimate.date} title={estimate.time_zone ?? undefined}>
              {sentence}
            </time>
          ) : (
            sentence
          )}
        </p>
      )}
      <Route {...props} />
      <ol class="progress" aria-label={trackingPage.progress.title}>
        {stepsOf({ status: state.status, events }).map((step) => (
          <li
            key={step.label}
            class={`${step.state} ${TONES[state.status] ?? ''}`}
            aria-current={step.state === 'current' ? 'step' : undefined}
          >
            {step.label === 'problem'
              ? capitalized(status.short.exception)
              : status.steps[step.label]}
          </li>
        ))}
      </ol>
      {work && (
        <p class="next">
          {cases.head.next}:{' '}
          <b>
            {nextOfCase(cases, {
              exceptionCase: work.view.exceptionCase,
              status: state.status,
              nowMs: viewer.nowMs,
            })}
          </b>
          {deadlineAtMs != null && (
            <span class="soft">
              {` · ${cases.head.due}: `}
              <Moment at={iso(deadlineAtMs)} nowMs={viewer.nowMs} />
            </span>
          )}
        </p>
      )}
    </div>
  );
}

/** The courier who is to bring it, or has it already. */
const courierOf = ({ custody }: ShipmentSnapshot) =>
  custody.findLast(({ doneAtMs }) => doneAtMs === null);

/** When its courier arrives and what was promised, in words; null: there is no courier or plan. */
function useArrival({ openDelivery, snapshot, viewer }: HeadlineProps) {
  const { about } = useMessages().shipmentPage.next;
  const { timeZone } = useSpoken();
  const dates = useDates(viewer.nowMs);
  const { shipment } = snapshot.view;
  const arrival = openDelivery?.arrival ?? null;
  // Without an estimate of the courier, the plan has the promised time for it.
  if (arrival === null || arrival.atMs === arrival.promisedMs) return null;
  if (courierOf(snapshot) === undefined) return null;
  const clock = (atMs: number) => dates.clock(iso(atMs), shipment.destinationZone);
  const day = dates.within(dayIn(timeZone, arrival.atMs));
  return {
    when: `${day}, ${about({ time: clock(arrival.atMs) })}`,
    by: arrival.promisedMs === null ? null : clock(arrival.promisedMs),
  };
}

/** Who brings it and why, from where to where, and the promised day. */
function Route({ snapshot, viewer, course, openDelivery }: HeadlineProps) {
  const { desk, dispatch, shipmentPage } = useMessages();
  const { next } = shipmentPage;
  const dates = useDates(viewer.nowMs);
  const areaOf = useAreaNames();
  const { shipment, events, personal } = snapshot.view;
  const { destinationCountry, promisedDate, state } = shipment;
  const courier = viewer.seesPeople ? courierOf(snapshot)?.name : null;
  const stops = course.now?.courier?.stopsBefore ?? null;
  const isBrought = mayArrive(state.status, state.subStatus);
  const first = events.findLast(({ place }) => place !== null)?.place ?? null;
  const to = viewer.seesPeople && personal.destination;
  const ends = [
    areaOf(first && { city: first.city, region: first.region, country: first.country }),
    areaOf(to || { country: destinationCountry ?? '' }),
  ].filter(Boolean);
  const facts = [
    courier && isBrought && next.broughtBy({ courier }),
    stops !== null && isBrought && next.stopsBefore({ count: stops }),
    ends.join(' → '),
    promisedDate === null ? '' : desk.shipment.promised({ day: dates.day(promisedDate) }),
  ].filter(Boolean);
  const path = openDelivery && viewer.pathOf.delivery;
  if (facts.length === 0 && !path) return null;
  return (
    <p class="soft">
      {facts.join(' · ')}
      {facts.length > 0 && path && ' · '}
      {path && (
        <a href={path}>{openDelivery.hasCourier ? dispatch.board.why : dispatch.assigning.title}</a>
      )}
    </p>
  );
}

/** Who says when a parcel arrives, and how certain it is; null: nobody. */
function useSource(estimate: EstimateView | null): string | null {
  const words = useMessages().shipmentPage.headline;
  const { language } = useSpoken();
  if (estimate === null) return null;
  const { confidence, source } = estimate;
  const sure = confidence !== null && words.sure({ percent: percentIn(language, confidence) });
  return [words.sources[source], sure].filter(Boolean).join(', ');
}

function Details({ deps, call, snapshot, viewer }: PartProps) {
  const words = useMessages().desk.shipment;
  const { shipment } = snapshot.view;
  const shown = shipmentJson(shipment, deps.parts.publicUrl());
  return (
    <FoldedCard id="details" title={words.details} brief={shipment.orderIds.join(', ')}>
      <ShipmentFacts {...{ snapshot, viewer, shown }} />
      <Tags shipment={shipment} mayChange={call.may('shipments:change')} />
    </FoldedCard>
  );
}

interface TagsProps {
  readonly shipment: ShipmentSnapshot['view']['shipment'];
  readonly mayChange: boolean;
}

function Tags({ shipment: { id, tags }, mayChange }: TagsProps) {
  const words = useMessages().desk.shipment;
  return (
    <>
      {tags.length > 0 && (
        <p class="tags">
          {tags.map((tag) => (
            <span key={tag} class="chip">
              {tag}
            </span>
          ))}
        </p>
      )}
      {mayChange && (
        <details>
          <summary>{words.editTags}</summary>
          <PostForm to={`${shipmentPathOf(id)}/tags`} class="stack">
            <label for="tags">{words.tags}</label>
            <input
              {...{ id: 'tags', name: 'tags', type: 'text', value: tags.join(', ') }}
              maxLength={1_000}
              autocomplete="off"
            />
            <button type="submit">{words.saveTags}</button>
          </PostForm>
        </details>
      )}
    </>
  );
}

/** Messages to people, those not sent, and why. */
function Messages({
  messages,
  written,
  viewer,
  snapshot,
}: Pick<Props, 'messages' | 'written' | 'viewer' | 'snapshot'>) {
  const words = useMessages().desk.shipment;
  const { noNotes } = useMessages().desk.compose;
  const isOfDemo = isDemo(snapshot.view.shipment);
  return (
    <FoldedCard
      id="messages"
      title={words.messages}
      brief={messages.length > 0 ? String(messages.length) : isOfDemo ? words.offInDemo : noNotes}
    >
      {messages.length === 0 ? (
        <p class="soft">{isOfDemo ? words.noDemoMessages : words.noMessages}</p>
      ) : (
        <SentTable {...{ messages, written }} nowMs={viewer.nowMs} />
      )}
    </FoldedCard>
  );
}

function Deliveries({ deliveries, viewer }: Pick<Props, 'deliveries' | 'viewer'>) {
  const words = useMessages().desk.shipment;
  if (deliveries.length === 0) return null;
  return (
    <details class="card">
      <summary>
        <h2>
          {words.webhooks} <span class="count">{deliveries.length}</span>
        </h2>
      </summary>
      <Table label={words.webhooks} head={Object.values(words.webhookHead)} stacks>
        {deliveries.map((each) => (
          <tr key={each.id}>
            <td>
              <Moment at={iso(each.recordedAtMs)} nowMs={viewer.nowMs} />
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
    </details>
  );
}
