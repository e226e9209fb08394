import { openTestPublic } from '../../../src/http/public/tracking/test-public.ts';
import { callerOf } from '../../../src/http/testing/test-client.ts';
import {
  createTestHub,
  TEST_WEBHOOK_SECRET,
  type TestHub,
} from '../../../src/http/testing/test-hub.ts';
import { bootstrap } from '../../../src/merchants/index.ts';
import { systemRandom } from '../../../src/platform/clock.ts';
import { parcelNumber, pushHeaders } from '../fedex-push.ts';

/** A key for tests only. */
export const OPS_BOOTSTRAP_KEY = 'wb_test_ops_bootstrap_not_a_secret';

/** Personal data of the recipient: none of it may be shown. */
export const PERSONAL = [
  'ZEBEDIAH',
  'QUACKENBUSH',
  'Wobblethorpe',
  '90210-4711',
  'zq@marker.example',
  '+491701234567',
  'MARKERTOWN',
  'KRZYSZTOF',
];

export interface Event {
  readonly code: string;
  readonly date: string;
  readonly text?: string;
}

/** A push with a recipient in every possible place. */
export function personalPush(number: string, events: readonly Event[]): string {
  return JSON.stringify({
    transactionId: 'test',
    output: {
      completeTrackResults: [
        {
          trackingNumber: number,
          trackResults: [
            {
              trackingNumberInfo: { trackingNumber: number, carrierCode: 'FDXG' },
              recipientInformation: {
                contact: { personName: 'ZEBEDIAH', phoneNumber: '+491701234567' },
                address: { streetLines: ['Wobblethorpe Lane 7'], postalCode: '90210-4711' },
              },
              deliveryDetails: { receivedByName: 'KRZYSZTOF', emailId: 'zq@marker.example' },
              scanEvents: events.map(
                ({ code, date, text = 'Left with ZEBEDIAH at side door' }) => ({
                  date,
                  eventType: code,
                  eventDescription: text,
                  exceptionDescription: 'Signed by KRZYSZTOF QUACKENBUSH',
                  scanLocation: {
                    streetLines: ['Wobblethorpe Lane'],
                    city: 'MARKERTOWN',
                    stateOrProvinceCode: 'TN',
                    postalCode: '90210-4711',
                    countryCode: 'US',
                  },
                }),
              ),
            },
          ],
        },
      ],
    },
  });
}

/** Authentic but unintelligible. */
export const BROKEN = `{"output":{"completeTrackResults":"${PERSONAL[0]}","eventType":"ZZ","personName":"${PERSONAL[1]}"}}`;

/** Out for delivery, and then something that no mapping knows. */
export const UNKNOWN: readonly Event[] = [
  { code: 'PU', date: '2026-03-08T08:00:00-06:00' },
  { code: 'OD', date: '2026-03-09T08:00:00-06:00' },
  {
    code: 'QQ',
    date: '2026-03-09T11:00:00-06:00',
    text: 'Delivery attempted, customer not available ZEBEDIAH',
  },
];

export async function push(hub: Pick<TestHub, 'url'>, body: string): Promise<void> {
  const answer = await fetch(`${hub.url}/webhooks/carrier/fedex`, {
    method: 'POST',
    headers: pushHeaders(body, TEST_WEBHOOK_SECRET),
    body,
  });
  if (answer.status !== 200) throw new Error(`the push was answered ${answer.status}`);
}

/**
 * A hub whose bootstrap key is known, with public pages, or without where nobody looks at them, or hearing what
 * its database tells.
 */
export async function openOpsHub(pages: 'pages' | 'bare' | 'listening' = 'bare') {
  const site = pages === 'pages' ? await openTestPublic() : null;
  const hub = site?.hub ?? (await createTestHub({ listens: pages === 'listening' }));
  await bootstrap({ db: hub.db, clock: hub.clock, randomBytes: systemRandom }, OPS_BOOTSTRAP_KEY);
  const merchant = callerOf(hub, (await hub.newKey()).text);
  return {
    hub,
    merchant,
    /** Parcels with an unknown code; resolves to their numbers. */
    async unknownCode(count: number): Promise<string[]> {
      const numbers = Array.from({ length: count }, (_, n) => parcelNumber(n));
      for (const number of numbers) {
        await merchant('POST', '/v1/shipments', { carrier: 'fedex', tracking_number: number });
        await push(hub, personalPush(number, UNKNOWN));
      }
      await hub.settled();
      return numbers;
    },
    close: () => (site === null ? hub.close() : site.close()),
  };
}
