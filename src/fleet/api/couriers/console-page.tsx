import {
  Action,
  Empty,
  Instant,
  ShipmentLink,
  Table,
  Tag,
} from '../../../http/console/kit/pieces.tsx';
import { Layout } from '../../../http/console/operators/layout.tsx';
import type { ConsoleDeps, PageCall } from '../../../http/console/operators/visit.ts';
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
  readonly deps: ConsoleDeps;
  readonly call: PageCall;
  readonly merchant: string;
  readonly courier: Courier;
  readonly devices: readonly Device[];
  readonly stops: readonly RouteStop[];
  readonly refused: readonly SentEvent[];
  readonly colleagues: readonly Courier[];
}

export function CourierPage(props: OneProps) {
  const { deps, call, merchant, courier, devices, stops, refused, colleagues } = props;
  const { visitor } = call;
  const mayWrite = visitor.power === 'write';
  const path = `${AT}/${wireId('courier', courier.id)}`;
  return (
    <Layout assets={deps.assets} visitor={visitor} title="A courier" at={AT}>
      <p class="crumbs">
        <a href={AT}>Couriers</a>
      </p>
      <h1>
        {shownName(call, courier)} <ShiftTag courier={courier} />
      </h1>
      <dl class="facts">
        <dt>Merchant</dt>
        <dd>
          {merchant} <span class="soft">{courier.mode}</span>
        </dd>
        <dt>Vehicle</dt>
        <dd>{courier.vehicle}</dd>
        <dt>Shift ends</dt>
        <dd>
          {courier.shiftEndsAtMs === null ? '–' : <Instant at={iso(courier.shiftEndsAtMs)} />}
        </dd>
        <dt>Parcels</dt>
        <dd>
          {courier.holds} carried, {courier.assigned - courier.holds} still to load
        </dd>
      </dl>
      <h2>Phones</h2>
      {mayWrite && (
        <Action to={`${path}/enrolment`} csrf={visitor.csrf} label="Enrol a phone" kind="primary" />
      )}
      <Devices devices={devices} revoke={mayWrite ? { path, csrf: visitor.csrf } : null} />
      <h2>Today’s route</h2>
      <Stops stops={stops} />
      {mayWrite && courier.assigned > 0 && colleagues.length > 0 && (
        <HandoverForm path={path} csrf={visitor.csrf} colleagues={colleagues} />
      )}
      {mayWrite && courier.holds > 0 && (
        <HandInForm path={path} csrf={visitor.csrf} home={courier.homeFacility ?? ''} />
      )}
      {refused.length > 0 && <Refused events={refused} />}
    </Layout>
  );
}

function Devices({
  devices,
  revoke,
}: {
  readonly devices: readonly Device[];
  readonly revoke: { readonly path: string; readonly csrf: string } | null;
}) {
  if (devices.length === 0) return <Empty>No phone has been enrolled yet.</Empty>;
  const head = ['Phone', 'State', 'Enrolled', 'Last used', 'Last sent', 'Clock ahead by', ''];
  return (
    <Table label="Phones" head={head} stacks>
      {devices.toReversed().map((device) => (
        <tr key={device.id}>
          <td class="wrap">{device.name}</td>
          <td>
            {device.endedWhy === null ? (
              <Tag tone="good">active</Tag>
            ) : (
              <Tag>{device.endedWhy}</Tag>
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
                label="Revoke"
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
  if (stops.length === 0) return <Empty>Nothing is on the route.</Empty>;
  return (
    <Table label="Today’s route" head={['Stop', 'Area', 'Parcels']} stacks>
      {stops.map((stop, index) => {
        const { postalCode, city } = stop.parcels[0]?.address ?? { postalCode: null, city: null };
        return (
          <tr key={stop.id}>
            <td>{index + 1}</td>
            <td>{[postalCode, city].filter((part) => part !== null).join(' ') || '–'}</td>
            <td class="wrap">
              {stop.parcels.map(({ shipmentId, trackingNumber, state, status }) => (
                <div key={trackingNumber}>
                  <ShipmentLink id={shipmentId} number={trackingNumber} /> {state.replace('_', ' ')}{' '}
                  <span class="soft">{status}</span>
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
  return (
    <form method="post" action={`${path}/handover`} class="edit">
      <input type="hidden" name="csrf" value={csrf} />
      <label>
        Give all parcels to
        <select name="to" required>
          {colleagues.map(({ id, name }) => (
            <option key={id} value={wireId('courier', id)}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" class="quiet">
        Hand over
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
  return (
    <form method="post" action={`${path}/handin`} class="edit">
      <input type="hidden" name="csrf" value={csrf} />
      <label>
        Hand in all parcels the courier has, at the building with this code
        <input name="facility" value={home} required maxLength={COURIER_CHARS.facility} />
      </label>
      <button type="submit" class="quiet">
        Hand in
      </button>
    </form>
  );
}

function Refused({ events }: { readonly events: readonly SentEvent[] }) {
  return (
    <>
      <h2>Refused events to review</h2>
      <Table label="Refused events" head={['Happened', 'Received', 'What', 'Parcel', 'Why']} stacks>
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
            <td>{event.refusal?.code.replaceAll('_', ' ')}</td>
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
  readonly deps: ConsoleDeps;
  readonly call: PageCall;
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
  return (
    <Layout assets={deps.assets} visitor={call.visitor} title="Enrol a phone" at={AT}>
      <p class="crumbs">
        <a href={AT}>Couriers</a>{' '}
        <a href={`${AT}/${wireId('courier', courier.id)}`}>{shownName(call, courier)}</a>
      </p>
      <h1>Enrol a phone</h1>
      <p class="lead">
        Scan this with the courier’s phone, or open <code>{url.split('#')[0]}</code> on it and type
        the code. The code works once, until <Instant at={iso(expiresAtMs)} />. As soon as it is
        used, the courier’s current phone is signed out.
      </p>
      <QrCode svg={image} label="QR code of the app with the enrolment code" />
      <p>
        <code>{code}</code>
      </p>
    </Layout>
  );
}
