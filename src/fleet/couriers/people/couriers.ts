import { createHmac } from 'node:crypto';
import { definedOnly } from '../../../kernel/defined-only.ts';
import { uuidV7 } from '../../../kernel/ids.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { type Transaction, withTenant } from '../../../platform/database/database.ts';
import { type Keyring, open, seal } from '../../../platform/sealing/sealing.ts';
import type { CourierMachines } from '../deps.ts';
import { silentSince } from '../silence/silences.sql.ts';
import type { Courier, CourierFields, CourierRefusal, ShiftChange, WorkChange } from './courier.ts';
import {
  type CourierCounts,
  type CourierRow,
  type CourierValues,
  countCouriers,
  courierBoundTo,
  courierById,
  couriersByIds,
  deleteCourier,
  insertCourier,
  isDuplicateExternalId,
  lockCourier,
  setPause,
  setShift,
  updateCourier,
  visibleCouriers,
} from './couriers.sql.ts';
import { createPlannedShifts, type PlannedShifts } from './planned-shifts.ts';

export type CourierOutcome = { readonly kind: 'done'; readonly courier: Courier } | CourierRefusal;

interface CourierFilter {
  readonly onShift: boolean | null;
  readonly externalId: string | null;
  /** Whether a phone is enrolled; absent: either. */
  readonly hasPhone?: boolean | undefined;
}

