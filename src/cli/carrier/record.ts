import { readFile } from 'node:fs/promises';
import { text as textOf } from 'node:stream/consumers';
import type { Cassette } from '@waybill/adapter-kit';
import {
  type CarrierAdapter,
  type Credentials,
  createPace,
  createSession,
  createTokenCache,
  type LoadedAdapter,
  paceWindows,
  type TrackOutcome,
} from '../../adapters/index.ts';
import { loadSandbox, sandboxClock, startSandbox } from '../../adapters/sandbox-kit/index.ts';
import { isUuid } from '../../kernel/ids.ts';
import { systemClock, systemRandom, systemWait } from '../../platform/clock.ts';
import { createHttpClient } from '../../platform/net/http-client.ts';
import { readConfig } from '../../platform/settings/config.ts';
import { type AdapterKit, loadAdapterKit } from './adapter-kit.ts';
import { findAdapter } from './find-adapter.ts';
import { recordInbound } from './record-inbound.ts';
import {
  checkNew,
  codesIn,
  listReplaced,
  systemFraction,
  wordMask,
  writeNew,
} from './recorded-output.ts';

type Write = (line: string) => void;

export interface CarrierRecordArgs {
  /** A carrier's name, or a path to its folder or package. */
  readonly carrier: string;
  readonly numbers: readonly string[];
  /** The cassette; with `inbound` the folder of fixtures. */
  readonly out: string;
  /** The ids of stored inbound messages, instead of calling the carrier. */
  readonly inbound: readonly string[];
  readonly system: Cassette['system'];
  /** A file with the credentials as one JSON object, `-` for stdin; null: the sandbox's own. */
  readonly credentials: string | null;
  readonly keepNumbers: boolean;
}

const FAILED = 1;
const UNUSABLE = 2;
/** The most numbers: a cassette is read by people, and more numbers make it no better. */
const NUMBERS_MAX = 100;

/**
 * `waybill carrier record`: calls a carrier with its adapter and stores the exchanges, without
 * secrets and personal data; or makes fixtures of stored pushes. Replaced places are listed, but
 * not their values.
 */
export async function carrierRecord(
  args: CarrierRecordArgs,
  env: NodeJS.ProcessEnv,
  write: Write,
  writeError: Write,
): Promise<number> {
  const fault = faultOf(args);
  if (fault !== null) {
    writeError(fault);
    return UNUSABLE;
  }
  const kit = await loadAdapterKit(writeError);
  if (kit === null) return FAILED;
  try {
    const loaded = await findAdapter(args.carrier, readConfig(env), writeError);
    if (args.inbound.length > 0)
      return await recordInbound(kit, args, loaded, env, write, writeError);
    return await recordNumbers(kit, args, loaded, write, writeError);
  } catch (error) {
    writeError(error instanceof Error ? error.message : String(error));
    return FAILED;
  }
}

function faultOf({ numbers, inbound, system, credentials }: CarrierRecordArgs): string | null {
  if (numbers.length > 0 === inbound.length > 0) {
    return 'Give either tracking numbers to poll, or --inbound with inbound message ids.';
  }
  if (numbers.length > NUMBERS_MAX) return `Give at most ${NUMBERS_MAX} numbers.`;
  const odd = inbound.find((id) => !isUuid(id));
  if (odd !== undefined)
    return `--inbound: "${odd}" is not an id; see \`waybill deadletters list\`.`;
  if (inbound.length === 0 && system !== 'sandbox' && credentials === null) {
    return '--credentials: give a file with the credentials as one JSON object, or - for stdin.';
  }
  return null;
}

