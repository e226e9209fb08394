import { isRecord } from '../reading/record.ts';
import type { Page } from './pages.ts';
import { pushServiceOf } from './push-service.ts';

/**
 * The network to ask by name after this page, or null when none is left to be asked. Without
 * `service` the first network that knows the number answers, and `possibleAdditionalShipmentsUrl`
 * names the others (OpenAPI 1.3.1). With 250 calls a day only the network that the number looks
 * like is worth one more, and only when it has not spoken.
 */
export function serviceLeftOut({ body, shipments }: Page, number: string): string | null {
  const likely = pushServiceOf(number);
  const others = body['possibleAdditionalShipmentsUrl'];
  if (likely === null || !Array.isArray(others)) return null;
  const isHeard = shipments.some((each) => isRecord(each) && each['service'] === likely);
  const isNamed = others.some(
    (url: unknown) => typeof url === 'string' && serviceIn(url) === likely,
  );
  return isNamed && !isHeard ? likely : null;
}

function serviceIn(url: string): string | null {
  return /[?&]service=([a-z-]{1,40})(?:&|$)/.exec(url)?.[1] ?? null;
}
