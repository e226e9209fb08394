import { ANSWER_BYTES_MAX, ANSWER_DEPTH_MAX, ANSWER_VALUES_MAX } from './limits.ts';

/**
 * Returns why an answer of a package is too large for the hub, or contains what no adapter returns;
 * null if all is well. A value that occurs at many places counts at each, because the hub walks
 * through all of them. The time that this takes is limited, whatever the answer. Pure.
 */
export function whyTooLarge(answer: unknown): string | null {
  let values = 0;
  let bytes = 0;
  const visit = (value: unknown, depth: number): string | null => {
    values += 1;
    if (values > ANSWER_VALUES_MAX) return `its answer has more than ${ANSWER_VALUES_MAX} values`;
    if (typeof value === 'string') bytes += value.length;
    else if (ArrayBuffer.isView(value)) bytes += value.byteLength;
    if (bytes > ANSWER_BYTES_MAX) return `its answer has more than ${ANSWER_BYTES_MAX} bytes`;
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return null;
    const kind = Object.prototype.toString.call(value).slice(8, -1);
    if (kind !== 'Object' && kind !== 'Array') return `its answer contains a ${kind}`;
    if (depth === ANSWER_DEPTH_MAX) return `its answer is nested more than ${depth} times`;
    for (const name in value) {
      if (!Array.isArray(value)) bytes += name.length;
      const reason = visit(Reflect.get(value, name), depth + 1);
      if (reason !== null) return reason;
    }
    return null;
  };
  return visit(answer, 0);
}
