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

const members = {
  arriving: z.strictObject({
    minutes: z
      .int()
      .min(1)
      .max(ARRIVING_MINUTES_MAX)
      .optional()
      .describe('So many minutes before the courier is expected. 10 by default.'),
    metres: z
      .int()
      .min(0)
      .max(ARRIVING_M_MAX)
      .optional()
      .describe(
        'Or so near to the next stop, as the crow flies. 300 by default; 0 if only the time counts.',
      ),
  }),
  depot: z.strictObject({
    on_leaving: z
      .enum(['nothing', 'out_for_delivery'])
      .optional()
      .describe(
        'What becomes of the parcels that a courier has when the courier leaves the home facility. `nothing` by default.',
      ),
  }),
  silence: z.strictObject({
    minutes: z
      .int()
      .min(5)
      .max(SILENT_MINUTES_MAX)
      .optional()
      .describe('After so many minutes without a position or scan. 120 by default.'),
  }),
};

/** A merchant's overrides: only what differs from the defaults. */
export const courierSettingsChange = z
  .strictObject({
    arriving: members.arriving
      .optional()
      .describe('When recipients are notified that the courier is nearly there.'),
    depot: members.depot
      .optional()
      .describe('Whether coming to a building or leaving it sets a status.'),
    silence: members.silence
      .optional()
      .describe('When somebody is to look after a courier whose phone sends nothing.'),
  })
  .refine((value) => Object.keys(value).length > 0, issueText('values.sendMemberToChange'))
  .meta({ id: 'CourierSettingsChange', description: 'Absent members stay as they are.' });
type CourierSettingsChange = z.output<typeof courierSettingsChange>;

/** The settings of a merchant's own couriers, in one mode. */
export interface CourierSettings {
  readonly arriving: { readonly minutes: number; readonly metres: number };
  readonly depot: { readonly on_leaving: 'nothing' | 'out_for_delivery' };
  readonly silence: { readonly minutes: number };
}

const DEFAULT_COURIER_SETTINGS: CourierSettings = {
  arriving: { minutes: 10, metres: 300 },
  depot: { on_leaving: 'nothing' },
  silence: { minutes: 120 },
};

/** The stored document may be from an older or newer version: unknown members are ignored. */
const stored = z
  .object({
    arriving: members.arriving.optional().catch(undefined),
    depot: members.depot.optional().catch(undefined),
    silence: members.silence.optional().catch(undefined),
  })
  .catch({});

/**
 * A merchant's settings, with defaults where nothing is set. Pure.
 * @param document as stored; null: nothing is set.
 */
export function courierSettings(document: unknown): CourierSettings {
  const own = stored.parse(document ?? {});
  const defaults = DEFAULT_COURIER_SETTINGS;
  return {
    arriving: { ...defaults.arriving, ...withoutUndefined(own.arriving) },
    depot: { ...defaults.depot, ...withoutUndefined(own.depot) },
    silence: { ...defaults.silence, ...withoutUndefined(own.silence) },
  };
}

function withoutUndefined<T extends object>(
  members: T | undefined,
): { [K in keyof T]: NonNullable<T[K]> } {
  const known = Object.entries(members ?? {}).filter(([, value]) => value !== undefined);
  return Object.fromEntries(known) as { [K in keyof T]: NonNullable<T[K]> };
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
