import { LRUCache } from 'lru-cache';
import { entriesMax } from '../../kernel/entries-max.ts';
import { Problem } from '../../kernel/errors.ts';
import { bareNumber } from '../../kernel/numbers/check-digit.ts';
import type { ParseOutcome } from '../contract/contract.ts';
import type { CarrierSession } from '../contract/pull.ts';
import { type CallPackage, PackageFailure, type SessionStep } from './calls.ts';
import { buildAdapter, type FunctionName, memberOf, type PackageDescription } from './describe.ts';
import { STEPS_MAX } from './limits.ts';

type Args = readonly unknown[];

/** Functions whose last argument is a session. They never reject, so a failure is an outcome. */
const WITH_SESSION: ReadonlySet<FunctionName> = new Set([
  'track',
  'bridge.register',
  'bridge.stop',
  'bridge.quota',
  'subscribe',
  'proofOfDelivery',
  'pickupPoints',
  'redirectOptions',
  'redirect',
]);
/** Size of the cache of results for numbers: pages and lists need the same ones repeatedly. */
const NUMBERS_MAX = 10_000;
/** When a carrier repeats a push whose signature could not be verified, in seconds. */
const RETRY_AFTER_S = 60;

/**
 * Returns an adapter whose functions run in the packages' process. It keeps the contract whatever
 * happens there: where the package fails, the outcome says so.
 */
export function hostedAdapter(
  description: PackageDescription,
  entry: string,
  call: CallPackage,
): unknown {
  const numbers = new LRUCache<string, string | object>(entriesMax(NUMBERS_MAX));
  const attempt = (name: FunctionName, args: Args): unknown => {
    const key = name.startsWith('numbers.') ? JSON.stringify([name, ...args]) : null;
    const known = key === null ? undefined : numbers.get(key);
    if (known !== undefined) return known;
    try {
      const value = call(entry, { kind: 'call', name, args });
      if (!fits(name, value)) throw new PackageFailure(`${name} returned a value of a wrong type`);
      if (name === 'parse' && reportsOthers(description, value)) {
        throw new PackageFailure('it reports parcels of other carriers, but is no bridge');
      }
      if (key !== null) numbers.set(key, value);
      return value;
    } catch (error) {
      return outcomeOfFailure(name, args, error);
    }
  };
  return buildAdapter(
    description,
    (name) =>
      (...args) =>
        WITH_SESSION.has(name) ? withSession(call, entry, name, args) : attempt(name, args),
  );
}

/** Limit of one cached result for a number, in characters of JSON. */
const NUMBER_CHARACTERS_MAX = 2_000;

/** Whether a value has the type that the hub's code relies on. */
function fits(name: FunctionName, value: unknown): value is string | object {
  if (name.startsWith('numbers.')) {
    const isOfType =
      name === 'numbers.normalize' ? typeof value === 'string' : Array.isArray(value);
    return isOfType && JSON.stringify(value).length <= NUMBER_CHARACTERS_MAX;
  }
  const isNeeded = name === 'parse' || name === 'webhook.verify';
  return !isNeeded || (typeof value === 'object' && value !== null);
}

/** Whether an outcome has reports about other carriers' parcels, which only a bridge may return. */
function reportsOthers({ data }: PackageDescription, outcome: unknown): boolean {
  const { name, role } = Object(data['manifest']);
  const reports = memberOf(outcome, 'reports');
  if (role === 'bridge' || !Array.isArray(reports)) return false;
  return reports.some((report) => ![undefined, null, name].includes(memberOf(report, 'carrier')));
}

function outcomeOfFailure(name: FunctionName, args: Args, error: unknown): unknown {
  const reason = reasonOf(error);
  switch (name) {
    case 'numbers.normalize':
      return bareNumber(String(args[0]));
    case 'numbers.recognise':
      return [];
    case 'parse':
      return { outcome: 'unreadable', reason, trackingNumbers: [] } satisfies ParseOutcome;
    case 'webhook.refusedByHeaders':
    case 'webhook.handshake':
      return null;
    case 'webhook.acknowledge':
      return { status: 200, headers: {}, body: '' };
    case 'webhook.keyId':
    case 'webhook.verify':
      throw new Problem('overloaded', 'requests.webhookNotStored', {
        retryAfterS: RETRY_AFTER_S,
      });
    case 'access.token.read':
    case 'access.verify.read':
      return { outcome: 'error', reason };
    default:
      throw error;
  }
}

/** Runs the function in steps, and sends its calls between them. */
async function withSession(
  call: CallPackage,
  entry: string,
  name: FunctionName,
  args: Args,
): Promise<unknown> {
  const session = args.at(-1) as CarrierSession;
  const given = args.slice(0, -1);
  try {
    const { credentials } = session;
    const numbers = name === 'track' && Array.isArray(given[0]) ? given[0] : [];
    const parcels = numbers.flatMap((number) => session.parcelOf?.(number) ?? []);
    const opened = { credentials, nowMs: session.nowMs(), parcels };
    let step = call(entry, { kind: 'begin', name, args: given, session: opened }) as SessionStep;
    for (let steps = 0; step.kind === 'waits'; steps += 1) {
      const { run, calls } = step;
      if (calls.length === 0) throw new PackageFailure(`${name} waits for no call of its session`);
      if (steps === STEPS_MAX) throw new PackageFailure(`${name} makes more than ${steps} calls`);
      const answers = await Promise.all(calls.map((each) => session.send(each)));
      step = call(entry, { kind: 'resume', run, answers, nowMs: session.nowMs() }) as SessionStep;
    }
    return step.value;
  } catch (error) {
    const failure = { outcome: 'error', reason: reasonOf(error) };
    const parcels = Array.isArray(given[0]) ? given[0] : null;
    return (
      parcels?.map((each) => ({
        ...failure,
        trackingNumber: memberOf(each, 'trackingNumber') ?? each,
      })) ?? failure
    );
  }
}

function reasonOf(error: unknown): string {
  return `the carrier's package failed: ${error instanceof Error ? error.message : String(error)}`;
}
