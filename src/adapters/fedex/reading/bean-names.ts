/** Deeper stands nothing that is read of these replies. */
const DEPTH_MAX = 12;
/** A number is a point in time from 2001 on; no other number of a reply is as large. */
const EPOCH_MS_MIN = 1e12;
const EPOCH_MS_MAX = 1e13;

const MARKS = ['trackDetails', 'completedTrackDetails'];

/**
 * A reply of the web service as a client's own types spell it, with small initials and times as
 * milliseconds, in the spelling of the service. What a document database writes in the place of a
 * large number or a time is put back as well. Anything else as it is.
 */
export function serviceSpelling(json: unknown): unknown {
  const isBean =
    typeof json === 'object' && json !== null && MARKS.some((name) => Object.hasOwn(json, name));
  return isBean ? spelled(json, 0) : json;
}

function spelled(value: unknown, depth: number): unknown {
  if (typeof value === 'number') return timeOf(value) ?? value;
  if (typeof value !== 'object' || value === null || depth > DEPTH_MAX) return value;
  if (Array.isArray(value)) return value.map((each) => spelled(each, depth + 1));
  const plain = unboxed(value);
  if (plain !== undefined) return spelled(plain, depth + 1);
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      name.charAt(0).toUpperCase() + name.slice(1),
      spelled(each, depth + 1),
    ]),
  );
}

/** What stands in `{ "$numberLong": "1584691620000" }` and its like; undefined for other objects. */
function unboxed(value: object): unknown {
  const [[name, inner] = ['', undefined], ...others] = Object.entries(value);
  if (others.length > 0) return undefined;
  if (name === '$date') return inner;
  return ['$numberLong', '$numberInt', '$numberDouble'].includes(name) ? Number(inner) : undefined;
}

/** ISO, in UTC: the place whose clock it was is not told. */
function timeOf(ms: number): string | undefined {
  const isTime = Number.isInteger(ms) && ms >= EPOCH_MS_MIN && ms < EPOCH_MS_MAX;
  return isTime ? new Date(ms).toISOString() : undefined;
}
