import { useMessages } from '../../../http/console/kit/language.ts';
import { DeskLayout } from '../../../http/console/kit/layout.tsx';
import {
  Action,
  Empty,
  Filled,
  Instant,
  ShipmentLink,
  Table,
  Tag,
} from '../../../http/console/kit/pieces.tsx';
import type { DeskCall, DeskDeps } from '../../../http/console/kit/visit.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import {
  COURIER_CHARS,
  type Courier,
  type Device,
  type RouteStop,
  type SentEvent,
} from '../../couriers/index.ts';
import { AT, ShiftTag, shownName } from './console-list-page.tsx';
import { QrCode } from './qr-code.tsx';

interface OneProps {
  readonly deps: DeskDeps;
  readonly call: DeskCall;
  readonly merchant: string;
  readonly courier: Courier;
  readonly devices: readonly Device[];
  readonly stops: readonly RouteStop[];
  readonly refused: readonly SentEvent[];
  readonly colleagues: readonly Courier[];
}

export function CourierPage(props: OneProps) {
  const { deps, call, merchant, courier, devices, stops, refused, colleagues } = props;
  const { console: all, desk } = useMessages();
  const words = all.couriers;
  const { visitor } = call;
  const mayWrite = call.may('dispatch:decide');
  const path = `${AT}/${wireId('courier', courier.id)}`;
  return (
    <DeskLayout deps={deps} visitor={visitor} title={words.one} at={AT}>
      <p class="crumbs">
        <a href={AT}>{words.title}</a>
      </p>
      <h1>
        {shownName(call, courier)} <ShiftTag courier={courier} />
      </h1>
      <dl class="facts">
        <dt>{words.merchant}</dt>
        <dd>
          {merchant} <span class="soft">{desk.frame.modes[courier.mode]}</span>
        </dd>
        <dt>{words.vehicle}</dt>
        <dd>{words.vehicles[courier.vehicle]}</dd>
        <dt>{words.shiftEnds}</dt>
        <dd>
          {courier.shiftEndsAtMs === null ? '–' : <Instant at={iso(courier.shiftEndsAtMs)} />}
        </dd>
        <dt>{words.parcels}</dt>
        <dd>
          {words.parcelsCount({
            carried: courier.holds,
            toLoad: courier.assigned - courier.holds,
          })}
        </dd>
      </dl>
      <h2>{words.phones}</h2>
      {mayWrite && (
        <Action to={`${path}/enrolment`} csrf={visitor.csrf} label={words.enrol} kind="primary" />
      )}
      <Devices devices={devices} revoke={mayWrite ? { path, csrf: visitor.csrf } : null} />
      <h2>{words.route}</h2>
      <Stops stops={stops} />
      {mayWrite && courier.assigned > 0 && colleagues.length > 0 && (
        <HandoverForm path={path} csrf={visitor.csrf} colleagues={colleagues} />
      )}
      {mayWrite && courier.holds > 0 && (
        <HandInForm path={path} csrf={visitor.csrf} home={courier.homeFacility ?? ''} />
      )}
      {refused.length > 0 && <Refused events={refused} />}
    </DeskLayout>
  );
}

function Devices({
  devices,
  revoke,
}: {
  readonly devices: readonly Device[];
  readonly revoke: { readonly path: string; readonly csrf: string } | null;
}) {
  const words = useMessages().console.couriers;
  if (devices.length === 0) return <Empty>{words.noPhones}</Empty>;
  const head = [
    words.phone,
    words.state,
    words.enrolled,
    words.lastUsed,
    words.lastSent,
    words.clockAhead,
    '',
  ];
  return (
    <Table label={words.phones} head={head} stacks>
      {devices.toReversed().map((device) => (
        <tr key={device.id}>
          <td class="wrap">{device.name}</td>
          <td>
            {device.endedWhy === null ? (
              <Tag tone="good">{words.active}</Tag>
            ) : (
              <Tag>{words.ends[device.endedWhy]}</Tag>
            )}
          </td>
          <td>
            <Instant at={iso(device.enrolledAtMs)} />
          </td>
          <td>
            <Instant at={iso(device.lastSeenMs)} />
          </td>
          <td>
            <Instant at={iso(device.eventsAtMs)} />
          </td>
          <td>{device.clockOffsetMs === null ? '–' : `${device.clockOffsetMs} ms`}</td>
          <td>
            {revoke !== null && device.endedWhy === null && (
              <Action
                to={`${revoke.path}/revoke`}
                csrf={revoke.csrf}
                label={words.revoke}
                kind="danger"
                fields={{ device: wireId('device', device.id) }}
              />
            )}
          </td>
        </tr>
      ))}
    </Table>
  );
}

