import type { Proof } from '../../../../intake/index.ts';
import type { CourierNote, CustodyPeriod } from '../../../../kernel/custody.ts';
import type { Tenant } from '../../../../kernel/tenant.ts';
import type { ExceptionCase } from '../../../../reactions/exceptions/index.ts';
import { type ProofsOfShipment, proofsOfShipment } from '../../../../tracking/ports/proofs.ts';
import {
  type Explanation,
  explainShipment,
  type ShipmentView,
  viewShipment,
} from '../../../../tracking/ports/shipments.ts';
import type { OpsParts } from '../../../api/ops/ops-parts.ts';

/** Everything known about one shipment, for its support staff. */
export interface ShipmentSnapshot {
  readonly view: ShipmentView;
  readonly explanation: Explanation;
  readonly own: ProofsOfShipment;
  /** Proofs the carrier supplied. */
  readonly carrierProofs: readonly Proof[];
  /** The couriers who were to take it, have it or had it, oldest first. */
  readonly custody: readonly CustodyPeriod[];
  readonly courierNotes: readonly CourierNote[];
  /** Newest first. */
  readonly cases: readonly ExceptionCase[];
}

/** A shipment has only a few. */
const CASES_MAX = 50;

/** Null: the tenant has no such shipment. */
export async function seeShipment(
  deps: Pick<OpsParts, 'tracking' | 'proofs' | 'custody' | 'exceptions'>,
  tenant: Tenant,
  id: string,
): Promise<ShipmentSnapshot | null> {
  const { tracking, proofs, exceptions } = deps;
  const [view, explained, own] = await Promise.all([
    viewShipment(tracking, tenant, id),
    explainShipment(tracking, tenant, id),
    proofsOfShipment({ tracking, proofs }, tenant, id),
  ]);
  if (view === null || explained === null || own === null) return null;
  const [files, custody, courierNotes, cases] = await Promise.all([
    proofs.list(tenant, view.proofs),
    deps.custody?.custody(tenant, id) ?? [],
    deps.custody?.notes(tenant, id) ?? [],
    exceptions?.list(tenant, { filter: { shipmentId: id }, after: null, limit: CASES_MAX }) ?? [],
  ]);
  return {
    view,
    own,
    custody,
    courierNotes,
    explanation: explained.explanation,
    carrierProofs: files.filter(({ deliveryProofId }) => deliveryProofId === null),
    cases: cases.map(({ exceptionCase }) => exceptionCase),
  };
}

/** The reader of a shipment's page, and the targets of its links. */
export interface Viewer {
  readonly nowMs: number;
  /** Whether names, doors and photos may be seen. */
  readonly seesPeople: boolean;
  /** Paths of pages; null: the reader has no such page. */
  readonly pathOf: {
    readonly shipment: (id: string) => string;
    /** By the public id. */
    readonly courier: (id: string) => string | null;
    /** Its delivery by own couriers, if it is one. */
    readonly delivery: string | null;
    /** A photo, signature or document of this shipment. */
    readonly proof: (fileId: string) => string;
    /** Its proof of delivery as a PDF. */
    readonly proofDocument: string;
  };
}
