import {
  addDemo,
  askToRemoveDemo,
  DEMO_CHANNEL,
  DEMO_LOCK,
  type DemoState,
  deleteDemoMerchant,
  deleteDemoRows,
  findDemo,
  noteDemoMade,
  ownedTables,
} from '../../merchants/index.ts';
import type { Clock, Wait } from '../../platform/clock.ts';
import { withAdvisoryLocks } from '../../platform/database/advisory-lock.ts';
import { type Database, withTransaction } from '../../platform/database/database.ts';
import type { Listener } from '../../platform/database/listen.ts';
import type { Logger } from '../../platform/observability/log.ts';
import type { Config } from '../../platform/settings/config.ts';
import { type Loop, startLoop } from '../../platform/work/loop.ts';
import type { ExceptionsDeps } from '../../reactions/exceptions/index.ts';
import type { DemoParcel } from './demo-parcel.ts';
import { playHistory } from './play-history.ts';

interface DemoDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly exceptions: ExceptionsDeps;
  /** Plans the history so far. */
  readonly plan: (nowMs: number) => readonly DemoParcel[];
  readonly clock: Clock;
  readonly wait: Wait;
  readonly log: Logger;
  readonly listener: Pick<Listener, 'on'>;
  /** Whether real work is waiting. */
  readonly isRealWorkWaiting: () => boolean;
}

/** How soon the unfinished work of a killed process is continued. */
const CHECK_EVERY_MS = 60_000;
/** After the ready line: a start must not get slower. */
const BEGIN_AFTER_MS = 1_500;
/** The pause between two steps, so that the demo takes a third of a core at most. */
const PAUSE_MS = 20;
const GIVE_WAY_MS = 1_000;
/** Attempts of one process to make the history. */
const TRIES_MAX = 3;
/** Each pass deletes what the previous one freed; tables refer to one another four levels deep. */
const PASSES_MAX = 8;

/** What a start does about the demo history; null: nothing. */
type DemoDecision = 'make' | 'remove' | null;

/**
 * Decides at a start whether there is to be a demo history: on the very first start of a hub that
 * somebody tries out, or on request. Pure.
 */
export function decideDemo(
  config: Pick<Config, 'demo' | 'sandbox' | 'bootstrapKey' | 'databaseUrl'>,
  { isFirstStart, state }: { readonly isFirstStart: boolean; readonly state: DemoState | null },
): DemoDecision {
  if (config.demo === 'off') return state === null ? null : 'remove';
  if (state !== null) return null;
  if (config.demo === 'on') return 'make';
  const isTrial = config.sandbox && config.bootstrapKey === null && config.databaseUrl === null;
  return isFirstStart && isTrial ? 'make' : null;
}

/** Applies the settings at start-up: marks the demo history for creation or removal. */
export async function settleDemo(
  { pipeline }: Pick<Database, 'pipeline'>,
  config: Parameters<typeof decideDemo>[0],
  { isFirstStart, nowMs }: { readonly isFirstStart: boolean; readonly nowMs: number },
): Promise<void> {
  const demo = await findDemo(pipeline);
  const decision = decideDemo(config, { isFirstStart, state: demo?.demoState ?? null });
  if (decision === 'make') await addDemo(pipeline, nowMs);
  if (decision === 'remove') await askToRemoveDemo(pipeline);
}

/**
 * Starts the loop that makes or removes the demo history in the background, as its stored state
 * says.
 */
export function startDemo(deps: DemoDeps): Pick<Loop, 'now' | 'stop'> {
  const { db, log, listener } = deps;
  let tries = 0;
  const loop = startLoop({
    run: () =>
      withAdvisoryLocks(db.pipeline, DEMO_LOCK, async () => {
        const state = (await findDemo(db.pipeline))?.demoState;
        if (state === 'removing') await removeHistory(deps, () => loop.stopping);
        if (state !== 'making' || tries >= TRIES_MAX) return;
        tries += 1;
        await makeHistory(deps, () => loop.stopping);
      }),
    everyMs: CHECK_EVERY_MS,
    wokenBy: { listener, channel: DEMO_CHANNEL, afterMs: BEGIN_AFTER_MS },
    onFailure: (err) => log.warn({ err }, 'the demo history will be tried again'),
  });
  return loop;
}

async function makeHistory(deps: DemoDeps, isStopping: () => boolean): Promise<void> {
  const { db, exceptions, clock, log } = deps;
  const beganMs = performance.now();
  const mayContinue = async () => {
    await pause(deps, isStopping);
    return !isStopping() && (await findDemo(db.pipeline))?.demoState === 'making';
  };
  // Nothing from a killed attempt can be reused, because its simulated clock has stopped.
  if (!(await removeDemoRows(db, mayContinue, OF_VISITORS))) return;
  const parcels = deps.plan(clock.nowMs());
  if (!(await playHistory({ exceptions, mayContinue }, parcels))) return;
  if (!(await noteDemoMade(db.pipeline))) return;
  const tookS = Math.round((performance.now() - beganMs) / 1_000);
  log.info({ parcels: parcels.length, took_s: tookS }, 'the demo history is complete');
}

async function removeHistory(deps: DemoDeps, isStopping: () => boolean): Promise<void> {
  const isDone = await removeDemo(deps.db, async () => {
    await pause(deps, isStopping);
    return !isStopping();
  });
  if (isDone) deps.log.info('the demo history was removed');
}

async function pause(
  { wait, isRealWorkWaiting }: DemoDeps,
  isStopping: () => boolean,
): Promise<void> {
  await wait(PAUSE_MS);
  while (isRealWorkWaiting() && !isStopping()) await wait(GIVE_WAY_MS);
}

/**
 * Removes the demo merchant and everything of it, table by table. False: it was stopped, and the
 * next call continues.
 */
async function removeDemo(
  db: Pick<Database, 'pipeline'>,
  mayContinue: () => Promise<boolean>,
): Promise<boolean> {
  if (!(await removeDemoRows(db, mayContinue))) return false;
  await withTransaction(db.pipeline, deleteDemoMerchant);
  // A reaction to somebody's last click may have added a row meanwhile.
  return removeDemoRows(db, mayContinue);
}

/** Tables about the people who look at the demo, perhaps before it is filled. */
const OF_VISITORS: readonly string[] = ['member_actions', 'member_sessions', 'oauth_grants'];

/** Removes all rows of the demo but the merchant itself. False: it was stopped. */
async function removeDemoRows(
  { pipeline }: Pick<Database, 'pipeline'>,
  mayContinue: () => Promise<boolean>,
  left: readonly string[] = [],
): Promise<boolean> {
  let tables = (await ownedTables(pipeline)).filter(({ name }) => !left.includes(name));
  for (let pass = 0; tables.length > 0; pass += 1) {
    if (pass === PASSES_MAX)
      throw new Error(`rows of the demo cannot be deleted from ${tables[0]?.name}`);
    const blocked = [];
    for (const table of tables) {
      if (!(await mayContinue())) return false;
      if (!(await deleteDemoRows(pipeline, table))) blocked.push(table);
    }
    tables = blocked;
  }
  return true;
}
