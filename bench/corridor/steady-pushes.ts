import { fedexPush, minuteScan, parcelNumber } from '../../test/support/fedex-push.ts';
import { type LoadResult, load } from '../load/http-load.ts';
import { signedRequest } from '../load/push-request.ts';

/** The parcels that the pushes are about, in turn. */
export const SHIPMENTS = 20_000;
const CONNECTIONS = 64;
/** On average; a push has one to five. */
const FACTS_A_PUSH = 3;

export interface SteadyPushes {
  /** Sends the next pushes for that long; returns how many facts were accepted. */
  send(seconds: number): Promise<LoadResult & { readonly facts: number }>;
}

/** Prepares pushes of one to five new scans each, at a steady rate to a hub or a baseline. */
export function steadyPushes(url: URL, perS: number, seconds: number): SteadyPushes {
  const scansSoFar = new Uint16Array(SHIPMENTS);
  const factsOf: number[] = [];
  const requests = Array.from({ length: Math.ceil(perS * seconds * 1.1) }, (_, n) => {
    const parcel = n % SHIPMENTS;
    const facts = 1 + ((n * 7) % (2 * FACTS_A_PUSH - 1));
    const first = scansSoFar[parcel] ?? 0;
    scansSoFar[parcel] = first + facts;
    factsOf[n] = facts;
    const codeOf = (at: number) => ['PU', 'DP', 'AR', 'IT'][at % 4] ?? 'IT';
    const scans = Array.from({ length: facts }, (__, i) =>
      minuteScan(first + i, codeOf(first + i)),
    );
    return signedRequest(fedexPush({ number: parcelNumber(parcel), scans }));
  });
  let sent = 0;
  return {
    async send(forS) {
      let facts = 0;
      const from = sent;
      const result = await load({
        host: url.hostname,
        port: Number(url.port),
        connections: CONNECTIONS,
        durationMs: forS * 1_000,
        ratePerS: perS,
        request(n) {
          sent = Math.max(sent, from + n + 1);
          return requests[from + n] ?? Buffer.alloc(0);
        },
        answered(n, status) {
          if (status === 200) facts += factsOf[from + n] ?? 0;
        },
      });
      return { facts, ...result };
    },
  };
}
