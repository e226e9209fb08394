import { readFile } from 'node:fs/promises';
import type { Machines } from '../platform/machines.ts';
import {
  createNotificationMetrics,
  createNotifications,
  type Notifications,
  type OpenedChannels,
  openChannels,
  readRulesFile,
  startNotifications,
} from '../reactions/notifications/index.ts';
import type { Hub } from './hub.ts';

/** Notifications to people: what the API needs of them, and their channels. */
export interface Notifying {
  readonly notifications: Notifications;
  readonly channels: OpenedChannels;
}

/** Builds the notifications. Rejects with file and line of the fault in rules or channels. */
export async function composeNotifying(
  { config, clock, random, keyring, database: db, shutdown, log }: Machines,
  hub: Hub,
  publicUrl: () => string,
): Promise<Notifying> {
  const { notificationRules: file } = config;
  const installationRules = readRulesFile(await readFile(file, 'utf8'), file);
  const channels = await openChannels({
    db,
    keyring,
    clock,
    randomBytes: random,
    log,
    egress: hub.egress,
    publicUrl,
    data: config.data,
    file: config.channels,
    env: process.env,
  });
  shutdown.onStop('notification channels', () => channels.close());
  const notifications = createNotifications({
    db,
    tracking: hub.tracking,
    keyring,
    clock,
    randomBytes: random,
    log,
    installationRules,
    channelsOf: channels.channelsOf,
  });
  return { notifications, channels };
}

/** Consumes the log and sends notifications, in the processes that run reactions. */
export function startNotifying(
  { clock, random, keyring, database: db, shutdown, log, listener, metrics }: Machines,
  hub: Hub,
  { notifications, channels }: Notifying,
  publicUrl: () => string,
  {
    predictCaseOutcome,
    givesWay,
  }: Pick<Parameters<typeof startNotifications>[0], 'predictCaseOutcome' | 'givesWay'>,
): void {
  const { tracking, templating } = hub;
  const running = startNotifications({
    ...(predictCaseOutcome === undefined ? {} : { predictCaseOutcome }),
    ...(givesWay === undefined ? {} : { givesWay }),
    db,
    tracking,
    keyring,
    clock,
    randomBytes: random,
    log,
    listener,
    notifications,
    channelsOf: channels.channelsOf,
    eraseMailbox: channels.eraseMailbox,
    render: templating.templates.render,
    publicUrl,
    holder: listener.session,
    handedOver: createNotificationMetrics(metrics),
  });
  shutdown.onStop('notifications', () => running.stop());
}
