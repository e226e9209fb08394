import {
  type IncomingMessage,
  type OutgoingHttpHeader,
  type OutgoingHttpHeaders,
  ServerResponse,
} from 'node:http';

/**
 * A response that has headers of its own to carry and adds them when the head is written. Set one
 * by one beforehand they would take node's slow way of joining headers, which costs a hot route
 * more than finding its answer (docs/benchmarks.md, lookup). What a handler says wins.
 */
export class HubResponse<
  Request extends IncomingMessage = IncomingMessage,
> extends ServerResponse<Request> {
  #carried: readonly string[] | null = null;

  /** @param headers names (lower case) and values in turn. */
  carry(headers: readonly string[]): void {
    this.#carried = headers;
  }

  /** Sets what is carried now, for Express, which makes another kind of response of this one. */
  unload(): void {
    const carried = this.#carried ?? [];
    this.#carried = null;
    for (let at = 0; at < carried.length; at += 2) {
      const [name = '', value = ''] = [carried[at], carried[at + 1]];
      if (!this.hasHeader(name)) this.setHeader(name, value);
    }
  }

  override writeHead(
    status: number,
    reasonOrHeaders?: string | Headers,
    headersAfterReason?: Headers,
  ): this {
    const carried = this.#carried;
    const given = typeof reasonOrHeaders === 'string' ? headersAfterReason : reasonOrHeaders;
    if (carried === null || this.getHeaderNames().length > 0) {
      this.unload();
      return typeof reasonOrHeaders === 'string'
        ? super.writeHead(status, reasonOrHeaders, headersAfterReason)
        : super.writeHead(status, reasonOrHeaders);
    }
    this.#carried = null;
    return super.writeHead(status, joined(carried, given));
  }
}

type Headers = OutgoingHttpHeaders | OutgoingHttpHeader[];

/** One flat list; of a name that stands in both only what was given. */
function joined(carried: readonly string[], given: Headers | undefined): OutgoingHttpHeader[] {
  const all: OutgoingHttpHeader[] = Array.isArray(given) ? [...given] : flat(given ?? {});
  const givenLength = all.length;
  for (let at = 0; at < carried.length; at += 2) {
    const [name = '', value = ''] = [carried[at], carried[at + 1]];
    if (!hasName(all, givenLength, name)) all.push(name, value);
  }
  return all;
}

function hasName(list: readonly OutgoingHttpHeader[], length: number, wanted: string): boolean {
  for (let at = 0; at < length; at += 2) {
    const name = String(list[at]);
    if (name.length === wanted.length && name.toLowerCase() === wanted) return true;
  }
  return false;
}

function flat(headers: OutgoingHttpHeaders): OutgoingHttpHeader[] {
  const list: OutgoingHttpHeader[] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) list.push(name, value);
  }
  return list;
}
