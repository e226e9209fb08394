import type { Registry } from '../../../src/adapters/index.ts';
import { UPGRADE_KEY, UPGRADE_WEBHOOK_SECRET } from '../fixture.ts';

/** What lives in the old hub when it stops: each number with the story its sandbox plays. */
const PARCELS: readonly (readonly [carrier: string, number: string])[] = [
  ['fedex', '122816215025810'], // delivered
  ['fedex', '231300687629630'], // out for delivery
  ['fedex', '999900000141'], // three attempts, then sent back
  ['fedex', '797615467620'], // address not found
  ['fedex', '999900000152'], // damaged
  ['ups', '1Z999AA10300000019'], // delivered
  ['ups', '1Z999AA10300000091'], // exception, then delivered
  ['ups', '1Z999AA10300000162'], // a scan that is deleted without a word
  ['ups', '1Z999AA10300000108'], // attempted, then waits for pickup
  ['usps', '9400100000000000000013'], // delivered
  ['usps', '9400100000000000000129'], // returned
  ['usps', '9400100000000000000198'], // a partner's leg first
  ['dhl', '9876500034'], // in transit
  ['dhl', '9876500141'], // a scan that is deleted without a word
  ['dhl', '00340434290000000036'], // waits at a counter
  ['canada-post', '9907000000000038'], // delivered
  ['canada-post', '9907000000000069'], // delayed
  ['sandbox', 'EZ2000000002'], // in transit
  ['sandbox', 'EZ6000000006'], // exception
  ['sandbox', 'EZ0000000011'], // cancelled
];

/** Pushed besides: by number, the file of the carrier's adapter in that version. */
const PUSHES: readonly (readonly [carrier: string, number: string, file: string])[] = [
  ['dhl', '9356579890', 'push-express-words.json'],
  ['usps', '9400100000000000000006', 'push-delivered.json'],
  ['ups', '1Z023E2X0214323462', 'alert-out-for-delivery.json'],
];

/** Shapes that were read then and are retired now, each about a number of its own. */
const RETIRED: readonly (readonly [carrier: string, number: string, body: string])[] = [
  [
    'fedex',
    '449044304137821',
    '<TrackReply xmlns="http://fedex.com/ws/track/v19"><CompletedTrackDetails><TrackDetails><TrackingNumber>449044304137821</TrackingNumber><StatusDetail><Code>PU</Code></StatusDetail><Events><Timestamp>2026-11-19T10:00:00-05:00</Timestamp><EventType>PU</EventType><EventDescription>Picked up</EventDescription><Address><City>MEMPHIS</City><StateOrProvinceCode>TN</StateOrProvinceCode><CountryCode>US</CountryCode></Address></Events></TrackDetails></CompletedTrackDetails></TrackReply>',
  ],
  [
    'ups',
    '1Z999AA10300000055',
    '{"TrackResponse":{"Shipment":{"Package":{"TrackingNumber":"1Z999AA10300000055","Activity":{"ActivityLocation":{"Address":{"City":"LOUISVILLE","StateProvinceCode":"KY","CountryCode":"US"}},"Status":{"StatusType":{"Code":"I","Description":"Departed"},"StatusCode":{"Code":"DP"}},"Date":"20261119","Time":"101500"}}}}}',
  ],
];

export interface Story {
  /** Origin of a merchant's server that refuses what is posted to `/refuses`. */
  readonly receiver: string;
  readonly url: URL;
  /** Those of today: carriers sign as they did. */
  readonly adapters: Registry;
  /** The text of a fixture of that version's adapter. */
  readonly fixture: (carrier: string, name: string) => string;
  /** Asks again and again; rejects when it takes too long. */
  readonly until: (what: string, isSo: () => Promise<boolean>) => Promise<void>;
}

type Json = Readonly<Record<string, unknown>>;
interface Listed {
  readonly data: readonly (Json & { readonly id: string })[];
}

/**
 * Played by the old hub's public API, as merchants and carriers would; resolves with the key that
 * was made, when everything has been done that follows from it.
 */
export async function playStory(story: Story): Promise<string> {
  const { until } = story;
  const api = callerOf(story.url);
  await removeDemos(story, api);
  await subscribe(api, story.receiver);
  const made = await api<{ readonly key: string }>('POST', 'api-keys', {
    name: 'made before the upgrade',
    scopes: ['shipments:read'],
  });
  const ids = await register(api);
  await until('every carrier has been asked', async () => {
    const all = await Promise.all(
      PARCELS.map(([, number]) => api<Json>('GET', `shipments/${ids.get(number)}`)),
    );
    return all.every(({ status }) => status !== 'created');
  });
  for (const [carrier, , file] of PUSHES) await push(story, carrier, story.fixture(carrier, file));
  for (const [carrier, , body] of RETIRED) await push(story, carrier, body);
  await push(story, 'fedex', '{"not": "a shape of theirs"}');
  await until('trouble has made cases', async () => {
    const { data } = await api<Listed>('GET', 'exceptions?limit=100');
    return data.length >= 5;
  });
  await askForOtherDays(api);
  await until('nothing happens any more', quiet(api));
  return made.key;
}