function Stops({ stops }: { readonly stops: readonly RouteStop[] }) {
  const { console: all, status: names } = useMessages();
  const words = all.couriers;
  if (stops.length === 0) return <Empty>{words.noStops}</Empty>;
  return (
    <Table label={words.route} head={[words.stop, words.area, words.parcels]} stacks>
      {stops.map((stop, index) => {
        const { postalCode, city } = stop.parcels[0]?.address ?? { postalCode: null, city: null };
        return (
          <tr key={stop.id}>
            <td>{index + 1}</td>
            <td>{[postalCode, city].filter((part) => part !== null).join(' ') || '–'}</td>
            <td class="wrap">
              {stop.parcels.map(({ shipmentId, trackingNumber, state, status }) => (
                <div key={trackingNumber}>
                  <ShipmentLink id={shipmentId} number={trackingNumber} />{' '}
                  {words.parcelStates[state]} <span class="soft">{names.short[status]}</span>
                </div>
              ))}
            </td>
          </tr>
        );
      })}
    </Table>
  );
}

function HandoverForm({
  path,
  csrf,
  colleagues,
}: {
  readonly path: string;
  readonly csrf: string;
  readonly colleagues: readonly Courier[];
}) {
  const words = useMessages().console.couriers;
  return (
    <form method="post" action={`${path}/handover`} class="edit">
      <input type="hidden" name="csrf" value={csrf} />
      <label>
        {words.giveTo}
        <select name="to" required>
          {colleagues.map(({ id, name }) => (
            <option key={id} value={wireId('courier', id)}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" class="quiet">
        {words.handOver}
      </button>
    </form>
  );
}

function HandInForm({
  path,
  csrf,
  home,
}: {
  readonly path: string;
  readonly csrf: string;
  readonly home: string;
}) {
  const words = useMessages().console.couriers;
  return (
    <form method="post" action={`${path}/handin`} class="edit">
      <input type="hidden" name="csrf" value={csrf} />
      <label>
        {words.handInAt}
        <input name="facility" value={home} required maxLength={COURIER_CHARS.facility} />
      </label>
      <button type="submit" class="quiet">
        {words.handIn}
      </button>
    </form>
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

interface EnrolmentProps {
  readonly deps: DeskDeps;
  readonly call: DeskCall;
  readonly courier: Courier;
  readonly code: string;
  readonly url: string;
  /** The QR code of the enrolment URL, as SVG. */
  readonly image: string;
  readonly expiresAtMs: number;
}

export function EnrolmentPage({
  deps,
  call,
  courier,
  code,
  url,
  image,
  expiresAtMs,
}: EnrolmentProps) {
  const words = useMessages().console.couriers;
  return (
    <DeskLayout deps={deps} visitor={call.visitor} title={words.enrol} at={AT}>
      <p class="crumbs">
        <a href={AT}>{words.title}</a>{' '}
        <a href={`${AT}/${wireId('courier', courier.id)}`}>{shownName(call, courier)}</a>
      </p>
      <h1>{words.enrol}</h1>
      <p class="lead">
        <Filled
          text={words.scan({ url: '{url}', until: '{until}' })}
          parts={{
            url: <code>{url.split('#')[0]}</code>,
            until: <Instant at={iso(expiresAtMs)} />,
          }}
        />
      </p>
      <QrCode svg={image} label={words.qrCode} />
      <p>
        <code>{code}</code>
      </p>
    </DeskLayout>
  );
}
