import {
  type IncomingMessage,
  type OutgoingHttpHeader,
  type OutgoingHttpHeaders,
  ServerResponse,
} from 'node:http';

type Headers = OutgoingHttpHeaders | OutgoingHttpHeader[];

const NONE: readonly string[] = [];

/**
 * A response that adds the common headers when its head is written. Setting them one by one
 * beforehand would make node merge them with the handler's own, which costs a public lookup more
 * than all of its own headers do (docs/benchmarks.md, lookup).
 */
export class HubResponse<
  Request extends IncomingMessage = IncomingMessage,
> extends ServerResponse<Request> {
  #common: readonly string[] = NONE;

  /**
   * @param headers alternating names and values. A handler's header of the same name takes
   *   precedence, unless it writes its head as such a list too: a list is sent unchanged, and must
   *   not repeat these names.
   */
  carry(headers: readonly string[]): void {
    this.#common = headers;
  }

  /** Sets the common headers one by one, for a response whose prototype will be replaced. */
  unpack(): void {
    const common = this.#common;
    for (let i = 0; i < common.length; i += 2) this.setHeader(common[i] ?? '', common[i + 1] ?? '');
  }

  override writeHead(status: number, reason?: string, headers?: Headers): this;
  override writeHead(status: number, headers?: Headers): this;
  override writeHead(status: number, second?: string | Headers, third?: Headers): this {
    const common = this.#common;
    if (Array.isArray(second)) return super.writeHead(status, [...common, ...second]);
    for (let i = 0; i < common.length; i += 2) {
      const name = common[i] ?? '';
      if (!this.hasHeader(name)) this.setHeader(name, common[i + 1] ?? '');
    }
    if (typeof second === 'string') return super.writeHead(status, second, third);
    return super.writeHead(status, second);
  }
}
