import {
  type OldAnswers,
  type OldCase,
  type OldEndpoint,
  type OldShipment,
  sha256,
} from '../fixture.ts';
import { callerOf } from './story.ts';

interface Page<T> {
  readonly data: readonly T[];
  readonly next_cursor: string | null;
}

interface Listed {
  readonly id: string;
}

/** What the old hub says of everything that the new one is asked about again. */
export async function answersOf(
  url: URL,
): Promise<Pick<OldAnswers, 'shipments' | 'endpoints' | 'cases' | 'deadLetters'>> {
  const api = callerOf(url);
  const all = async <T>(path: string): Promise<T[]> => {
    const found: T[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const after: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page: Page<T> = await api('GET', `${path}?limit=100${after}`);
      found.push(...page.data);
      cursor = page.next_cursor;
    }
    return found;
  };
  const each = <T>(path: string, rows: readonly Listed[]) =>
    Promise.all(rows.map(({ id }) => api<T>('GET', `${path}/${id}`)));

  const endpoints = await all<OldEndpoint>('webhook-endpoints');
  const shipments = await each<OldShipment>('shipments', await all('shipments'));
  const cases = await each<OldCase>('exceptions', await all('exceptions'));
  const letters = await all<OldAnswers['deadLetters'][number]>('ops/dead-letters');
  return {
    shipments: shipments.map(shipmentOf),
    endpoints: await Promise.all(
      endpoints.map(async ({ id, url: to, events }) => {
        const path = `webhook-endpoints/${id}/deliveries`;
        const deliveries = await each<Delivery>(path, await all(path));
        return { id, url: to, events, deliveries: deliveries.map(deliveryOf) };
      }),
    ),
    cases: cases.map(caseOf),
    deadLetters: letters.map(({ id, carrier }) => ({ id, carrier })),
  };
}

interface Delivery extends Listed {
  readonly type: string;
  readonly state: string;
  readonly body: string;
}

function deliveryOf({ id, type, state, body }: Delivery) {
  return { id, type, state, sha256: sha256(body) };
}

function shipmentOf(one: OldShipment): OldShipment {
  const { id, carrier, tracking_number, status, sub_status, confirmed } = one;
  const events = one.events.map(({ status, sub_status, occurred_at, location }) => ({
    status,
    sub_status,
    occurred_at,
    location,
  }));
  return { id, carrier, tracking_number, status, sub_status, confirmed, events };
}

function caseOf({ id, state, closed_by, wishes }: OldCase): OldCase {
  return { id, state, closed_by, wishes: wishes.map(({ id, state }) => ({ id, state })) };
}
