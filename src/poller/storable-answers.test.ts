import { afterEach, beforeEach, expect, it } from 'vitest';
import type { CarrierAdapter } from '../adapters/contract/contract.ts';
import { createHttpClient } from '../platform/net/http-client.ts';
import { readState } from './accounts/state.sql.ts';
import { createAccountWork } from './accounts/work.ts';
import {
  openTestPoller,
  START_MS,
  TEST_BRIDGES,
  TEST_POLICIES,
  type TestPoller,
} from './test-poller.ts';

let poller: TestPoller;
beforeEach(async () => {
  poller = await openTestPoller({ limits: { batchMax: 10 } });
});
afterEach(() => poller.close());

/** Runs the account once with an adapter that answers this way. */
async function run(adapter: Partial<CarrierAdapter>): Promise<void> {
  const http = createHttpClient();
  const { deps, carrier, account } = poller;
  const access: CarrierAdapter['access'] = {
    credentials: [],
    origins: { production: 'https://carrier.example', test: null },
    headers: () => ({}),
  };
  const work = createAccountWork({
    ...deps,
    http,
    plans: poller.plans,
    bridges: TEST_BRIDGES,
    handshakes: { waiting: async () => [], done: async () => {}, dropOld: async () => 0 },
    proofs: { store: async () => 0, assertStorable: () => {} },
    policies: { current: () => TEST_POLICIES, refresh: async () => {} },
    adapterOf: () => ({ ...carrier.adapter, access, ...adapter }),
    originOf: () => 'https://carrier.example',
    publicUrl: () => 'https://hub.example',
    headerName: () => undefined,
    wake: () => {},
  });
  await work.run(account.id, new AbortController().signal);
  http.close();
}

it('a reason with a character that the database refuses does not lose why an account is paused', async () => {
  await poller.ingest('A');
  await run({
    track: async (numbers) =>
      numbers.map((trackingNumber) => ({
        outcome: 'auth_error',
        trackingNumber,
        reason: 'no \0 key\ud800',
      })),
  });
  const state = await readState(poller.db.pipeline, poller.account.id);
  expect(state?.trouble).toMatchObject({ reason: 'no \ufffd key\ufffd' });
});

it('a piece with such a character does not cost the other numbers of its call their answers', async () => {
  await poller.ingestAll(['A', 'B']);
  for (const number of ['A', 'B']) {
    poller.carrier.parcels.set(number, [{ code: 'PICK', atMs: START_MS - 60_000 }]);
  }
  const { parse } = poller.carrier.adapter;
  await run({
    track: async (numbers) =>
      numbers.map((trackingNumber) => ({
        outcome: 'answer',
        trackingNumber,
        httpStatus: 200,
        text: JSON.stringify({
          number: trackingNumber,
          events: poller.carrier.parcels.get(trackingNumber),
        }),
      })),
    parse: (payload) => {
      const parsed = parse(payload);
      if (parsed.outcome !== 'reports') return parsed;
      const reports = parsed.reports.map((each) => ({ ...each, carrierPieceId: '\0\ud800' }));
      return { ...parsed, reports };
    },
  });
  expect(await poller.target('A')).toMatchObject({
    lastPolledAtMs: START_MS,
    proofOffer: { piece: '\ufffd\ufffd' },
  });
  expect(await poller.target('B')).toMatchObject({ lastPolledAtMs: START_MS });
});
