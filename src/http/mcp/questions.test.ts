import { afterAll, beforeAll, expect, it } from 'vitest';
import { fedexPush, parcelNumber, pushHeaders } from '../../../test/support/fedex-push.ts';
import { writeLedger } from '../../reactions/predictions/accuracy/test-ledger.ts';
import { type Caller, callerOf } from '../testing/test-client.ts';
import { createTestHub, TEST_WEBHOOK_SECRET, type TestHub } from '../testing/test-hub.ts';
import { connectAgent, type TestAgent } from './test-agent.ts';

let hub: TestHub;
let agent: TestAgent;
let admin: Caller;
const MOVING = parcelNumber(1);
const HELD = parcelNumber(2);
const DELIVERED = parcelNumber(3);
const NEW = parcelNumber(4);
const ids: Record<string, string> = {};

beforeAll(async () => {
  hub = await createTestHub();
  await hub.workExceptions();
  const { tenant, text } = await hub.newKey();
  admin = callerOf(hub, text);
  for (const [number, order_id] of [
    [MOVING, '1001'],
    [HELD, '1002'],
    [DELIVERED, '1003'],
    [NEW, '1004'],
  ] as const) {
    const made = await admin('POST', '/v1/shipments', {
      tracking_number: number,
      ...{ carrier: 'fedex', order_id, promised_date: '2026-03-12', tags: ['spring'] },
      recipient: { name: `Recipient ${order_id}`, email: `r${order_id}@example.com` },
      destination: { city: 'Chicago', country: 'US', postal_code: '60607' },
    });
    ids[order_id] = String(made.body['id']);
  }
  await push(MOVING, [
    ['PU', '08T10'],
    ['AR', '09T08'],
  ]);
  await push(HELD, [
    ['PU', '07T10'],
    ['DE', '09T15', '08'],
  ]);
  await push(DELIVERED, [
    ['PU', '05T10'],
    ['OD', '08T08'],
    ['DL', '08T13'],
  ]);
  await hub.settled();
  await hub.workExceptions();
  const opened = { shipment_id: ids['1001'], kind: 'damaged', note: 'Wet corner.' };
  expect((await admin('POST', '/v1/exceptions', opened)).status).toBe(201);
  await writeLedger(hub.db, tenant, '2026-03-05', [
    { date: '2026-03-04' },
    { whose: 'carrier', date: '2026-03-02' },
  ]);
  const key = await hub.newKey({ scopes: ['shipments:read', 'exceptions:read'] });
  agent = await connectAgent(hub, key.text);
});
afterAll(async () => {
  await agent?.close();
  await hub?.close();
});

async function push(number: string, scans: readonly (readonly [string, string, string?])[]) {
  const body = fedexPush({
    number,
    scans: scans.map(([code, at, exception]) => ({
      ...{ code, date: `2026-03-${at}:00:00-06:00` },
      ...(exception === undefined ? {} : { exception }),
    })),
  });
  const headers = pushHeaders(body, TEST_WEBHOOK_SECRET);
  expect((await admin('POST', '/webhooks/carrier/fedex', body, headers)).status).toBe(200);
}

type Question = readonly [question: string, tool: string, input: () => object, answer: RegExp];

