import type { Registry } from '../../adapters/index.ts';
import {
  createScanIntake,
  type FacilityOf,
  type Inbox,
  type Scanners,
} from '../../intake/index.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import { createFindRecorded } from '../../tracking/ports/running.ts';
import type { HttpDeps } from '../context.ts';

/** Intake of scans, as the composition root opens it. */
export function testScans(parts: {
  readonly db: Database;
  readonly adapters: Registry;
  readonly inbox: Inbox;
  readonly scanners: Scanners;
  readonly facilityOf: FacilityOf;
  readonly clock: Clock;
}): NonNullable<HttpDeps['scans']> {
  const { db, adapters, inbox, scanners, facilityOf, clock } = parts;
  const own = adapters.list().find(({ scans }) => scans !== undefined);
  if (own?.scans === undefined) throw new Error('no carrier of the installation is scanned');
  const intake = createScanIntake({
    own: { ...own, scans: own.scans },
    adapter: (name) => adapters.get(name) ?? null,
    inbox,
    scanners,
    facilityOf,
    clock,
    recorded: createFindRecorded(db, 60_000),
  });
  return { intake, scanners, ownCarrier: own.manifest.name };
}
