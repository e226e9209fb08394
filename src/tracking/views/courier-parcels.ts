import type { CarrierAdapter } from '../../adapters/contract/contract.ts';
import type { ProofKind } from '../../kernel/proof-kinds.ts';
import type { Status } from '../../kernel/status.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { type Transaction, withTenant } from '../../platform/database/database.ts';
import { type CommandOutcome, commandShipment } from '../commands/command.ts';
import { commandAttempts } from '../commands/command-attempts.sql.ts';
import { checkCommand } from '../commands/machine.ts';
import { loadHistories } from '../facts/history.sql.ts';
import { EMPTY_HISTORY, foldInput } from '../facts/history.ts';
import { fold } from '../fold/fold.ts';
import { openPersonal, type Personal } from '../personal.ts';
import type { Shipment } from '../shipment.ts';
import { shipmentsByIds, shipmentsByNumber, shipmentsWithTrouble } from '../shipments.sql.ts';
import type { TrackingDeps } from '../tracking.ts';
import { timeline } from './timeline.ts';

/** Creates the functions by which couriers see the parcels of own couriers and command them. */
export function courierParcels(
  deps: TrackingDeps,
  own: CarrierAdapter,
  /** Whether a parcel goes from door to door, with no building between. */
  goesStraight: (tenant: Tenant, shipmentId: string) => Promise<boolean> = async () => false,
) {
  const carrier = own.manifest.name;
  const parcelsOf = async (tenant: Tenant, shipments: readonly Shipment[]) => {
    const ours = shipments.filter((each) => each.carrier === carrier);
    const attempts = await withTenant(deps.db.app, tenant, (tx) => attemptsOf(deps, tx, ours));
    return ours.map((each) => parcelOf(each, personalOf(deps, each), attempts.get(each.id) ?? 0));
  };
  return {
    async byIds(tenant: Tenant, ids: readonly string[]) {
      if (ids.length === 0) return [];
      return parcelsOf(
        tenant,
        await withTenant(deps.db.app, tenant, (tx) => shipmentsByIds(tx, ids)),
      );
    },
    async byNumbers(tenant: Tenant, numbers: readonly string[]) {
      if (numbers.length === 0) return [];
      const found = await withTenant(deps.db.app, tenant, (tx) =>
        shipmentsByNumber(
          tx,
          numbers.map((trackingNumber) => ({ carrier, trackingNumber })),
        ),
      );
      const newest = new Map(found.map((each) => [each.trackingNumber, each]));
      return parcelsOf(tenant, [...newest.values()]);
    },
    spelled: (number: string) => own.numbers.normalize(number),
    isAllowed: (from: Status, to: Status) => checkCommand(from, to).allowed,
    async command(
      tenant: Tenant,
      shipmentId: string,
      {
        id,
        ...wanted
      }: {
        readonly id: string;
        readonly status: Status;
        readonly subStatus: string | null;
        readonly occurredAtMs: number;
        readonly note: string | null;
        readonly queued: boolean;
      },
    ): Promise<CommandOutcome> {
      if (await wasExecuted(deps, tenant, shipmentId, id)) {
        const [shipment] = await withTenant(deps.db.app, tenant, (tx) =>
          shipmentsByIds(tx, [shipmentId]),
        );
        return shipment === undefined ? { kind: 'not_found' } : { kind: 'done', shipment };
      }
      const isStraight = wanted.status === 'picked_up' && (await goesStraight(tenant, shipmentId));
      return commandShipment(deps, tenant, shipmentId, {
        ...wanted,
        clientId: id,
        apiKeyId: null,
        ...(isStraight ? { andThen: 'out_for_delivery' as const } : {}),
      });
    },
  };
}

/** Whether a command with this client id was already executed: its sender got no answer. */
async function wasExecuted(
  deps: TrackingDeps,
  tenant: Tenant,
  shipmentId: string,
  clientId: string,
): Promise<boolean> {
  const before = await withTenant(deps.db.app, tenant, (tx) =>
    commandAttempts(tx, deps, shipmentId),
  );
  return before.some((each) => each.refused === null && each.clientId === clientId);
}

/**
 * Returns the number of days with a delivery attempt, by shipment. Only parcels with a problem are
 * examined closely.
 */
async function attemptsOf(
  deps: TrackingDeps,
  tx: Transaction,
  shipments: readonly Shipment[],
): Promise<ReadonlyMap<string, number>> {
  const ids = shipments.map(({ id }) => id);
  const troubled = await shipmentsWithTrouble(tx, ids, []);
  if (troubled.size === 0) return new Map();
  const histories = await loadHistories(tx, [...troubled]);
  const { policyOf } = deps.context();
  const troubledShipments = shipments.filter(({ id }) => troubled.has(id));
  return new Map(
    troubledShipments.map(({ id, carrier, createdAtMs, destinationZone }) => {
      const history = histories.get(id) ?? EMPTY_HISTORY;
      const folded = fold(foldInput(history, policyOf(carrier), createdAtMs));
      const days = timeline(history, folded, destinationZone).flatMap((event) =>
        event.status === 'delivery_attempted' ? [event.occurredLocal?.slice(0, 10) ?? ''] : [],
      );
      return [id, new Set(days).size];
    }),
  );
}

function personalOf(deps: TrackingDeps, shipment: Shipment): Personal {
  return openPersonal(shipment.sealedPersonal, deps.sealer);
}

/** A shipment that may require proof at the door. */
type MayRequire = Shipment & { readonly requireProof?: readonly ProofKind[] };

/** Returns the parcel as a courier may see it. */
function parcelOf(shipment: Shipment, personal: Personal, attempts: number) {
  const { state, requireProof = [] }: MayRequire = shipment;
  const { recipient, origin, destination } = personal;
  return {
    shipmentId: shipment.id,
    trackingNumber: shipment.trackingNumber,
    status: state.status,
    subStatus: state.subStatus,
    requireProof,
    pieces: state.pieces?.total ?? null,
    weightG: shipment.weightG,
    orderId: shipment.orderIds[0] ?? null,
    attempts,
    recipient: {
      name: textIn(recipient, 'name') ?? textIn(destination, 'name'),
      phone: textIn(recipient, 'phone'),
    },
    address: addressOf(destination),
    from: origin && addressOf(origin),
    timeZone: shipment.destinationZone,
  };
}

function addressOf(party: Personal['origin']) {
  return {
    lines: ['company', 'line1', 'line2'].flatMap((name) => textIn(party, name) ?? []),
    postalCode: textIn(party, 'postal_code'),
    city: textIn(party, 'city'),
    country: textIn(party, 'country'),
  };
}

function textIn(party: Personal['recipient'], name: string): string | null {
  const value = party?.[name];
  return typeof value === 'string' && value !== '' ? value : null;
}
