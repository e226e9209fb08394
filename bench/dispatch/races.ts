import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { atOnce, type BenchHub } from './bench-hub.ts';
import { seeded, wantedIn } from './town.ts';

const RACERS = 4;
/** Deliveries that are raced for, each by one race after the other. */
const AT_ONCE = 8;
const SAVED_EVERY = 500;

export interface Raced {
  raced: number;
  twoWinners: number;
  none: number;
  /** A repeated acceptance, or a look afterwards, that named another than who was told to have won. */
  otherWinner: number;
}

/**
 * Four couriers take the same delivery in the same moment; who has it gives it back, and it is raced for
 * again, by others.
 *
 * @param of.file keeps how far it is, so that a run that was ended goes on where it was; null: nothing is kept.
 */
export async function race(
  { callers, phone, shop, client }: BenchHub,
  couriers: readonly string[],
  of: {
    readonly races: number;
    readonly seed: number;
    readonly file: string | null;
    readonly onProgress: (done: Raced) => void;
  },
): Promise<Raced> {
  await client.query('update couriers set capacity_parcels = 1000000');
  const kept = readKept(of);
  const random = seeded(of.seed + kept.raced);
  const ids: string[] = [];
  for (let nr = 0; nr < AT_ONCE; nr += 1) {
    const made = await callers.call(shop, 'POST', '/v1/deliveries', wantedIn(random));
    ids.push(String(made.body['delivery_id']));
  }
  // What the hub itself offers is not raced for by it: nobody answers its offers here.
  const lanes = ids.map((id) => ({ id, free: Promise.resolve() }));
  await atOnce(AT_ONCE, of.races - kept.raced, async (nr) => {
    const lane = lanes[nr % AT_ONCE];
    if (lane === undefined) return;
    const mine = lane.free.then(() => raceOnce(lane.id));
    lane.free = mine.catch(() => {});
    await mine;
    if (kept.raced % SAVED_EVERY === 0) save(of, kept);
    if (kept.raced % SAVED_EVERY === 0) of.onProgress(kept);
  });
  save(of, kept);
  return kept;

  async function raceOnce(id: string): Promise<void> {
    const first = Math.floor(random() * couriers.length);
    const racers = Array.from(
      { length: RACERS },
      (_, each) => couriers[(first + each * 7) % couriers.length] ?? '',
    );
    const accept = (courier: string, nr: number) =>
      callers.call(phone(nr), 'POST', `/v1/deliveries/${id}/accept`, { courier_id: courier });
    const answers = await Promise.all(racers.map(accept));
    const winners = racers.filter((_, nr) => answers[nr]?.status === 200);
    const [winner] = winners;
    kept.raced += 1;
    if (winners.length > 1) kept.twoWinners += 1;
    if (winner === undefined) {
      kept.none += 1;
      return;
    }
    if (kept.raced % 50 === 0) {
      const shown = await callers.call(phone(0), 'GET', `/v1/deliveries/${id}`);
      const again = await accept(winner, 1);
      const has = (shown.body['courier'] as { id?: string } | null)?.id;
      if (has !== winner || again.status !== 200) kept.otherWinner += 1;
    }
    await callers.call(phone(first), 'POST', `/v1/deliveries/${id}/decline`, {
      courier_id: winner,
    });
  }
}

function readKept({ file, seed }: { readonly file: string | null; readonly seed: number }): Raced {
  const none = { raced: 0, twoWinners: 0, none: 0, otherWinner: 0 };
  if (file === null || !existsSync(file)) return none;
  const { seed: was, ...kept } = JSON.parse(readFileSync(file, 'utf8')) as Raced & {
    readonly seed: number;
  };
  if (was !== seed) throw new Error(`${file} was begun with --seed ${was}`);
  return { ...none, ...kept };
}

function save(of: { readonly file: string | null; readonly seed: number }, kept: Raced): void {
  if (of.file === null) return;
  writeFileSync(`${of.file}.part`, JSON.stringify({ seed: of.seed, ...kept }));
  renameSync(`${of.file}.part`, of.file);
}
