import { z } from 'zod';
import type { Tenant } from '../../../kernel/tenant.ts';
import { issueText } from '../../../kernel/wire/explain-issues.ts';
import type { Clock } from '../../../platform/clock.ts';
import { type Database, withTenant } from '../../../platform/database/database.ts';
import { readSettings, writeSettings } from './settings.sql.ts';

/** One hour: no recipient waits at the window for longer. */
const ARRIVING_MINUTES_MAX = 60;
const ARRIVING_M_MAX = 5_000;
/** Two days: no shift is longer. */
const SILENT_MINUTES_MAX = 2_880;
const OLD_MINUTES_MAX = 60;
/**
 * Whoever made contact within this time is in contact, whatever the settings: a phone that stands
 * still reports once a minute, the hub stores that once a minute, and dispatch reads it within
 * another one.
 */
export const IN_CONTACT_MS = 180_000;
const EXPIRED_MINUTES_MAX = 1_440;

const arriving = z.strictObject({
  minutes: z
    .int()
    .min(1)
    .max(ARRIVING_MINUTES_MAX)
    .describe('So many minutes before the courier is expected. 10 by default.'),
  metres: z
    .int()
    .min(0)
    .max(ARRIVING_M_MAX)
    .describe(
      'Or so near to the next stop, as the crow flies. 300 by default; 0 if only the time counts.',
    ),
});
const depot = z.strictObject({
  on_leaving: z
    .enum(['nothing', 'out_for_delivery'])
    .describe(
      'What becomes of the parcels that a courier has when the courier leaves the home facility. `nothing` by default.',
    ),
});
const silence = z.strictObject({
  minutes: z
    .int()
    .min(5)
    .max(SILENT_MINUTES_MAX)
    .describe('After so many minutes without a position or scan. 120 by default.'),
});
const positions = z.strictObject({
  old_minutes: z
    .int()
    .min(1)
    .max(OLD_MINUTES_MAX)
    .describe('A position is shown as old after so many minutes. 2 by default.'),
  expired_minutes: z
    .int()
    .min(IN_CONTACT_MS / 60_000)
    .max(EXPIRED_MINUTES_MAX)
    .describe(
      'After so many minutes with neither a position nor a request from the phone, the courier is out of contact. 5 by default.',
    ),
});

/** The settings of a merchant's own couriers, in one mode. */
export const courierSettingsSchema = z
  .strictObject({
    arriving: arriving.describe('When recipients are notified that the courier is nearly there.'),
    depot: depot.describe('Whether coming to a building or leaving it sets a status.'),
    silence: silence.describe(
      'When somebody is to look after a courier whose phone sends nothing.',
    ),
    positions: positions.describe(
      'When positions become old, and when their couriers are out of contact.',
    ),
  })
  .meta({ id: 'CourierSettings' });
type CourierSettings = z.output<typeof courierSettingsSchema>;

/** A group of settings of which any may be absent. */
function changeOf<Shape extends z.ZodRawShape>(group: z.ZodObject<Shape, z.core.$strict>) {
  return group
    .partial()
    .optional()
    .describe(group.description ?? '');
}

const { shape } = courierSettingsSchema;
/** A merchant's overrides: only what differs from the defaults. */
const overrides = z.strictObject({
  arriving: changeOf(shape.arriving),
  depot: changeOf(shape.depot),
  silence: changeOf(shape.silence),
  positions: changeOf(shape.positions),
});

export const courierSettingsChange = overrides
  .refine((value) => Object.keys(value).length > 0, issueText('values.sendMemberToChange'))
  .meta({ id: 'CourierSettingsChange', description: 'Absent members stay as they are.' });
type CourierSettingsChange = z.output<typeof courierSettingsChange>;

export const DEFAULT_COURIER_SETTINGS: CourierSettings = {
  arriving: { minutes: 10, metres: 300 },
  depot: { on_leaving: 'nothing' },
  silence: { minutes: 120 },
  positions: { old_minutes: 2, expired_minutes: 5 },
};

const stored = z.record(z.string(), z.unknown()).catch({});

/**
 * A merchant's settings, with defaults where nothing is set. Pure.
 * @param document as stored; null: nothing is set. It may be from an older or newer version: groups
 * that cannot be read are ignored.
 */
function courierSettings(document: unknown): CourierSettings {
  const own = stored.parse(document);
  const groups = Object.entries(DEFAULT_COURIER_SETTINGS).map(([name, defaults]) => {
    const { data } = overrides.shape[name as keyof CourierSettings].safeParse(own[name]);
    return [name, { ...defaults, ...data }];
  });
  return Object.fromEntries(groups);
}

/** Reads and changes merchants' settings. */
export interface SettingsOfCouriers {
  read(tenant: Tenant): Promise<CourierSettings>;
  change(tenant: Tenant, change: CourierSettingsChange): Promise<CourierSettings>;
}

/** Creates the operations on merchants' courier settings. */
export function createCourierSettings({
  db,
  clock,
}: {
  readonly db: Pick<Database, 'app'>;
  readonly clock: Clock;
}): SettingsOfCouriers {
  return {
    read: (tenant) =>
      withTenant(db.app, tenant, async (tx) => courierSettings(await readSettings(tx, tenant))),
    change: (tenant, change) =>
      withTenant(db.app, tenant, async (tx) =>
        courierSettings(await writeSettings(tx, tenant, change, clock.nowMs())),
      ),
  };
}

/** For how long settings are cached, and so how late background work notices a change. */
const CACHE_MS = 30_000;

/**
 * Returns a function that reads settings, and caches each for half a minute. For callers that read
 * many times a minute.
 */
export function cacheCourierSettings(
  db: Pick<Database, 'pipeline'>,
  clock: Clock,
): (tenant: Tenant) => Promise<CourierSettings> {
  const known = new Map<string, { readonly atMs: number; readonly settings: CourierSettings }>();
  return async (tenant) => {
    const key = `${tenant.merchantId} ${tenant.mode}`;
    const nowMs = clock.nowMs();
    const before = known.get(key);
    if (before !== undefined && nowMs - before.atMs < CACHE_MS) return before.settings;
    const settings = courierSettings(await readSettings(db.pipeline, tenant));
    known.set(key, { atMs: nowMs, settings });
    return settings;
  };
}
