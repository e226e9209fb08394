import {
  type IncomingMessage,
  type OutgoingHttpHeader,
  type OutgoingHttpHeaders,
  ServerResponse,
} from 'node:http';

type Headers = OutgoingHttpHeaders | OutgoingHttpHeader[];

const NONE: readonly string[] = [];

/**
 * An answer that takes what all answers carry along when its head is written. Headers that were
 * set one by one beforehand would have to be merged with the handler's own, which costs a public
 * look-up more than all of its own headers do (docs/benchmarks.md, lookup).
 */
export class HubResponse<
  Request extends IncomingMessage = IncomingMessage,
> extends ServerResponse<Request> {
  #common: readonly string[] = NONE;

  /**
   * @param headers names and values in turns. A handler's header of the same name wins, unless it
   * writes its head as such a list too: that is sent as it is, and must not repeat these names.
   */
  carry(headers: readonly string[]): void {
    this.#common = headers;
  }

  /** Sets what is carried along, for an answer that is made another kind of. */
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
