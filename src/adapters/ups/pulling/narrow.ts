import { jsonOrNull, looseCode } from '../../../kernel/wire/loose.ts';
import { numbers } from '../numbers.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * The part of an answer that is about `number`. UPS answers the whole shipment's packages for one
 * of them (Tracking.yaml); each is asked for by itself, and updates of one must not look like updates of
 * the others. The text as it came where there is nothing to leave out, or the number is in none.
 */
export function narrowAnswer(text: string, number: string): string {
  const root = recordOf(jsonOrNull(text)?.value);
  const response = recordOf(root?.['trackResponse']);
  const shipments = listOf(response?.['shipment']);
  let left = 0;
  const own = shipments.flatMap((shipment) => {
    const record = recordOf(shipment);
    const packages = listOf(record?.['package']);
    const matching = packages.filter((each) =>
      isNumber(recordOf(each)?.['trackingNumber'], number),
    );
    left += packages.length - matching.length;
    // A lone package is taken to be known by the inquiry's number as well, which may be its
    // sibling's where several came.
    return matching.length > 0 ? [{ ...record, inquiryNumber: number, package: matching }] : [];
  });
  if (own.length === 0 || left === 0) return text;
  return JSON.stringify({ ...root, trackResponse: { ...response, shipment: own } });
}

function isNumber(value: unknown, number: string): boolean {
  const given = looseCode.parse(value);
  return given !== undefined && numbers.normalize(given) === number;
}

function recordOf(value: unknown): Json | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : null;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
