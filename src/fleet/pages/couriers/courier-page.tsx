import { Fragment } from 'preact';
import { PostForm } from '../../../http/console/kit/fields.tsx';
import { useMessages } from '../../../http/console/kit/language.ts';
import { DeskLayout } from '../../../http/console/kit/layout.tsx';
import {
  Action,
  Instant,
  Removal,
  ShipmentLink,
  Table,
  Tag,
} from '../../../http/console/kit/pieces.tsx';
import type { DeskPageProps } from '../../../http/console/kit/visit.ts';
import { capitalized } from '../../../kernel/capitalized.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import {
  COURIER_CHARS,
  type Courier,
  type Device,
  type PlannedShift,
  type SentEvent,
} from '../../couriers/index.ts';
import type { StreetLines } from '../courier-map/street-lines.ts';
import { CourierState } from '../courier-state.tsx';
import { InSharedZone } from '../deliveries-page.tsx';
import { AT, CallLink, pathOf, shownName } from './list-page.tsx';
import type { RefusedPlan } from './planned.tsx';
import { Planned } from './planned.tsx';
import { RouteList, type ShownRoute } from './route-list.tsx';
import { ShiftNow } from './shift-now.tsx';
import type { DayAndTimes } from './shift-times.ts';
import { SHIFTS_AT } from './shifts-page.tsx';

/** A phone's clock that is off by less does no harm. */
const CLOCK_OFF_MS = 60_000;

interface OneProps extends DeskPageProps {
  readonly merchant: string;
  readonly courier: Courier;
  readonly devices: readonly Device[];
  readonly route: ShownRoute;
  readonly streets: StreetLines;
  readonly refused: readonly SentEvent[];
  readonly shifts: readonly PlannedShift[];
  /** The zone in which shifts are planned. */
  readonly zone: string;
  /** The shift that the form proposes. */
  readonly proposal: DayAndTimes;
  readonly refusedPlan: RefusedPlan | null;
  readonly colleagues: readonly Courier[];
}

export function CourierPage(props: OneProps) {
  return (
    <InSharedZone zones={[props.zone]}>
      <Page {...props} />
    </InSharedZone>
  );
}

function Page(props: OneProps) {
  const { deps, call, courier } = props;
  const { couriers: all, console: hub } = useMessages();
  const { couriers: words } = hub;
  const { visitor } = call;
  const mayDecide = call.may('dispatch:decide');
  const path = pathOf(courier);
  const nowMs = deps.parts.clock.nowMs();
  return (
    <DeskLayout
      deps={deps}
      visitor={visitor}
      title={shownName(call, courier)}
      at={AT}
      script={deps.assets.map.scriptUrl}
    >
      <p class="crumbs">
        <a href={AT}>{words.title}</a>
      </p>
      <div class="page-head">
        <h1>{shownName(call, courier)}</h1>
        <CourierState {...{ courier, nowMs }} />
        <div class="acts">
          <CallLink {...{ call, courier }} isButton />
          {mayDecide && (
            <>
              <a class="button" href={`${path}/edit`}>
                {all.form.edit}
              </a>
              <Action
                to={`${path}/enrolment`}
                label={words.enrol}
                kind={courier.device === null ? 'primary' : 'quiet'}
              />
            </>
          )}
        </div>
      </div>
      <section class="stack" aria-labelledby="route-title">
        <h2 id="route-title">{words.route}</h2>
        <RouteList
          {...{ courier, path, nowMs, mayDecide }}
          name={shownName(call, courier)}
          route={props.route}
          streets={props.streets}
          map={deps.assets.map}
        />
      </section>
      <div class="two">
        <div>
          <Planned
            {...{ path, nowMs, mayDecide }}
            {...props}
            to={`${SHIFTS_AT}?back=courier`}
            refused={props.refusedPlan}
          />
          <About {...props} />
          {props.refused.length > 0 && <Refused events={props.refused} />}
        </div>
        <div>
          {mayDecide && (
            <section class="card">
              <h2>{words.shift}</h2>
              <ShiftNow courier={courier} path={path} />
            </section>
          )}
          <section class="card">
            <h2>{words.phones}</h2>
            <Devices devices={props.devices} revoke={mayDecide ? path : null} nowMs={nowMs} />
          </section>
          {mayDecide && <Transfers {...props} path={path} />}
        </div>
      </div>
    </DeskLayout>
  );
}

function About({ call, courier, merchant }: OneProps) {
  const { console: all, desk, couriers } = useMessages();
  const words = all.couriers;
  const { form } = couriers;
  const seesPeople = call.may('people:see');
  const { capacityParcels, capacityWeightG } = courier;
  const capacity = [
    capacityParcels === null ? null : form.parcelsAre({ count: capacityParcels }),
    capacityWeightG === null ? null : `${capacityWeightG / 1_000} kg`,
  ];
  const facts: readonly (readonly [string, string | null])[] = [
    [words.merchant, `${merchant}, ${desk.frame.modes[courier.mode]}`],
    [words.vehicle, capitalized(words.vehicles[courier.vehicle])],
    [form.capacity, capacity.filter((each) => each !== null).join(', ') || null],
    [
      words.parcels,
      all.courierMap.load({ carried: courier.holds, toLoad: courier.assigned - courier.holds }),
    ],
    [form.phone, seesPeople ? courier.phone : null],
    [form.building, courier.homeFacility],
    [form.timeZone, courier.timeZone],
    [form.number, seesPeople ? courier.externalId : null],
  ];
  return (
    <section class="card">
      <h2>{couriers.form.about}</h2>
      <dl class="facts">
        {facts
          .filter(([, value]) => value !== null)
          .map(([name, value]) => (
            <Fragment key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </Fragment>
          ))}
      </dl>
    </section>
  );
}

