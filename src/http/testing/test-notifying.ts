import { readFileSync } from 'node:fs';
import type { Clock } from '../../platform/clock.ts';
import { systemRandom } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import type { Logger } from '../../platform/observability/log.ts';
import type { Keyring } from '../../platform/sealing/sealing.ts';
import { PROJECT_ROOT } from '../../platform/settings/yaml-settings.ts';
import {
  type ChannelsOf,
  createNotifications,
  type Notifications,
  readRulesFile,
} from '../../reactions/notifications/index.ts';
import type { TrackingDeps } from '../../tracking/ports/shipments.ts';

/** Notifications as the hub composes them, by the shipped rules; nothing is sent. */
export function testNotifying(deps: {
  readonly db: Database;
  readonly tracking: TrackingDeps;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly log: Logger;
  readonly channelsOf?: ChannelsOf;
}): Notifications {
  const file = 'config/notification-rules.yaml';
  const installationRules = readRulesFile(readFileSync(`${PROJECT_ROOT}${file}`, 'utf8'), file);
  return createNotifications({ ...deps, randomBytes: systemRandom, installationRules });
}
