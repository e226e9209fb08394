import { describe, expect, it } from 'vitest';
import type { CarrierReport, ParseOutcome, Payload } from '../../adapters/contract/contract.ts';
import { EMPTY_SNAPSHOT } from '../../adapters/contract/contract.ts';
import { loadAdapters } from '../../adapters/index.ts';
import type { InboundMessage } from '../../intake/index.ts';
import { compileMapping } from '../../normalization/index.ts';
import { interpret } from './interpret.ts';

const RULES = (carrier: string, key: string) => `carrier: ${carrier}
rules:
  - { match: { ${key}: "X" }, status: in_transit }
tests:
  - { given: { ${key}: "X" }, then: { status: in_transit } }
`;

/**
 * Interprets a message with an adapter that returns this outcome, and returns the adapter's input
 * too.
 */
async function interpreted(inboundMessage: Partial<InboundMessage>, outcome: ParseOutcome) {
  const [first] = (await loadAdapters()).carriers();
  if (first === undefined) throw new Error('there are carriers');
  const { name, matchOrder } = first.manifest;
  const key = matchOrder.at(-1)?.[0] ?? '';
  const compiled = compileMapping(RULES(name, key), 'x.yaml', first.manifest);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  const given: Payload[] = [];
  const parse = (payload: Payload) => {
    given.push(payload);
    return outcome;
  };
  const read = interpret(
    {
      id: 'r',
      receivedAtMs: 0,
      source: 'poll',
      carrier: name,
      owner: null,
      trust: 'pulled',
      headers: {},
      body: Buffer.from('{}'),
      ...inboundMessage,
    },
    { ...first, parse },
    compiled.mapping,
    { carrierOf: () => null },
  );
  return { read, given: given[0] };
}

const report = (trackingNumber: string, aliases: readonly string[] = []): CarrierReport => ({
  trackingNumber,
  aliases,
  carrierPieceId: null,
  asOf: null,
  fullHistory: true,
  facts: [],
  snapshot: EMPTY_SNAPSHOT,
  links: [],
});
const reports = (...all: CarrierReport[]): ParseOutcome => ({
  outcome: 'reports',
  reports: all,
  misses: [],
  warnings: [],
});

describe('the inbound message of a poll', () => {
  it.each(['not_found', 'not_yet', 'auth_error', 'rate_limited', 'error'] as const)(
    'that turns out to be %s is about no parcel, and no dead letter',
    async (outcome) => {
      const { read } = await interpreted({}, { outcome, reason: 'why', trackingNumbers: [] });
      expect(read.kind).toBe('nothing');
    },
  );

  it('gives the adapter the requested number, now and when it is read again; a push has none', async () => {
    const headers = { ':status': '200', ':number': '1' };
    expect((await interpreted({ headers }, reports())).given).toMatchObject({
      requestedNumber: '1',
    });
    const pushed = await interpreted({ headers, source: 'webhook' }, reports());
    expect(pushed.given).not.toHaveProperty('requestedNumber');
  });

  it('is a whole history only if all of it could be read: a garbled entry was not taken back', async () => {
    const whole = async (warnings: readonly string[]): Promise<unknown> => {
      const outcome: ParseOutcome = {
        outcome: 'reports',
        reports: [report('1')],
        misses: [],
        warnings,
      };
      const { read } = await interpreted({}, outcome);
      return read.kind === 'ingested' ? read.reports.map((each) => each.report.fullHistory) : null;
    };
    expect(await whole([])).toEqual([true]);
    expect(await whole(['events[3]: no code'])).toEqual([false]);
  });

  it('that cannot be read is a dead letter: the carrier has changed its answers', async () => {
    const outcome = { outcome: 'unreadable', reason: 'why', trackingNumbers: [] } as const;
    expect((await interpreted({}, outcome)).read.kind).toBe('dead');
  });

  it('is parsed as an answer with its HTTP status; a push has none', async () => {
    const headers = { ':status': '404', ':number': '1' };
    expect((await interpreted({ headers }, reports())).given).toMatchObject({
      kind: 'track',
      httpStatus: 404,
    });
    const push = (await interpreted({ headers, source: 'webhook' }, reports())).given;
    expect(push).toEqual({ text: '{}', kind: 'webhook' });
  });

  it('is about the requested number, however the answer spells it, and about others', async () => {
    const answer = reports(report('961', ['420001', '9']), report('other'));
    const numbers = async (inboundMessage: Partial<InboundMessage>) => {
      const { read } = await interpreted(inboundMessage, answer);
      return read.kind === 'ingested' ? read.reports.map((each) => each.report.trackingNumber) : [];
    };
    expect(await numbers({ headers: { ':number': '420001' } })).toEqual(['420001', 'other']);
    expect(await numbers({ headers: { ':number': 'other' } })).toEqual(['961', 'other']);
    expect(await numbers({ source: 'webhook', headers: { ':number': '9' } })).toEqual([
      '961',
      'other',
    ]);
  });
});

it('removes everything the database cannot hold from the adapter’s output', async () => {
  const withNulls = { ...report('A\0'), carrierPieceId: 'p\ud800', aliases: ['B\0'] };
  const { read } = await interpreted({}, { ...reports(withNulls) });
  expect(read).toMatchObject({
    kind: 'ingested',
    reports: [
      { report: { trackingNumber: 'A\ufffd', carrierPieceId: 'p\ufffd', aliases: ['B\ufffd'] } },
    ],
  });
  const unreadable = { outcome: 'unreadable', reason: 'odd \0', trackingNumbers: [] } as const;
  expect((await interpreted({}, unreadable)).read).toEqual({ kind: 'dead', reason: 'odd \ufffd' });
});
