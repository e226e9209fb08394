import { readEntry } from '../../events/read-entry.ts';
import { definedOnly } from '../../kernel/defined-only.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type { Listener } from '../../platform/database/listen.ts';
import { LOG_CHANNEL } from '../../platform/event-log/event-log.ts';
import { startConsumer } from '../../platform/event-log/log-consumer.ts';
import type { ChannelsOf, Render } from './contract.ts';
import { CHANNEL_KINDS } from './contract.ts';
import type { DispatchDeps } from './deliver/dispatch-deps.ts';
import { startOutbox } from './deliver/outbox.ts';
import type { Notifications, NotificationsDeps } from './notifications.ts';
import { noteEvents, TYPES } from './triggers/note-events.ts';

interface StartNotificationsOptions
  extends Omit<NotificationsDeps, 'installationRules' | 'channelsOf'>,
    Pick<DispatchDeps, 'predictCaseOutcome' | 'handedOver'> {
  readonly notifications: Notifications;
  readonly listener: Pick<Listener, 'on'>;
  readonly channelsOf: ChannelsOf;
  /** Erases what channels that are no longer in use store about a deleted shipment. */
  readonly eraseMailbox: (shipmentId: string) => Promise<void>;
  readonly render: Render;
  /** Whether work that people wait for is pending; absent: never. */
  readonly givesWay?: () => boolean;
  /** The hub's public URL, without a slash at the end. */
  readonly publicUrl: () => string;
  /**
   * The database session that shows that this process is alive. Absent: its leases end by time
   * alone.
   */
  readonly holder?: number;
}

/** The running consumer of the log and the senders of notifications. */
export interface RunningNotifications {
  /** Resolves when everything in the log is noted, and everything due is decided and tried. */
  idle(): Promise<void>;
  stop(): Promise<void>;
  /** The number of log entries that are not noted yet. */
  lag(): Promise<number>;
}

export const NOTIFICATIONS_CONSUMER = 'notifications';
/**
 * The number of shards whose notes are written in one statement; a shard that fails is tried by
 * itself.
 */
const SHARDS_TOGETHER = 64;
const ENTRIES_MAX = 1_000;
const GATHERS_MS = 50;

/**
 * Starts to read the log from its newest entry, and to decide and send the notifications that
 * follow from it.
 */
export function startNotifications(options: StartNotificationsOptions): RunningNotifications {
  const { notifications, db, log, clock, randomBytes } = options;
  const { rules, addressKey } = notifications;
  const outbox = startOutbox({ ...options, rules, addressKey, holder: options.holder ?? null });
  const deps = {
    db,
    rules,
    clock,
    randomBytes,
    eraseStored: (event: ErasedShipment) => eraseStored(options, event),
  };
  const consumer = startConsumer({
    name: NOTIFICATIONS_CONSUMER,
    db,
    log,
    beginsAt: 'newest',
    passesOver: true,
    batchMax: ENTRIES_MAX,
    shardsTogether: SHARDS_TOGETHER,
    gathersMs: GATHERS_MS,
    ...definedOnly({ givesWay: options.givesWay }),
    skips: TYPES.skipped,
    read: readEntry,
    handle: async (events) => {
      if ((await noteEvents(deps, events)) > 0) outbox.wake();
    },
  });
  const unsubscribe = options.listener.on(LOG_CHANNEL, (shard) =>
    consumer.wake(shard === null ? null : Number(shard)),
  );
  return {
    async idle() {
      await consumer.idle();
      await outbox.idle();
    },
    async stop() {
      unsubscribe();
      await consumer.stop();
      await outbox.stop();
    },
    lag: () => consumer.lag(),
  };
}

interface ErasedShipment {
  readonly tenant: Tenant;
  readonly subjectId: string;
}

/** Erases what any channel of the merchant or of the installation stores about a shipment. */
async function eraseStored(
  { channelsOf, eraseMailbox }: StartNotificationsOptions,
  { tenant, subjectId }: ErasedShipment,
): Promise<void> {
  await eraseMailbox(subjectId);
  for (const kind of CHANNEL_KINDS) {
    for (const whose of ['own', 'installation'] as const) {
      for (const channel of await channelsOf(tenant, kind, whose)) {
        await channel.erase?.(subjectId);
      }
    }
  }
}
