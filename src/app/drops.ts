import {
  BUCKET_PLACE,
  createDrops,
  createMerchantFolders,
  type DropPlace,
  type DropRunner,
  type Drops,
  dropRowCounter,
  FOLDER_PLACE,
  type Inbox,
  isOlderPromptWaiting,
  type MerchantFolders,
  type ScanIntake,
  startDrops,
} from '../intake/index.ts';
import { systemWait } from '../platform/clock.ts';
import type { Machines } from '../platform/machines.ts';
import { openFolderStore } from '../platform/objects/folder-store.ts';
import type { EnvelopeSealer } from '../platform/sealing/sealing.ts';
import type { Config } from '../platform/settings/config.ts';
import { createOrderFiles, type Shops } from '../shops/index.ts';

/** The parts for dropped files that every process of the hub has. */
export interface DropParts {
  readonly places: readonly DropPlace[];
  readonly merchants: MerchantFolders;
  readonly drops: Drops;
}

interface RunnerParts {
  readonly scans: { readonly intake: Pick<ScanIntake, 'prepare'> } | null;
  readonly inbox: Pick<Inbox, 'storeWithin' | 'announce'>;
  readonly tracking: { readonly sealer: EnvelopeSealer };
  readonly drops: DropParts;
  readonly shops: Pick<Shops, 'open'>;
}

/** If single scans wait longer than this, they are processed before the rest of a file. */
const PROMPT_MS = 2_500;
/**
 * How long a file is processed before its scans: enough for a million rows, but limited for a slow
 * bucket.
 */
const FIRST_MS_MAX = 60_000;

export async function composeDrops({
  config,
  database: db,
  clock,
  shutdown,
}: Pick<Machines, 'config' | 'database' | 'clock' | 'shutdown'>): Promise<DropParts> {
  const places = await openDropPlaces(config);
  shutdown.onStop('places of dropped files', async () => {
    for (const { store } of places) store.close();
  });
  const merchants = createMerchantFolders(db.pipeline, clock);
  return { places, merchants, drops: createDrops({ db, places, merchants }) };
}

/** Opens the configured places of dropped files: the folder, the bucket, both or none. */
export async function openDropPlaces({
  drops,
}: Pick<Config, 'drops'>): Promise<readonly DropPlace[]> {
  const places: DropPlace[] = [];
  if (drops.folder !== null) {
    places.push({
      ...FOLDER_PLACE,
      store: openFolderStore({ folder: drops.folder, shared: true }),
    });
  }
  if (drops.s3 !== null) {
    // Loaded only when needed: AWS's client costs every start a third of a second.
    const { openS3Store } = await import('../platform/objects/s3-store.ts');
    places.push({ ...BUCKET_PLACE, store: openS3Store(drops.s3) });
  }
  return places;
}

/**
 * Processes dropped files in this process. The returned function says whether a file is being read
 * and, for at most {@link FIRST_MS_MAX}, takes precedence over bulk inbound messages.
 */
export function startDropRunners(
  { database: db, clock, random, log, metrics, shutdown }: Machines,
  { scans, inbox, tracking, drops, shops }: RunnerParts,
): () => boolean {
  if (scans === null || drops.places.length === 0) return () => false;
  const runners: DropRunner[] = [];
  const count = dropRowCounter(metrics);
  for (const place of drops.places) {
    const runner = startDrops(
      {
        db,
        clock,
        log,
        inbox,
        count,
        merchants: drops.merchants,
        sealer: tracking.sealer,
        randomBytes: random,
        intake: scans.intake,
        orders: createOrderFiles(shops),
        wait: systemWait,
        isPressed: () => isOlderPromptWaiting(db.pipeline, clock.nowMs() - PROMPT_MS),
      },
      place,
    );
    runners.push(runner);
    shutdown.onStop('dropped files', () => runner.stop());
    log.info({ place: place.store.name }, 'files of scans and orders may be dropped');
  }
  let sinceMs: number | null = null;
  return () => {
    if (!runners.some(({ isReading }) => isReading)) sinceMs = null;
    else sinceMs ??= clock.nowMs();
    return sinceMs !== null && clock.nowMs() - sinceMs < FIRST_MS_MAX;
  };
}
