import { Faults, FormRefused, useFaultAt } from '../../../http/console/kit/faults.tsx';
import { PostForm } from '../../../http/console/kit/fields.tsx';
import { useMessages } from '../../../http/console/kit/language.ts';
import { DeskLayout } from '../../../http/console/kit/layout.tsx';
import { Empty, ShipmentLink, Table, Tag } from '../../../http/console/kit/pieces.tsx';
import type { DeskPageProps } from '../../../http/console/kit/visit.ts';
import { AT } from '../../../http/console/shipments/listing.ts';
import type { Problem } from '../../../kernel/errors.ts';
import { isTerminal } from '../../../kernel/status.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import type { Shipment } from '../../../tracking/ports/shipments.ts';
import type { Courier } from '../../couriers/index.ts';
import { stateOf } from '../courier-state.tsx';

interface Props extends DeskPageProps {
  /** The fields of the bulk bar, which the form repeats. */
  readonly bulkFields: URLSearchParams;
  readonly shipments: readonly Shipment[];
  readonly couriers: readonly Courier[];
  /** The carrier of own couriers' parcels. */
  readonly ownCarrier: string;
  readonly fault?: Problem;
  /** The parcels that could not be assigned. */
  readonly notAssigned?: ReadonlySet<string>;
}

/** A wrapper, because texts are available only during rendering. */
export const AssignPage = (props: Props) => <Page {...props} />;

function Page(props: Props) {
  const { deps, call, shipments, ownCarrier, fault } = props;
  const { dispatch, desk } = useMessages();
  const words = dispatch.assigning;
  const fields = { '/courier': { name: words.courier, control: 'courier' } };
  const refused = fault === undefined ? null : { problem: fault, fields };
  const canAssign = shipments.some((each) => isAssignable(each, ownCarrier));
  return (
    <DeskLayout deps={deps} visitor={call.visitor} title={words.title} at={AT}>
      <p class="crumbs">
        <a href={AT}>{desk.shipments.title}</a>
      </p>
      <h1>{words.title}</h1>
      {refused && <Faults {...refused} />}
      {canAssign ? (
        <FormRefused value={refused}>
          <AssignManyForm {...props} />
        </FormRefused>
      ) : (
        <Empty>{words.none}</Empty>
      )}
      <Table label={words.parcels} head={[words.parcel, words.state]} stacks>
        {shipments.map((each) => (
          <tr key={each.id}>
            <td class="wrap">
              <ShipmentLink id={each.id} number={each.trackingNumber} />
            </td>
            <td class="wrap">
              <StateOf {...props} shipment={each} />
            </td>
          </tr>
        ))}
      </Table>
    </DeskLayout>
  );
}

/** Whether own couriers can deliver it, whoever has it now. */
export function isAssignable({ carrier, state }: Shipment, ownCarrier: string): boolean {
  return carrier === ownCarrier && !isTerminal(state.status);
}

function StateOf({ shipment, ownCarrier, notAssigned }: Props & { readonly shipment: Shipment }) {
  const { dispatch, status } = useMessages();
  const words = dispatch.assigning;
  if (notAssigned?.has(shipment.id)) return <Tag tone="bad">{words.hasCourier}</Tag>;
  if (shipment.carrier !== ownCarrier) return <Tag>{words.otherCarrier}</Tag>;
  return (
    <Tag tone={isAssignable(shipment, ownCarrier) ? 'good' : 'plain'}>
      {status.short[shipment.state.status]}
    </Tag>
  );
}

function AssignManyForm({ bulkFields, shipments, couriers, ownCarrier }: Props) {
  const { dispatch, couriers: own } = useMessages();
  const words = dispatch.assigning;
  const fault = useFaultAt('courier');
  const count = shipments.filter((each) => isAssignable(each, ownCarrier)).length;
  return (
    <PostForm to="/console/deliveries/assign" class="row">
      {['all', 'back'].map((name) => (
        <input key={name} type="hidden" name={name} value={bulkFields.get(name) ?? ''} />
      ))}
      {bulkFields.getAll('id').map((id) => (
        <input key={id} type="hidden" name="id" value={id} />
      ))}
      <label for="courier">{words.courier}</label>
      {fault.said}
      <select id="courier" name="courier" {...fault.marks}>
        {couriers.map((courier) => (
          <option key={courier.id} value={wireId('courier', courier.id)}>
            {[
              `${courier.name}: ${own.shifts.states[stateOf(courier)]}`,
              courier.assigned > 0 && dispatch.board.parcels({ count: courier.assigned }),
            ]
              .filter(Boolean)
              .join(', ')}
          </option>
        ))}
      </select>
      <button type="submit" class="primary" disabled={couriers.length === 0}>
        {words.assign({ count })}
      </button>
    </PostForm>
  );
}
