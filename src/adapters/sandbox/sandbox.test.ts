import { describe, expect, it } from 'vitest';
import { manualClock } from '../../platform/clock.ts';
import type { CarrierAnswer, CarrierSession } from '../contract/pull.ts';
import { createSandbox, type Sandbox, sandboxClock } from '../sandbox-kit/index.ts';
import { access } from './access.ts';
import { numbers } from './numbers.ts';
import { parse } from './parse.ts';
import { sandbox as carrier } from './sandbox.ts';
import { track } from './track.ts';

const START_MS = Date.UTC(2026, 2, 6, 20);

function open(): { readonly kit: Sandbox; readonly session: CarrierSession } {
  const clock = sandboxClock(manualClock(START_MS), { speed: 0 });
  const kit = createSandbox({ carriers: [carrier], clock });
  const credentials = carrier.credentials;
  const session: CarrierSession = {
    credentials,
    nowMs: clock.nowMs,
    newId: () => '0'.repeat(32),
    async send({ method, path }): Promise<CarrierAnswer> {
      const headers = access.headers(credentials, null);
      const response = kit.ask('sandbox', { method, path, headers });
      if (response.kind !== 'answer') return { kind: 'failed', reason: 'network' };
      const { status, headers: answered, body: text } = response.answer;
      return { kind: 'http', status, headers: answered, text };
    },
  };
  return { kit, session };
}

describe('the sandbox carrier', () => {
  it('answers EasyPost’s test numbers with the newest status they are known for', async () => {
    const { session } = open();
    const requested = [1, 2, 3, 4, 5, 6, 7].map((digit) => `EZ${digit}00000000${digit}`);
    const found = (await track(requested, session)).map((outcome) => {
      if (outcome.outcome !== 'answer') return outcome.outcome;
      const parsed = parse({ text: outcome.text });
      return parsed.outcome === 'reports' && parsed.reports[0]?.facts.at(-1)?.codes['status'];
    });
    expect(found).toEqual([
      'pre_transit',
      'in_transit',
      'out_for_delivery',
      'delivered',
      'return_to_sender',
      'failure',
      'not_found',
    ]);
  });

  it('rejects a number that is not its own without a call', async () => {
    const { kit, session } = open();
    expect(await track(['1Z999'], session)).toMatchObject([{ outcome: 'refused' }]);
    expect(kit.callFigures('sandbox').calls).toBe(0);
  });

  it('stops asking when the account must wait, and says how long for every number', async () => {
    const { kit, session } = open();
    kit.faults.add({ kind: 'rate_limited' });
    const outcomes = await track(['EZ1000000001', 'EZ2000000002'], session);
    expect(outcomes).toEqual([
      {
        trackingNumber: 'EZ1000000001',
        outcome: 'rate_limited',
        reason: 'the sandbox says rate_limited',
        retryAfterS: 60,
      },
      {
        trackingNumber: 'EZ2000000002',
        outcome: 'rate_limited',
        reason: 'the sandbox says rate_limited',
        retryAfterS: 60,
      },
    ]);
    expect(kit.callFigures('sandbox').calls).toBe(1);
  });

  it('has numbers that are surely its own, spelled in any way', () => {
    expect(numbers.recognise(numbers.normalize('ez 4000-000004'))).toMatchObject([
      { format: 'easypost_test', certainty: 1, checkDigit: 'none' },
    ]);
    for (const { numbers: magic } of carrier.scenarios) {
      for (const number of magic) expect(numbers.recognise(number)).toHaveLength(1);
    }
    expect(numbers.recognise('EZ123456789US')).toEqual([]);
  });

  it('keeps a moving parcel’s facts from one pull to the next', async () => {
    const { kit, session } = open();
    const number = 'EZ9000000009';
    kit.register('sandbox', { number, scenario: 'moving', pace: 1_800 });
    await kit.advance(60_000);
    const identities = async () => {
      const [outcome] = await track([number], session);
      const parsed = outcome?.outcome === 'answer' ? parse({ text: outcome.text }) : null;
      const reports = parsed?.outcome === 'reports' ? parsed.reports : [];
      return reports.flatMap(({ facts }) => facts.map(({ identity }) => identity.join(' ')));
    };
    const before = await identities();
    expect(before.length).toBeGreaterThan(0);
    await kit.advance(200_000);
    const after = await identities();
    expect(after).toHaveLength(7);
    expect(after.slice(0, before.length)).toEqual(before);
  });
});
