import type { Scenario } from '../../sandbox-kit.ts';
import {
  ACCEPTED,
  AUSTIN,
  CROSSING,
  DALLAS,
  DAY_MS,
  DELIVERED,
  ground,
  HOUR_MS,
  LABEL,
  ON_ROUTE,
  PORTLAND,
  scan,
} from './script.ts';

const one = (
  name: string,
  title: string,
  number: string,
  ...lives: Scenario['lives']
): Scenario => ({ name, title, numbers: [number], lives });

/** Numbers of 22 digits with valid check digits, under a Mailer ID of zeros. */
export const scenarios: readonly Scenario[] = [
  one('delivered', 'Delivered to the mailbox', '9400100000000000000013', ground(DELIVERED)),
  one(
    'out-for-delivery',
    'Out for delivery today, with a window',
    '9400100000000000000020',
    ground(ON_ROUTE),
  ),
  one('in-transit', 'Across the country', '9400100000000000000037', ground(CROSSING)),
  one('accepted', 'Handed over', '9400100000000000000044', ground(ACCEPTED)),
  one('label-created', 'A label and nothing more', '9400100000000000000051', ground(LABEL)),
  one(
    'not-yet',
    'Known and not scanned: error 150001',
    '9400100000000000000068',
    ground([], { knownMs: 0 }),
  ),
  one('not-found', 'Never heard of: error 150002', '9400100000000000000075'),
  one(
    'pickup-number',
    'A pickup and no parcel: error 150011',
    '9400100000000000000082',
    ground([], { knownMs: 0, details: { refused: '150011' } }),
  ),
  one(
    'not-entitled',
    'Another mailer’s parcel: 403',
    '9400100000000000000099',
    ground(ACCEPTED, { details: { refused: '403' } }),
  ),
  one(
    'exception-then-delivered',
    'Held up by the weather, delivered a day later',
    '9400100000000000000105',
    ground([
      ...CROSSING,
      scan(92, 'NT', PORTLAND, { text: 'Delivery Exception, Local Weather Delay' }),
      scan(115.5, 'OF', PORTLAND),
      scan(121, '01', PORTLAND),
    ]),
  ),
  one(
    'attempted-then-pickup',
    'Nobody at home; waits at the counter',
    '9400100000000000000112',
    ground([...ON_ROUTE, scan(98, '56', PORTLAND), scan(115, '16', PORTLAND)]),
  ),
  one(
    'returned',
    'No such number; back at the sender’s',
    '9400100000000000000129',
    ground([
      ...ON_ROUTE,
      scan(98, '21', PORTLAND),
      scan(120, '09', PORTLAND),
      scan(168, '10', DALLAS),
      scan(200, '01', AUSTIN, { text: 'Delivered, To Original Sender' }),
    ]),
  ),
  one(
    'recycled',
    'A number used again: delivered 200 days ago, on its way now',
    '9400100000000000000136',
    ground(DELIVERED, { startsMs: -200 * DAY_MS }),
    ground(CROSSING),
  ),
  one(
    'silent-deletion',
    'A mis-scan as delivered that is taken back after two hours without a word',
    '9400100000000000000143',
    ground([
      ...ON_ROUTE,
      scan(93, '01', PORTLAND, { deletedMs: 95 * HOUR_MS }),
      scan(98.2, '01', PORTLAND),
    ]),
  ),
  one(
    'late-facts',
    'A scan that becomes known six hours late, after newer ones',
    '9400100000000000000150',
    ground(
      DELIVERED.map((event) =>
        event.codes['code'] === '07'
          ? { ...event, visibleMs: event.happensMs + 6 * HOUR_MS }
          : event,
      ),
    ),
  ),
  one(
    'pushes-lost',
    'Out for delivery and delivery are never pushed',
    '9400100000000000000167',
    ground(
      DELIVERED.map((event) =>
        ['OF', '01'].includes(event.codes['code'] ?? '') ? { ...event, push: 'lost' } : event,
      ),
    ),
  ),
  one(
    'pushes-twice',
    'Every push comes twice',
    '9400100000000000000174',
    ground(DELIVERED.map((event) => ({ ...event, push: 'twice' }))),
  ),
  one(
    'pushes-out-of-order',
    'Out for delivery is pushed after the delivery',
    '9400100000000000000181',
    ground(
      DELIVERED.map((event) =>
        event.codes['code'] === 'OF' ? { ...event, push: { lateMs: 9 * HOUR_MS } } : event,
      ),
    ),
  ),
  one(
    'partner-first',
    'A shipping partner has it before USPS does',
    '9400100000000000000198',
    ground([
      ...LABEL,
      scan(5, '80', null),
      scan(20, '82', null),
      scan(40, '03', PORTLAND),
      scan(60, 'OF', PORTLAND),
    ]),
  ),
  one(
    'silence',
    'No news for twelve days in the middle of the country',
    '9400100000000000000204',
    ground([...ACCEPTED, scan(15, '10', DALLAS), scan(303, 'T1', DALLAS)]),
  ),
  one(
    'moving',
    'The whole story, from the label to the mailbox',
    '9400100000000000000211',
    ground(DELIVERED),
  ),
];
