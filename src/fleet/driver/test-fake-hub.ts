import type { FormPart, TransportAnswer, TransportRequest } from './ports.ts';
import type { Courier, Route } from './wire.ts';

/** What reached the hub, in the order in which it took effect. */
export interface Effect {
  readonly id: string;
  readonly kind: 'event' | 'proof' | 'shift';
  readonly content: Readonly<Record<string, unknown>>;
}

export const COURIER: Courier = {
  id: 'cou_0190b0a15e0b7c3e8f0b1d5a2c4e6f80',
  name: 'Ana Vogel',
  vehicle: 'van',
  time_zone: 'Europe/Berlin',
  shift: 'off',
  shift_ends_at: null,
};

/** The contract of `/v1/driver` in memory: unique ids, keys, refusals. */
export class FakeHub {
  readonly effects: Effect[] = [];
  readonly requests: TransportRequest[] = [];
  /** The positions from phones, separate from other requests. */
  readonly positions: unknown[] = [];
  /** Decides which events are refused, and with which error. */
  refuse: (event: Readonly<Record<string, unknown>>) => object | null = () => null;
  /** Overrides the answers, for example with 503; null: no override. */
  instead: ((request: TransportRequest) => TransportAnswer | null) | null = null;
  route: Route = {
    courier: COURIER,
    revision: '1',
    generated_at: '2026-03-10T06:00:00.000Z',
    stops: [],
    notices: [],
  };
  readonly #answered = new Map<string, object>();
  #key = 0;

  /** Enrols the courier again: the previous key ends. */
  newKey(): string {
    this.#key += 1;
    return `wbd_${this.#key}`;
  }

  readonly answer = (request: TransportRequest): TransportAnswer => {
    if (request.url.endsWith('/v1/driver/positions')) return this.#position(request);
    this.requests.push(request);
    const other = this.instead?.(request) ?? null;
    if (other !== null) return other;
    const path = new URL(request.url, 'http://127.0.0.1').pathname;
    if (path === '/v1/driver/enrol') return this.#enrol(request);
    if (request.headers['authorization'] !== `Bearer wbd_${this.#key}`) {
      return problem(401, 'unauthenticated', 'Another device took over.');
    }
    if (path === '/v1/driver/route') return json(200, this.route);
    if (path === '/v1/driver/events') return this.#events(request.json);
    if (path === '/v1/driver/proofs') return this.#proof(request.form ?? []);
    if (path === '/v1/driver/shift') return this.#shift(request.json);
    return problem(404, 'not_found', 'There is nothing at this path.');
  };

  #enrol({ json: body }: TransportRequest): TransportAnswer {
    const { code } = body as { code: string };
    if (code !== 'GOOD') return problem(404, 'not_found', 'There is no such code.');
    return json(200, { device_key: this.newKey(), courier: COURIER, took_over: this.#key > 1 });
  }

  #events(body: unknown): TransportAnswer {
    const events = body as readonly Readonly<Record<string, unknown>>[];
    if (events.some(({ type }) => type === 'unreadable')) {
      return problem(422, 'invalid', 'One of the events cannot be read.');
    }
    const results = events.map((event) => {
      const id = String(event['id']);
      const before = this.#answered.get(id);
      if (before !== undefined) {
        const isRefused = 'error' in before;
        return { id, ...before, outcome: isRefused ? 'refused' : 'duplicate' };
      }
      const error = this.refuse(event);
      const result = error === null ? { outcome: 'accepted' } : { outcome: 'refused', error };
      this.#answered.set(id, result);
      if (error === null) this.effects.push({ id, kind: 'event', content: event });
      return { id, ...result };
    });
    return json(200, { clock_offset_ms: 0, results });
  }

  #position({ json: body, headers }: TransportRequest): TransportAnswer {
    if (headers['authorization'] !== `Bearer wbd_${this.#key}`) {
      return problem(401, 'unauthenticated', 'Another device took over.');
    }
    this.positions.push(...(body as readonly unknown[]));
    return json(202, { accepted: 1, duplicates: 0, rejected: 0, results: [] });
  }

  #proof(form: readonly FormPart[]): TransportAnswer {
    const content = Object.fromEntries(form.map((part) => [part.name, contentOf(part)]));
    const id = String(content['id']);
    if (!this.#answered.has(id)) {
      this.#answered.set(id, {});
      this.effects.push({ id, kind: 'proof', content });
    }
    return json(201, { proofs: [{ shipment_id: content['shipment_ids'], id, missing: [] }] });
  }

  #shift(body: unknown): TransportAnswer {
    const content = body as Readonly<Record<string, unknown>>;
    this.effects.push({ id: '', kind: 'shift', content });
    return json(200, { courier: COURIER });
  }
}

function contentOf(part: FormPart): unknown {
  if ('text' in part) return part.text;
  return 'json' in part ? part.json : part.file;
}

export function json(status: number, body: unknown): TransportAnswer {
  return { status, header: () => null, text: JSON.stringify(body) };
}

export function problem(
  status: number,
  code: string,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): TransportAnswer {
  const body = { type: `/docs/errors#${code}`, title: code, status, detail, fix: '', errors: [] };
  return { ...json(status, body), header: (name) => headers[name] ?? null };
}
