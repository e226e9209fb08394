import type { Client } from 'pg';
import { seeded } from './town.ts';

/** Couriers who look at their phones: each offer is answered after 0.5 to 4 s, and one of five declined. */
export interface People {
  /** Answers that came too late for a delivery. */
  readonly late: () => number;
  readonly answers: () => number;
  stop(): Promise<void>;
}

const LOOK_EVERY_MS = 100;
const FASTEST_MS = 500;
const SLOWEST_MS = 4_000;
const DECLINED = 0.2;

/** @param answer says yes or no, and tells the status of the hub's answer. */
export function startPeople(
  client: Client,
  answer: (shipmentId: string, courierId: string, verdict: 'accept' | 'decline') => Promise<number>,
): People {
  const random = seeded(7);
  const seen = new Set<string>();
  const underWay = new Set<Promise<void>>();
  let [late, answers, isOver] = [0, 0, false];

  async function reply(shipmentId: string, courierId: string, waitMs: number): Promise<void> {
    const verdict = random() < DECLINED ? 'decline' : 'accept';
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    if (isOver) return;
    answers += 1;
    if ((await answer(shipmentId, courierId, verdict)) === 409) late += 1;
  }

  async function look(): Promise<void> {
    while (!isOver) {
      const { rows } = await client.query<{ shipment: string; courier: string; age_ms: number }>(
        `select shipment_id::text as shipment, courier_id::text as courier,
           extract(epoch from clock_timestamp() - offered_at)::float8 * 1000 as age_ms
         from delivery_offers where state = 'open'`,
      );
      for (const { shipment, courier, age_ms: ageMs } of rows) {
        const key = `${shipment} ${courier}`;
        if (seen.has(key)) continue;
        seen.add(key);
        const waitMs = FASTEST_MS + random() * (SLOWEST_MS - FASTEST_MS) - ageMs;
        const replied = reply(shipment, courier, Math.max(0, waitMs)).finally(() =>
          underWay.delete(replied),
        );
        underWay.add(replied);
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }
  const looking = look();
  return {
    late: () => late,
    answers: () => answers,
    async stop() {
      isOver = true;
      await looking;
      await Promise.allSettled(underWay);
    },
  };
}