type Api = ReturnType<typeof callerOf>;

/** They move on by the clock: what is stored would be another each time. */
async function removeDemos({ until }: Story, api: Api): Promise<void> {
  let demos: Listed['data'] = [];
  await until('there are demos', async () => {
    demos = (await api<Listed>('GET', 'shipments?limit=100')).data;
    return demos.length >= 5;
  });
  for (const { id } of demos) await api('DELETE', `shipments/${id}`);
}

/** Webhooks, rules and texts by the words of then. */
async function subscribe(api: Api, receiver: string): Promise<void> {
  const ask = (at: string, events: readonly string[], carriers?: readonly string[]) =>
    api('POST', 'webhook-endpoints', {
      url: `${receiver}${at}`,
      events,
      ...(carriers === undefined ? {} : { filters: { carriers } }),
    });
  await ask('/takes', ['shipment.*']);
  await ask('/refuses', ['shipment.wish_settled', 'shipment.delivered']);
  await ask('/takes', ['*'], ['ups']);
  await api('PUT', 'notification-rules', {
    rules: [
      {
        name: 'told',
        milestones: ['out_for_delivery', 'delivered', 'exception', 'wish_confirmed'],
        audience: ['recipient'],
        channels: ['email'],
      },
    ],
  });
  await api('PUT', 'notification-templates/wish_confirmed/en', {
    subject: 'Arranged for you[: {wish_text}]',
  });
}

async function register(api: Api): Promise<ReadonlyMap<string, string>> {
  const ids = new Map<string, string>();
  for (const [nr, [carrier, number]] of [...PARCELS, ...PUSHES, ...RETIRED].entries()) {
    const { id } = await api<{ readonly id: string }>('POST', 'shipments', {
      carrier,
      tracking_number: number,
      order_id: `order-${nr}`,
      recipient: { name: 'A. Nobody', email: `nobody-${nr}@example.com`, locale: 'en' },
      metadata: { row: nr },
    });
    ids.set(number, id);
  }
  return ids;
}

async function push(story: Story, carrier: string, body: string): Promise<void> {
  const webhook = story.adapters.get(carrier)?.webhook;
  if (webhook === undefined) throw new Error(`${carrier} pushes nothing`);
  const signed = webhook.sign(body, UPGRADE_WEBHOOK_SECRET, Date.now());
  const response = await fetch(new URL(`/webhooks/carrier/${carrier}`, story.url), {
    method: 'POST',
    headers: signed.headers,
    body: signed.body,
  });
  if (!response.ok) throw new Error(`${carrier}: ${response.status} ${await response.text()}`);
}

/** In the recipients' place, where that is offered: the first is seen to, the others wait. */
async function askForOtherDays(api: Api): Promise<void> {
  const date = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10);
  const { data } = await api<Listed>('GET', 'exceptions?limit=100');
  let done = false;
  for (const { id } of data) {
    const refused = await api('POST', `exceptions/${id}/reschedule`, { date }).then(
      () => null,
      (error: Error) => error,
    );
    if (refused !== null && !/ 409 /.test(refused.message)) throw refused;
    const { wishes } = await api<{ wishes: readonly { id: string; state: string }[] }>(
      'GET',
      `exceptions/${id}`,
    );
    const open = wishes.find(({ state }) => state === 'open');
    if (open === undefined || done) continue;
    done = true;
    await api('POST', `exceptions/${id}/wishes/${open.id}`, { done: true, note: 'By telephone.' });
  }
}

/** Whether the log has not grown for ten seconds. */
function quiet(api: Api): () => Promise<boolean> {
  let last = '';
  let since = Date.now();
  return async () => {
    const { data } = await api<Listed>('GET', 'shipments?limit=100');
    const now = JSON.stringify(data);
    if (now !== last) since = Date.now();
    last = now;
    return Date.now() - since > 10_000;
  };
}

export function callerOf(url: URL) {
  return async <T = Json>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(new URL(`/v1/${path}`, url), {
      method,
      headers: {
        authorization: `Bearer ${UPGRADE_KEY}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return (text === '' ? {} : JSON.parse(text)) as T;
  };
}