/** A merchant's couriers. Every call sees only the tenant's own. */
export interface Couriers extends PlannedShifts {
  create(tenant: Tenant, fields: CourierFields, shift: ShiftChange | null): Promise<CourierOutcome>;
  list(
    tenant: Tenant,
    filter: CourierFilter,
    page: { readonly after: string | null; readonly limit: number },
  ): Promise<Courier[]>;
  /** Lists couriers of all merchants, for operators. */
  listAll(page: {
    readonly after: string | null;
    readonly limit: number;
    /** Only couriers who are on or off shift; absent: all. */
    readonly onShift?: boolean | undefined;
    /** Only couriers with or without a phone; absent: all. */
    readonly hasPhone?: boolean | undefined;
  }): Promise<Courier[]>;
  /** Counts a tenant's couriers; null: those of all merchants, for operators. */
  count(tenant: Tenant | null): Promise<CourierCounts>;
  /**
   * Since when these couriers have been silent, epoch ms, for operators. Couriers who are not
   * silent are left out.
   */
  silentSince(ids: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Finds a courier of any merchant, for operators; null: none. */
  findAny(id: string): Promise<Courier | null>;
  /** Finds a courier; null: the tenant has no such courier. */
  find(tenant: Tenant, id: string): Promise<Courier | null>;
  /** The tenant's couriers among these, unordered. */
  findMany(tenant: Tenant, ids: readonly string[]): Promise<Courier[]>;
  /**
   * Changes a courier, the shift, and a pause within it, in which the courier takes no offers.
   * Absent fields do not change; a null pause ends it.
   */
  change(
    tenant: Tenant,
    id: string,
    fields: Partial<CourierFields>,
    work: WorkChange,
  ): Promise<CourierOutcome>;
  /**
   * Erases a courier with devices, codes and route. Refused while the courier holds parcels:
   * nobody would know who has them.
   */
  remove(tenant: Tenant, id: string): Promise<{ readonly kind: 'done' } | CourierRefusal>;
}

/** Creates the operations on merchants' couriers. */
export function createCouriers(machines: CourierMachines): Couriers {
  const { db, keyring, clock, randomBytes } = machines;
  const openRow = (row: CourierRow) => toCourier(keyring, row, clock.nowMs());

  async function sealValues(
    tenant: Tenant,
    id: string,
    fields: CourierFields,
  ): Promise<CourierValues> {
    const { name, phone, externalId } = fields;
    const personal = Buffer.from(JSON.stringify({ name, phone, externalId }), 'utf8');
    return {
      ...fields,
      personal: seal(keyring, personal, courierBoundTo(id)),
      externalHash:
        externalId === null
          ? null
          : keyedHash(await machines.recognition(), tenant, 'courier', externalId),
    };
  }

  const reread = (tx: Transaction, id: string) => readOutcome(machines, tx, id);

  return {
    ...createPlannedShifts(machines),
    async create(tenant, fields, shift) {
      const nowMs = clock.nowMs();
      if (isPast(shift, nowMs)) return { kind: 'shift_ends_in_past' };
      const id = uuidV7(nowMs, randomBytes(10));
      const made = await sealValues(tenant, id, fields);
      return withTenant(db.app, tenant, async (tx) => {
        const isNew = await insertCourier(tx, tenant, id, made, nowMs);
        if (!isNew) return { kind: 'external_id_taken' };
        if (shift?.on) await setShift(tx, id, shift, nowMs);
        return reread(tx, id);
      });
    },
    async list(tenant, { onShift, externalId, hasPhone = null }, page) {
      const externalHash =
        externalId === null
          ? null
          : keyedHash(await machines.recognition(), tenant, 'courier', externalId);
      const rows = await withTenant(db.app, tenant, (tx) =>
        visibleCouriers(tx, { onShift, externalHash, hasPhone, ...page }),
      );
      return rows.map(openRow);
    },
    silentSince: (ids) => silentSince(db.pipeline, ids),
    async listAll({ after, limit, onShift = null, hasPhone = null }) {
      const all = { onShift, externalHash: null, hasPhone, after, limit };
      return (await visibleCouriers(db.pipeline, all)).map(openRow);
    },
    count: (tenant) =>
      tenant === null ? countCouriers(db.pipeline) : withTenant(db.app, tenant, countCouriers),
    async findAny(id) {
      const row = await courierById(db.pipeline, id);
      return row === null ? null : openRow(row);
    },
    async find(tenant, id) {
      const row = await withTenant(db.app, tenant, (tx) => courierById(tx, id));
      return row === null ? null : openRow(row);
    },
    async findMany(tenant, ids) {
      const rows = await withTenant(db.app, tenant, (tx) => couriersByIds(tx, ids));
      return rows.map(openRow);
    },
    async change(tenant, id, fields, { pause, ...shift }) {
      await machines.recognition();
      const nowMs = clock.nowMs();
      return withTenant<CourierOutcome>(db.app, tenant, async (tx) => {
        if (!(await lockCourier(tx, id))) return { kind: 'not_found' };
        const row = await courierById(tx, id);
        if (row === null) return { kind: 'not_found' };
        const before = openRow(row);
        const wanted = requestedShift(before, shift);
        if (isPast(wanted, nowMs)) return { kind: 'shift_ends_in_past' };
        if ((pause?.endsAtMs ?? Infinity) <= nowMs) return { kind: 'pause_ends_in_past' };
        if (pause && !(wanted ?? { on: before.onShift }).on) return { kind: 'off_shift' };
        if (Object.keys(fields).length > 0) {
          const changed = await sealValues(tenant, id, { ...fieldsOf(before), ...fields });
          if (!(await updateCourier(tx, id, changed, nowMs))) return { kind: 'external_id_taken' };
        }
        if (wanted !== null) await setShift(tx, id, wanted, nowMs);
        if (pause || (pause === null && before.pause !== null)) {
          await setPause(tx, id, pause, nowMs);
        }
        return reread(tx, id);
      }).catch(toDuplicateExternalId);
    },
    remove: (tenant, id) =>
      withTenant(db.app, tenant, async (tx) => {
        await lockCourier(tx, id);
        const row = await courierById(tx, id);
        if (row === null) return { kind: 'not_found' };
        if (row.holds > 0) return { kind: 'has_parcels', holds: row.holds };
        await deleteCourier(tx, id);
        return { kind: 'done' };
      }),
  };
}

async function readOutcome(
  { keyring, clock }: Pick<CourierMachines, 'keyring' | 'clock'>,
  tx: Transaction,
  id: string,
): Promise<CourierOutcome> {
  const row = await courierById(tx, id);
  if (row === null) return { kind: 'not_found' };
  return { kind: 'done', courier: toCourier(keyring, row, clock.nowMs()) };
}

/** Converts the error of a concurrent use of the external id to an outcome; throws any other. */
function toDuplicateExternalId(error: unknown): CourierOutcome {
  if (isDuplicateExternalId(error)) return { kind: 'external_id_taken' };
  throw error;
}

function isPast(shift: ShiftChange | null, nowMs: number): boolean {
  return shift?.on === true && shift.endsAtMs !== null && shift.endsAtMs <= nowMs;
}

/**
 * The shift change that a request means; null: the shift does not change. A new shift is open-ended
 * unless an end is given.
 */
function requestedShift(
  before: Courier,
  { on, endsAtMs, atMs }: Partial<ShiftChange>,
): ShiftChange | null {
  if (on === undefined && endsAtMs === undefined) return null;
  const goesOn = before.onShift && on !== false;
  const wanted = {
    on: on ?? before.onShift,
    endsAtMs: endsAtMs ?? (endsAtMs === null || !goesOn ? null : before.shiftEndsAtMs),
    ...definedOnly({ atMs }),
  };
  const isSame = wanted.on === before.onShift && wanted.endsAtMs === before.shiftEndsAtMs;
  const isEarlier = wanted.on && atMs !== undefined && atMs < (before.shiftSinceMs ?? atMs);
  return isSame && !isEarlier ? null : wanted;
}

function fieldsOf(courier: Courier): CourierFields {
  const { name, phone, vehicle, capacityParcels, capacityWeightG } = courier;
  const { externalId, timeZone, homeFacility } = courier;
  return {
    name,
    phone,
    vehicle,
    capacityParcels,
    capacityWeightG,
    externalId,
    timeZone,
    homeFacility,
  };
}

/** Decrypts the sealed part of a courier's row. Throws if the row was tampered with. */
export function unsealCourier(
  keyring: Keyring,
  { id, personal }: Pick<CourierRow, 'id' | 'personal'>,
): Pick<CourierFields, 'name' | 'phone' | 'externalId'> {
  return JSON.parse(open(keyring, personal, courierBoundTo(id)).toString('utf8'));
}

/**
 * Converts a row to a courier: opens the sealed part, and returns a shift that is over by `nowMs`
 * as ended; nothing is written.
 */
export function toCourier(keyring: Keyring, row: CourierRow, nowMs: number): Courier {
  const endsAtMs = row.shiftEndsAtMs;
  // The timer that ends shifts runs only now and then; reads in between return the true state.
  const isOver = row.onShift && endsAtMs !== null && endsAtMs <= nowMs;
  const { pausedAtMs, pauseEndsAtMs } = row;
  const isPaused = pausedAtMs !== null && (pauseEndsAtMs ?? Infinity) > nowMs;
  return {
    id: row.id,
    merchantId: row.merchantId,
    mode: row.mode,
    ...unsealCourier(keyring, row),
    vehicle: row.vehicle,
    capacityParcels: row.capacityParcels,
    capacityWeightG: row.capacityWeightG,
    timeZone: row.timeZone,
    homeFacility: row.homeFacility,
    onShift: row.onShift && !isOver,
    shiftSinceMs: isOver ? endsAtMs : row.shiftSinceMs,
    shiftEndsAtMs: isOver ? null : endsAtMs,
    pause: row.onShift && !isOver && isPaused ? { endsAtMs: pauseEndsAtMs } : null,
    holds: row.holds,
    assigned: row.assigned,
    device: row.hasDevice
      ? {
          lastSeenMs: row.deviceContactAtMs,
          location: row.deviceLocation,
          reportedAtMs: row.deviceSaidAtMs,
          battery: row.deviceBattery,
        }
      : null,
    isOutOfContact: (row.contactEndsAtMs ?? nowMs) < nowMs,
    createdAtMs: row.createdAtMs,
    updatedAtMs: row.updatedAtMs,
  };
}

const HASH_BYTES = 16;

/** The lookup hash of a text, within its tenant and kind. */
export function keyedHash(
  key: Uint8Array,
  { merchantId, mode }: Tenant,
  kind: 'courier' | 'address',
  text: string,
): Buffer {
  const digest = createHmac('sha256', key).update(JSON.stringify([merchantId, mode, kind, text]));
  return digest.digest().subarray(0, HASH_BYTES);
}
