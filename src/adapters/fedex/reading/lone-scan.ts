import { z } from 'zod';

const scan = z.looseObject({
  trackingNumber: z.string().min(1),
  eventType: z.string().min(1),
  scanEvents: z.undefined().optional(),
  trackResults: z.undefined().optional(),
  latestStatusDetail: z.undefined().optional(),
});

/** One scan that has nothing but the number beside it, as an answer. Null for anything else. */
export function loneScanBody(json: unknown): Record<string, unknown> | null {
  const read = scan.safeParse(json);
  if (!read.success) return null;
  const { trackingNumber } = read.data;
  return { trackResults: [{ trackingNumber, scanEvents: [json] }] };
}