async function recordNumbers(
  kit: AdapterKit,
  args: CarrierRecordArgs,
  loaded: LoadedAdapter,
  write: Write,
  writeError: Write,
): Promise<number> {
  const { adapter } = loaded;
  const { manifest, access } = adapter;
  if (adapter.track === undefined || access === undefined) {
    throw new Error(`${manifest.name} cannot be polled: its adapter has no track`);
  }
  checkNew(args.out);
  const numbers = args.numbers.map((number) => adapter.numbers.normalize(number));
  const blank = numbers.indexOf('');
  if (blank >= 0) throw new Error(`"${args.numbers[blank]}" has no letter or digit`);
  const place = await openSystem(args, loaded);
  const http = createHttpClient();
  try {
    const recording = kit.recordingHttp(http, place.origin);
    const requestedAtMs = systemClock.nowMs();
    const session = createSession({
      accountId: 'recording',
      adapter,
      credentials: place.credentials,
      origin: place.origin,
      http: recording,
      clock: systemClock,
      tokens: createTokenCache(systemClock, systemWait),
      randomBytes: systemRandom,
      debit: async () => ({ ok: true }),
      breaker: { allows: () => ({ ok: true }), report: () => {} },
      pace: createPace(paceWindows(manifest.limits), systemClock, systemWait),
    });
    const outcomes = await kit.trackAll(adapter, numbers, session);
    if (recording.exchanges.length === 0) throw nothingRequested(manifest.name, outcomes);
    const { cassette, replaced } = kit.scrubbedCassette(
      {
        asked_at: new Date(requestedAtMs).toISOString(),
        system: args.system,
        exchanges: recording.exchanges,
      },
      adapter,
      {
        secrets: Object.values(place.credentials),
        numbers,
        keepNumbers: args.keepNumbers,
        random: systemFraction,
        maskWords: await wordMask(
          loaded,
          outcomes.flatMap((each) => codesOf(adapter, each)),
        ),
      },
    );
    const replay = await kit.replayCassette(adapter, cassette);
    await writeNew(args.out, kit.cassetteText(cassette));
    write(`${args.out}: ${cassette.exchanges.length} exchanges`);
    for (const [index, number] of cassette.tracking_numbers.entries()) {
      const outcome = outcomes.find((each) => each.trackingNumber === numbers[index]);
      write(`  ${number}: ${outcome?.outcome ?? 'no outcome'}`);
    }
    listReplaced(replaced, write);
    if (isSame(adapter, outcomes, replay.outcomes)) return 0;
    writeError('The replay differs from the original answers: review it.');
    return FAILED;
  } finally {
    http.close();
    await place.close();
  }
}

/** An empty cassette would replay as well as a full one, and prove nothing about the adapter. */
function nothingRequested(carrier: string, outcomes: readonly TrackOutcome[]): Error {
  const why = outcomes.map((each) => {
    const reason = each.outcome === 'answer' ? '' : `, ${each.reason}`;
    return `${each.trackingNumber}: ${each.outcome}${reason}`;
  });
  return new Error(
    `${carrier} was not called, so nothing is written (${why.join('; ')}); give numbers that \`waybill detect\` recognizes as its own`,
  );
}

/** Returns the codes and local times of an answer's facts, which a mapping reads. */
function codesOf(adapter: CarrierAdapter, outcome: TrackOutcome | undefined): readonly string[] {
  if (outcome?.outcome !== 'answer') return [outcome?.outcome ?? ''];
  const { text, httpStatus, trackingNumber } = outcome;
  return codesIn(
    adapter.parse({ text, httpStatus, kind: 'track', requestedNumber: trackingNumber }),
  );
}

function isSame(
  adapter: CarrierAdapter,
  outcomes: readonly TrackOutcome[],
  replayed: readonly TrackOutcome[],
): boolean {
  const codesAsText = (outcomes: readonly TrackOutcome[]) =>
    JSON.stringify(outcomes.map((outcome) => codesOf(adapter, outcome)));
  return codesAsText(outcomes) === codesAsText(replayed);
}

interface CarrierSystem {
  readonly origin: string;
  readonly credentials: Credentials;
  close(): Promise<void>;
}

async function openSystem(
  { system, credentials: from }: CarrierRecordArgs,
  { adapter: { manifest, access }, home }: LoadedAdapter,
): Promise<CarrierSystem> {
  const given = from === null ? null : await readCredentials(from);
  if (system === 'sandbox') {
    if (home.sandbox === null) throw new Error(`${manifest.name} has no sandbox.ts`);
    const carrier = await loadSandbox({ name: manifest.name, path: home.sandbox });
    const sandbox = await startSandbox({ carriers: [carrier], clock: sandboxClock(systemClock) });
    return {
      origin: `${sandbox.origin}/${manifest.name}`,
      credentials: given ?? carrier.credentials,
      close: () => sandbox.stop(),
    };
  }
  const origin = system === 'test' ? access?.origins.test : access?.origins.production;
  if (origin == null) throw new Error(`${manifest.name} has no known ${system} system`);
  const missing = access?.credentials.find(
    ({ name, required }) => required && given?.[name] === undefined,
  );
  if (missing !== undefined) throw new Error(`--credentials: "${missing.name}" is missing`);
  return { origin, credentials: given ?? {}, close: async () => {} };
}

async function readCredentials(from: string): Promise<Credentials> {
  const text = from === '-' ? await textOf(process.stdin) : await readFile(from, 'utf8');
  let value: unknown = null;
  try {
    value = JSON.parse(text);
  } catch {
    // Reported below: the parser's own message would quote a secret.
  }
  const members = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  if (members.length === 0 || members.some(([, each]) => typeof each !== 'string')) {
    throw new Error(
      `${from}: expected one JSON object of strings, like \`credentials\` in the API`,
    );
  }
  return Object.fromEntries(members);
}
