import type { Client } from 'pg';
import { seeded } from './town.ts';

/**
 * Couriers who look at their phones, one offer at a time: each is answered after 0.5 to 4 s, and
 * one in five is declined. An offer that a colleague has accepted meanwhile disappears from the
 * phone, unanswered.
 */
export interface People {
  /** The number of answers that came too late for a delivery. */
  readonly late: () => number;
  readonly answers: () => number;
  /** The number of offers that were gone before they were answered. */
  readonly gone: () => number;
  stop(): Promise<void>;
}

interface Open {
  readonly shipment: string;
  readonly courier: string;
}

/**
 * The interval at which all phones are checked together, with one statement; real phones get
 * changes well within a second.
 */
const CHECK_EVERY_MS = 200;
const FASTEST_MS = 500;
const SLOWEST_MS = 4_000;
const DECLINED = 0.2;

/**
 * Starts couriers who answer like people.
 * @param answer accepts or declines, and returns the status of the hub's answer.
 */
export function startPeople(
  client: Client,
  answer: (shipmentId: string, courierId: string, verdict: 'accept' | 'decline') => Promise<number>,
): People {
  const random = seeded(7);
  /** What phones show now, and what was answered. */
  let shown = new Set<string>();
  const answered = new Set<string>();
  /** The couriers who are thinking about an offer, or whose answer is on its way. */
  const busy = new Set<string>();
  const underWay = new Set<Promise<void>>();
  let [late, answers, gone, isOver] = [0, 0, 0, false];

  async function reply({ shipment, courier }: Open): Promise<void> {
    const verdict = random() < DECLINED ? 'decline' : 'accept';
    const thinksMs = FASTEST_MS + random() * (SLOWEST_MS - FASTEST_MS);
    await new Promise((resolve) => setTimeout(resolve, thinksMs));
    if (isOver) return;
    if (!shown.has(keyOf({ shipment, courier }))) {
      gone += 1;
      return;
    }
    answers += 1;
    answered.add(keyOf({ shipment, courier }));
    if ((await answer(shipment, courier, verdict)) === 409) late += 1;
  }

  async function check(): Promise<void> {
    while (!isOver) {
      const { rows } = await client.query<Open>(
        `select shipment_id::text as shipment, courier_id::text as courier
         from delivery_offers where state = 'open' order by offered_at, shipment_id`,
      );
      shown = new Set(rows.map(keyOf));
      for (const open of rows) {
        if (busy.has(open.courier) || answered.has(keyOf(open))) continue;
        busy.add(open.courier);
        const replied = reply(open).finally(() => {
          busy.delete(open.courier);
          underWay.delete(replied);
        });
        underWay.add(replied);
      }
      await new Promise((resolve) => setTimeout(resolve, CHECK_EVERY_MS));
    }
  }
  const looking = check();
  return {
    late: () => late,
    answers: () => answers,
    gone: () => gone,
    async stop() {
      isOver = true;
      await looking;
      await Promise.allSettled(underWay);
    },
  };
}

function keyOf({ shipment, courier }: Open): string {
  return `${shipment} ${courier}`;
}