/** Each is answered by one tool call; the answer is what its text must contain. */
const QUESTIONS: readonly Question[] = [
  ['Where is order 1001?', 'find_parcels', () => ({ order_id: '1001' }), /"status":"at_facility"/],
  ['Has order 1003 arrived?', 'find_parcels', () => ({ order_id: '1003' }), /"status":"delivered"/],
  [
    'When was 1003 delivered?',
    'find_parcels',
    () => ({ order_id: '1003' }),
    /"delivered_at":"2026-03-08T19:00/,
  ],
  [
    'Has order 1004 been shipped?',
    'find_parcels',
    () => ({ order_id: '1004' }),
    /"status":"created"/,
  ],
  ['Is there an order 9999?', 'find_parcels', () => ({ order_id: '9999' }), /"parcels":\[\]/],
  ['Who carries order 1002?', 'find_parcels', () => ({ order_id: '1002' }), /"carrier":"fedex"/],
  [
    'Which parcels are delivered?',
    'find_parcels',
    () => ({ status: ['delivered'] }),
    /"order_ids":\["1003"\]/,
  ],
  [
    'Which parcels are under way?',
    'find_parcels',
    () => ({ status: ['in_transit', 'at_facility', 'out_for_delivery'] }),
    /"order_ids":\["1001"\]/,
  ],
  ['How many parcels are there?', 'find_parcels', () => ({}), /(?:"tracking_number".*){4}/],
  [
    'Which parcels are for r1002@example.com?',
    'find_parcels',
    () => ({ text: 'r1002@example.com' }),
    /"order_ids":\["1002"\]/,
  ],
  [
    'Whose number begins like this?',
    'find_parcels',
    () => ({ text: NEW.slice(0, 11) }),
    /"order_ids":/,
  ],
  [
    'What was promised for 1001?',
    'find_parcels',
    () => ({ order_id: '1001' }),
    /"promised_date":"2026-03-12"/,
  ],
  [
    'What link can I give the customer of 1001?',
    'find_parcels',
    () => ({ order_id: '1001' }),
    /"tracking_url":"http/,
  ],
  [
    'Which parcels with FedEx changed since yesterday?',
    'find_parcels',
    () => ({ carrier: 'fedex', updated_after: '2026-03-09T12:00:00Z' }),
    /"parcels":\[\{/,
  ],
  [
    'What happened to this number?',
    'get_parcel',
    () => ({ tracking_number: DELIVERED }),
    /"events":\[\{.*delivered/,
  ],
  [
    'Where was it last seen?',
    'get_parcel',
    () => ({ tracking_number: MOVING }),
    /"location":\{"untrusted_text":"[^"]*Memphis/i,
  ],
  ['Who receives order 1001?', 'get_parcel', () => ({ id: ids['1001'] }), /Recipient 1001/],
  ['To which city does it go?', 'get_parcel', () => ({ id: ids['1001'] }), /Chicago/],
  ['What tags has it?', 'get_parcel', () => ({ id: ids['1001'] }), /spring/],
  ['When did it start?', 'get_parcel', () => ({ tracking_number: MOVING }), /2026-03-08T16:00/],
  [
    'Is the delivery of 1003 confirmed?',
    'get_parcel',
    () => ({ id: ids['1003'] }),
    /"confirmed":true/,
  ],
  ['Why is 1002 held?', 'explain_status', () => ({ id: ids['1002'] }), /"latest_events":\[\{/],
  ['Which report decided that?', 'explain_status', () => ({ id: ids['1003'] }), /"verdict":/],
  [
    'Is there a problem with 1001?',
    'explain_status',
    () => ({ id: ids['1001'] }),
    /"kind":"damaged"/,
  ],
  ['Which problems are open?', 'list_exceptions', () => ({}), /"kind":"damaged"/],
  [
    'Until when must the damage be handled?',
    'list_exceptions',
    () => ({ kind: 'damaged' }),
    /"deadline_at":"2026/,
  ],
  ['Is anything overdue?', 'list_exceptions', () => ({ overdue: true }), /"exceptions":\[\]/],
  [
    'When will 1001 arrive?',
    'estimate_delivery',
    () => ({ id: ids['1001'] }),
    /"promised_date":"2026-03-12"/,
  ],
  [
    'How long does a parcel take to New York?',
    'estimate_delivery',
    () => ({
      origin: { country: 'US', postal_code: '60607' },
      destination: { country: 'US', postal_code: '10001' },
      service_levels: ['ground'],
    }),
    /"dates":\[\{"service_level":"ground"/,
  ],
  [
    'How punctual are our carriers?',
    'carrier_performance',
    () => ({}),
    /"carriers":\[\{.*"mae_days":3/,
  ],
];

it('answers at least 29 of 30 questions by tool calls alone', async () => {
  const missed: string[] = [];
  for (const [question, tool, input, wanted] of QUESTIONS) {
    const { text } = await agent.use(tool, { ...input() });
    if (!wanted.test(text)) missed.push(`${question} ${text.slice(0, 1_500)}`);
  }
  expect(QUESTIONS).toHaveLength(30);
  if (missed.length > 1) expect(missed).toEqual([]);
});
