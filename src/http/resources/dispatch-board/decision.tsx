import type { DeliveryView } from '../../../deliveries/index.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import { iso } from '../../../tracking/index.ts';
import { Empty, Instant, Table, Tag, type Tone } from '../../console/parts/pieces.tsx';
import type { MapCourier } from '../courier-map/map-state.ts';
import type { explanationJson } from '../deliveries/delivery-json.ts';
import type { BoardSight } from './sight.ts';
import { stepWords, termWords } from './why-words.ts';

export interface DecisionProps {
  readonly sight: BoardSight;
  readonly view: DeliveryView;
  readonly explanation: ReturnType<typeof explanationJson>;
  /** Of its merchant and mode, on shift. */
  readonly couriers: readonly MapCourier[];
}

/** One delivery: why it is where it is, and who shall bring it; for operators and people of a merchant. */
export function DecisionParts(props: DecisionProps) {
  const { sight, view, explanation, couriers } = props;
  const { row, shipment, phase, pause } = view;
  const { decides } = sight;
  const names = new Map(couriers.map(({ id, name }) => [id, name]));
  const nameOf = (id: string | null) => (id === null ? '–' : (names.get(id) ?? id));
  const isDecided = row.state === 'ended' || shipment.state.status !== 'created';
  const courierId = row.courier_id === null ? null : wireId('courier', row.courier_id);
  return (
    <>
      <p class="crumbs">
        <a href={sight.at}>Dispatch</a>
      </p>
      <h1>
        <a href={sight.pathOf.shipment(shipment.id)}>
          <code>{shipment.trackingNumber}</code>
        </a>{' '}
        <Tag tone={toneOf(row, phase)}>{wordOf(row, phase, pause)}</Tag>
      </h1>
      <p class="lead">{decides ? explanation.summary : wordOf(row, phase, pause)}</p>
      <dl class="facts">
        <dt>Asked for</dt>
        <dd>
          <Instant at={iso(row.created_at.getTime())} />
        </dd>
        <dt>Ready</dt>
        <dd>
          <Instant at={iso(row.ready_at.getTime())} />
        </dd>
        <dt>Size</dt>
        <dd>{row.package_size}</dd>
        <dt>Courier</dt>
        <dd>{nameOf(courierId)}</dd>
      </dl>
      {decides && !isDecided && <AssignForm {...props} courierId={courierId} />}
      {decides && isDecided && row.state !== 'ended' && (
        <p>It is in the courier’s bag: it changes hands by scan, or on the courier’s page.</p>
      )}
      <h2>Who was asked</h2>
      <Offers explanation={explanation} nameOf={nameOf} />
      <h2>What happened</h2>
      <Steps explanation={explanation} nameOf={nameOf} />
    </>
  );
}

function AssignForm({
  sight,
  view,
  couriers,
  courierId,
}: DecisionProps & { readonly courierId: string | null }) {
  const others = couriers.filter(({ id }) => id !== courierId);
  const path = `${sight.at}/${wireId('delivery', view.row.shipment_id)}/assign`;
  return (
    <form class="row" method="post" action={path}>
      <input type="hidden" name="csrf" value={sight.csrf} />
      <label for="courier">Courier</label>
      <select id="courier" name="courier">
        {courierId !== null && <option value="">whoever takes it: offer it anew</option>}
        {others.map(({ id, name, vehicle, holds, to_load: toLoad }) => (
          <option key={id} value={id}>
            {`${name}, ${vehicle}, ${holds + toLoad} parcels`}
          </option>
        ))}
      </select>
      <button type="submit" class="primary" disabled={others.length === 0 && courierId === null}>
        {courierId === null ? 'Assign' : 'Change'}
      </button>
    </form>
  );
}

interface Told {
  readonly explanation: DecisionProps['explanation'];
  readonly nameOf: (id: string | null) => string;
}

function Offers({ explanation: { offers }, nameOf }: Told) {
  if (offers.length === 0) return <Empty>Nobody was asked yet.</Empty>;
  const head = ['Courier', 'Answer', 'Round', 'Asked', 'What was weighed'];
  return (
    <Table label="Offers" head={head} stacks>
      {offers.map((offer) => (
        <tr key={offer.courier_id}>
          <td class="wrap">{nameOf(offer.courier_id)}</td>
          <td>
            <Tag>{offer.state === 'open' ? 'not answered' : offer.state}</Tag>
          </td>
          <td>{offer.round}</td>
          <td>
            <Instant at={offer.offered_at} />
          </td>
          <td class="wrap">{termWords(offer.terms)}</td>
        </tr>
      ))}
    </Table>
  );
}

function Steps({ explanation: { steps }, nameOf }: Told) {
  if (steps.length === 0) return <Empty>Nothing yet.</Empty>;
  return (
    <Table label="Steps" head={['When', 'What', 'Courier', 'Details']} stacks>
      {steps.map((step) => (
        <tr key={`${step.at} ${step.what} ${step.courier_id}`}>
          <td>
            <Instant at={step.at} />
          </td>
          <td>{stepWords(step.what)}</td>
          <td class="wrap">{nameOf(step.courier_id)}</td>
          <td class="wrap">{termWords(step.detail, step.what)}</td>
        </tr>
      ))}
    </Table>
  );
}

type Stands = Pick<DeliveryView['row'], 'state' | 'queued_at'>;

export function toneOf({ state, queued_at: queued }: Stands, phase: DeliveryView['phase']): Tone {
  if (state === 'open') return queued === null ? 'warn' : 'bad';
  return phase === 'attempted' || phase === 'returning' ? 'warn' : 'good';
}

export function wordOf(
  { state, queued_at: queued }: Stands,
  phase: DeliveryView['phase'],
  pause: DeliveryView['pause'],
): string {
  if (state === 'open' && pause !== null) return 'paused';
  if (state === 'open' && queued !== null) return 'nobody took it';
  return phase === 'pending' ? 'looks for a courier' : phase.replaceAll('_', ' ');
}