/** What is done with all parcels of a courier at once, which is rare: folded. */
function Transfers({ courier, colleagues, path }: OneProps & { readonly path: string }) {
  const words = useMessages().desk.shipment;
  const mayGive = courier.assigned > 0 && colleagues.length > 0;
  if (!mayGive && courier.holds === 0) return null;
  return (
    <section class="card acts" aria-labelledby="more">
      <h2 id="more">{words.more}</h2>
      {mayGive && <HandoverForm path={path} colleagues={colleagues} />}
      {courier.holds > 0 && <HandInForm path={path} home={courier.homeFacility ?? ''} />}
    </section>
  );
}

/** A courier's phones, the newest first. */
function Devices({
  devices,
  revoke,
  nowMs,
}: {
  readonly devices: readonly Device[];
  /** The courier's path for those who may revoke; null: the reader may not. */
  readonly revoke: string | null;
  readonly nowMs: number;
}) {
  const words = useMessages().console.couriers;
  if (devices.length === 0) return <p class="soft">{words.noPhones}</p>;
  return (
    <ul class="stack">
      {devices.toReversed().map((device) => (
        <li key={device.id} class="phone">
          <p>
            {device.name}{' '}
            {device.endedWhy === null ? (
              <Tag tone="good">{words.active}</Tag>
            ) : (
              <Tag>{words.ends[device.endedWhy]}</Tag>
            )}
          </p>
          <p class="soft">
            {words.lastUsed}: <Instant at={iso(device.lastSeenMs)} nowMs={nowMs} />
            {device.clockOffsetMs !== null && Math.abs(device.clockOffsetMs) > CLOCK_OFF_MS && (
              <>
                , {words.clockAhead} {Math.round(device.clockOffsetMs / 1_000)} s
              </>
            )}
          </p>
          {revoke !== null && device.endedWhy === null && (
            <Removal
              to={`${revoke}/revoke`}
              label={words.revoke}
              sure={words.revoke}
              about={device.name}
              fields={{ device: wireId('device', device.id) }}
            />
          )}
        </li>
      ))}
    </ul>
  );
}

function HandoverForm({
  path,
  colleagues,
}: {
  readonly path: string;
  readonly colleagues: readonly Courier[];
}) {
  const words = useMessages().console.couriers;
  return (
    <details>
      <summary>{words.giveTo}</summary>
      <PostForm to={`${path}/handover`} class="row">
        <label for="give-to" class="unseen">
          {words.giveTo}
        </label>
        <select id="give-to" name="to" required>
          {colleagues.map(({ id, name }) => (
            <option key={id} value={wireId('courier', id)}>
              {name}
            </option>
          ))}
        </select>
        <button type="submit">{words.handOver}</button>
      </PostForm>
    </details>
  );
}

function HandInForm({ path, home }: { readonly path: string; readonly home: string }) {
  const words = useMessages().console.couriers;
  return (
    <details>
      <summary>{words.handIn}</summary>
      <PostForm to={`${path}/handin`} class="stack">
        <label for="hand-in-at">{words.handInAt}</label>
        <div class="row">
          <input
            {...{ id: 'hand-in-at', name: 'facility', type: 'text', value: home, required: true }}
            maxLength={COURIER_CHARS.facility}
          />
          <button type="submit">{words.handIn}</button>
        </div>
      </PostForm>
    </details>
  );
}

function Refused({ events }: { readonly events: readonly SentEvent[] }) {
  const words = useMessages().console.couriers;
  return (
    <>
      <h2>{words.refusedTitle}</h2>
      <Table
        label={words.refused}
        head={[words.happened, words.received, words.what, words.parcel, words.why]}
        stacks
      >
        {events.map((event) => (
          <tr key={event.id}>
            <td>
              <Instant at={iso(event.atMs)} />
            </td>
            <td>
              <Instant at={iso(event.receivedAtMs)} />
            </td>
            <td>
              {event.type} {event.code}
            </td>
            <td>
              <RefusedParcel event={event} />
            </td>
            <td>{event.refusal && words.refusals[event.refusal.code]}</td>
          </tr>
        ))}
      </Table>
    </>
  );
}

function RefusedParcel({ event }: { readonly event: SentEvent }) {
  const { shipmentId, trackingNumber: number } = event;
  if (number === null) return <span>–</span>;
  if (shipmentId === null) return <code>{number}</code>;
  return <ShipmentLink id={shipmentId} number={number} />;
}
