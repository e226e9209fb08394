import type { CarrierAdapter } from 'waybill/adapter';
import type { HttpClient, HttpRequest } from 'waybill/adapter/kit';
import type { Cassette, Exchange } from './cassette.ts';
import { createScrubber, type Replaced, type ScrubOptions } from './scrub.ts';

/** A client that records every exchange unchanged. */
export interface RecordingHttp extends HttpClient {
  readonly exchanges: readonly Exchange[];
}

/** @param own the account's base URL: requests below it are stored without it. */
export function recordingHttp(http: HttpClient, own: string): RecordingHttp {
  const exchanges: Exchange[] = [];
  return {
    exchanges,
    close: () => http.close(),
    async send(request) {
      const outcome = await http.send(request);
      exchanges.push({
        request: requestSaid(request, own),
        response:
          outcome.kind === 'failed'
            ? null
            : { status: outcome.status, headers: outcome.headers, body: outcome.text },
      });
      return outcome;
    },
  };
}

export function requestSaid(
  { method, url, headers = {}, body: sent }: HttpRequest,
  own: string,
): Exchange['request'] {
  const body = sent ?? null;
  if (url.startsWith(`${own}/`)) return { method, path: url.slice(own.length), headers, body };
  const { origin } = new URL(url);
  return { method, path: url.slice(origin.length), origin, headers, body };
}

/** The cassette of the recording, and what was removed from it. Pure but for `options.random`. */
export function scrubbedCassette(
  recorded: Pick<Cassette, 'asked_at' | 'system' | 'exchanges'>,
  { manifest, numbers }: Pick<CarrierAdapter, 'manifest' | 'numbers'>,
  options: Omit<ScrubOptions, 'recogniser'>,
): { readonly cassette: Cassette; readonly replaced: readonly Replaced[] } {
  const scrubber = createScrubber({ ...options, recogniser: numbers });
  for (const { request, response } of recorded.exchanges) {
    if (request.body !== null) scrubber.learn(request.body);
    if (response !== null) scrubber.learn(response.body);
  }
  const exchanges = recorded.exchanges.map(({ request, response }): Exchange => {
    const { method, path, origin, headers, body } = request;
    return {
      request: {
        method,
        path: scrubber.path(path),
        ...(origin === undefined ? {} : { origin }),
        headers: scrubber.headers(headers),
        body: body === null ? null : scrubber.text(body),
      },
      response: response && {
        status: response.status,
        headers: scrubber.headers(response.headers),
        body: scrubber.text(response.body),
      },
    };
  });
  const { asked_at, system } = recorded;
  const cassette: Cassette = {
    waybill_cassette: 1,
    carrier: manifest.name,
    asked_at,
    system,
    tracking_numbers: options.numbers.map((number) => scrubber.number(number)),
    exchanges,
  };
  return { cassette, replaced: scrubber.replaced() };
}
