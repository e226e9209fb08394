import { isDeepStrictEqual } from 'node:util';
import { uuidV7 } from '../../../kernel/ids.ts';
import type { Shipment } from '../../../tracking/index.ts';
import type { ExceptionsDeps } from '../deps.ts';
import { type Wish, wish as wishSchema } from './request.ts';
import type { WishRow } from './requests.sql.ts';

/** A wish as it is stored. */
export function newWishRow(
  { tracking }: Pick<ExceptionsDeps, 'tracking'>,
  shipment: Shipment,
  wish: Wish,
  how: Pick<WishRow, 'actor' | 'state' | 'caseId'>,
): WishRow {
  const nowMs = tracking.clock.nowMs();
  const { sealed, dataKey } = tracking.sealer.seal(Buffer.from(JSON.stringify(wish), 'utf8'));
  return {
    id: uuidV7(nowMs, tracking.randomBytes(10)),
    merchantId: shipment.merchantId,
    mode: shipment.mode,
    shipmentId: shipment.id,
    kind: wish.kind,
    ...how,
    sealedWish: { content: sealed, dataKey },
    reference: null,
    createdAtMs: nowMs,
    settledAtMs: null,
  };
}

/** What a stored wish says; null when it was erased, or is of a form that is no more. */
export function openWish(
  { tracking }: Pick<ExceptionsDeps, 'tracking'>,
  { sealedWish }: Pick<WishRow, 'sealedWish'>,
): Wish | null {
  if (sealedWish === null) return null;
  const text = tracking.sealer.open(sealedWish.content, sealedWish.dataKey);
  const read = wishSchema.safeParse(JSON.parse(Buffer.from(text).toString('utf8')));
  return read.success ? read.data : null;
}

export function isSameWish(
  deps: Pick<ExceptionsDeps, 'tracking'>,
  row: WishRow,
  wish: Wish,
): boolean {
  return row.kind === wish.kind && isDeepStrictEqual(openWish(deps, row), wish);
}
