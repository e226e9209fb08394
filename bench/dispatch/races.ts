import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Client } from 'pg';
import { processorTime } from '../figures/processor-time.ts';
import { atOnce, type BenchHub } from './bench-hub.ts';
import { rounded } from './numbers.ts';
import { seeded, wantedIn, wire } from './town.ts';

const RACERS = 4;
/** How many deliveries are raced for at the same time. */
const RACES_AT_ONCE = 32;
/**
 * How many races there are for one delivery; then another replaces it, because a row that is
 * updated again and again becomes slow.
 */
const RACES_EACH = 250;
/**
 * One in this many races also checks the owner, repeats the acceptance and gives the delivery back
 * as a courier would.
 */
const CHECKED_EVERY = 20;
const SAVED_EVERY = 500;

export interface Raced {
  raced: number;
  twoWinners: number;
  none: number;
  /**
   * The number of races in which the row, the parcel list, a read or a repeated acceptance show
   * another winner.
   */
  otherWinner: number;
  durationS: number;
  /** CPU time of the hub and of its PostgreSQL. */
  processorS: number;
}

interface Races {
  readonly races: number;
  readonly seed: number;
  readonly file: string | null;
  readonly onProgress: (done: Raced) => void;
}

/**
 * Lets four couriers accept the same delivery at the same moment, over and over, and compares the
 * courier in the row and in the parcel list with those whose acceptance was confirmed. Most
 * deliveries are reopened with one statement, without a log entry: the race is about acceptance.
 * @param of.file stores the progress, so that an aborted run continues there; null: not stored.
 */
export async function race(
  bench: BenchHub,
  couriers: readonly string[],
  of: Races,
): Promise<Raced> {
  await bench.client.query('update couriers set capacity_parcels = 1000000');
  await bench.client.query('set synchronous_commit = off');
  const results = readResults(of);
  const random = seeded(of.seed + results.raced);
  const [began, wasRaced] = [performance.now(), results.raced];
  const before = { durationS: results.durationS, processorS: results.processorS };
  const cpuBefore = secondsOf(bench);
  const note = () => {
    results.durationS = rounded(before.durationS + (performance.now() - began) / 1_000);
    results.processorS = rounded(before.processorS + secondsOf(bench) - cpuBefore);
    save(of, results);
    of.onProgress(results);
  };
  const perRacer = Math.ceil((of.races - results.raced) / RACES_AT_ONCE);
  await atOnce(RACES_AT_ONCE, RACES_AT_ONCE, async () => {
    let id = '';
    for (let index = 0; index < perRacer && results.raced < of.races; index += 1) {
      if (index % RACES_EACH === 0) id = await newDelivery(bench, random);
      await raceOnce(bench, { id, racers: racersAmong(couriers, random), results });
      if ((results.raced - wasRaced) % SAVED_EVERY === 0) note();
    }
    await end(bench, id);
  });
  note();
  return results;
}

async function newDelivery({ callers, shop }: BenchHub, random: () => number): Promise<string> {
  const made = await callers.call(shop, 'POST', '/v1/deliveries', wantedIn(random));
  return String(made.body['delivery_id']);
}

function racersAmong(couriers: readonly string[], random: () => number): readonly string[] {
  const first = Math.floor(random() * couriers.length);
  return Array.from(
    { length: RACERS },
    (_, each) => couriers[(first + each * 7) % couriers.length] ?? '',
  );
}

async function raceOnce(
  { callers, system, client }: BenchHub,
  {
    id,
    racers,
    results,
  }: { readonly id: string; readonly racers: readonly string[]; results: Raced },
): Promise<void> {
  const turn = results.raced;
  results.raced += 1;
  const accept = (courier: string, index: number) =>
    callers.call(system(turn + index), 'POST', `/v1/deliveries/${id}/accept`, {
      courier_id: courier,
    });
  const answers = await Promise.all(racers.map(accept));
  const winners = racers.filter((_, index) => answers[index]?.status === 200);
  const [winner] = winners;
  if (winners.length > 1) results.twoWinners += 1;
  if (winner === undefined) {
    results.none += 1;
    return;
  }
  if (turn % CHECKED_EVERY === 0) {
    const shown = await callers.call(system(turn), 'GET', `/v1/deliveries/${id}`);
    const again = await accept(winner, 1);
    const has = (shown.body['courier'] as { id?: string } | null)?.id;
    if (has !== winner || again.status !== 200) results.otherWinner += 1;
    const body = { courier_id: winner };
    await callers.call(system(turn), 'POST', `/v1/deliveries/${id}/decline`, body);
    return;
  }
  const owners = await takeBack(client, id);
  if (owners.length !== 2 || owners.some((owner) => owner !== winner)) results.otherWinner += 1;
}

/** Reopens a delivery; returns the courier in its row, and every courier in the parcel list. */
async function takeBack(client: Client, id: string): Promise<readonly string[]> {
  const { rows } = await client.query<{ courier: string }>({
    name: 'take_back',
    text: `with was as (select courier_id from deliveries where shipment_id = $1),
             offers as (delete from delivery_offers where shipment_id = $1),
             parcels as (delete from courier_parcels where shipment_id = $1 and done_at is null
               returning courier_id),
             opened as (
               update deliveries set state = 'open', courier_id = null, assigned_at = null,
                 assigned_how = null
               where shipment_id = $1)
           select courier_id::text as courier from was
           union all select courier_id::text from parcels`,
    values: [id.replace('del_', '')],
  });
  return rows.map(({ courier }) => wire('cou', courier));
}

async function end({ callers, shop }: BenchHub, id: string): Promise<void> {
  if (id !== '') await callers.call(shop, 'POST', `/v1/deliveries/${id}/cancel`);
}

function secondsOf({ hub, data }: BenchHub): number {
  const spent = processorTime(hub, data);
  return ((spent.hub ?? 0) + (spent.postgres ?? 0)) / 1_000;
}

function readResults({ file, seed }: Races): Raced {
  const none = { raced: 0, twoWinners: 0, none: 0, otherWinner: 0, durationS: 0, processorS: 0 };
  if (file === null || !existsSync(file)) return none;
  const { seed: was, ...results } = JSON.parse(readFileSync(file, 'utf8')) as Raced & {
    readonly seed: number;
  };
  if (was !== seed) throw new Error(`${file} was begun with --seed ${was}`);
  return { ...none, ...results };
}

function save(of: Races, results: Raced): void {
  if (of.file === null) return;
  writeFileSync(`${of.file}.part`, JSON.stringify({ seed: of.seed, ...results }));
  renameSync(`${of.file}.part`, of.file);
}
