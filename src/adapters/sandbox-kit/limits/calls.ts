/** One call as it came in and was answered. */
export interface Call {
  readonly atMs: number;
  readonly carrier: string;
  readonly account: string | null;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** Null: no answer was given. */
  readonly status: number | null;
  /** The fault that decided the answer; null: none did. */
  readonly fault: string | null;
  /** The limit that this call exceeded; null: none. */
  readonly violation: string | null;
}

export interface CallFigures {
  readonly calls: number;
  readonly violations: number;
  readonly byStatus: Readonly<Record<string, number>>;
}

export interface CallBook {
  add(call: Call): void;
  /** The newest last. */
  list(wanted?: { carrier?: string; fromMs?: number; limit?: number }): readonly Call[];
  /** Of all calls ever, also those no longer listed. */
  figures(carrier: string): CallFigures;
}

export function createCallBook(callsMax: number): CallBook {
  let recent: Call[] = [];
  const totals = new Map<
    string,
    { calls: number; violations: number; byStatus: Record<string, number> }
  >();
  const totalOf = (carrier: string) => {
    const known = totals.get(carrier) ?? { calls: 0, violations: 0, byStatus: {} };
    totals.set(carrier, known);
    return known;
  };
  return {
    add(call) {
      recent.push(call);
      if (recent.length > 2 * callsMax) recent = recent.slice(-callsMax);
      const total = totalOf(call.carrier);
      const status = call.status === null ? 'none' : String(call.status);
      total.calls += 1;
      if (call.violation !== null) total.violations += 1;
      total.byStatus[status] = (total.byStatus[status] ?? 0) + 1;
    },
    list({ carrier, fromMs = Number.NEGATIVE_INFINITY, limit = callsMax } = {}) {
      return recent
        .filter((call) => call.atMs >= fromMs && (carrier ?? call.carrier) === call.carrier)
        .slice(-Math.min(limit, callsMax));
    },
    figures: totalOf,
  };
}
