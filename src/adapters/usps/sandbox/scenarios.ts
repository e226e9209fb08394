import { DAY_MS, HOUR_MS, type Scenario, scenarioOf } from '../../../adapter-kit/sandbox.ts';
import {
  ACCEPTED,
  AUSTIN,
  CROSSING,
  DALLAS,
  DELIVERED,
  ground,
  LABEL,
  ON_ROUTE,
  PORTLAND,
  scan,
} from './script.ts';

/** Numbers of 22 digits with valid check digits, under a Mailer ID of zeros. */
export const scenarios: readonly Scenario[] = [
  scenarioOf('delivered', 'Delivered to the mailbox', '9400100000000000000013', ground(DELIVERED)),
  scenarioOf(
    'out-for-delivery',
    'Out for delivery today, with a window',
    '9400100000000000000020',
    ground(ON_ROUTE),
  ),
  scenarioOf('in-transit', 'Across the country', '9400100000000000000037', ground(CROSSING)),
  scenarioOf('accepted', 'Handed over', '9400100000000000000044', ground(ACCEPTED)),
  scenarioOf('label-created', 'A label and nothing more', '9400100000000000000051', ground(LABEL)),
  scenarioOf(
    'not-yet',
    'Known and not scanned: error 150001',
    '9400100000000000000068',
    ground([], { knownMs: 0 }),
  ),
  scenarioOf('not-found', 'Unknown to the carrier: error 150002', '9400100000000000000075'),
  scenarioOf(
    'pickup-number',
    'A pickup and no parcel: error 150011',
    '9400100000000000000082',
    ground([], { knownMs: 0, details: { refused: '150011' } }),
  ),
  scenarioOf(
    'not-entitled',
    'Another mailer’s parcel: 403',
    '9400100000000000000099',
    ground(ACCEPTED, { details: { refused: '403' } }),
  ),
  scenarioOf(
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
  scenarioOf(
    'attempted-then-pickup',
    'Nobody at home; waits at the counter',
    '9400100000000000000112',
    ground([...ON_ROUTE, scan(98, '56', PORTLAND), scan(115, '16', PORTLAND)]),
  ),
  scenarioOf(
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
  scenarioOf(
    'recycled',
    'A number used again: delivered 200 days ago, on its way now',
    '9400100000000000000136',
    ground(DELIVERED, { startsMs: -200 * DAY_MS }),
    ground(CROSSING),
  ),
  scenarioOf(
    'silent-deletion',
    'A mis-scan as delivered that is taken back after two hours without a word',
    '9400100000000000000143',
    ground([
      ...ON_ROUTE,
      scan(93, '01', PORTLAND, { deletedMs: 95 * HOUR_MS }),
      scan(98.2, '01', PORTLAND),
    ]),
  ),
  scenarioOf(
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
  scenarioOf(
    'pushes-lost',
    'Out for delivery and delivery are never pushed',
    '9400100000000000000167',
    ground(
      DELIVERED.map((event) =>
        ['OF', '01'].includes(event.codes['code'] ?? '') ? { ...event, push: 'lost' } : event,
      ),
    ),
  ),
  scenarioOf(
    'pushes-twice',
    'Every push comes twice',
    '9400100000000000000174',
    ground(DELIVERED.map((event) => ({ ...event, push: 'twice' }))),
  ),
  scenarioOf(
    'pushes-out-of-order',
    'Out for delivery is pushed after the delivery',
    '9400100000000000000181',
    ground(
      DELIVERED.map((event) =>
        event.codes['code'] === 'OF' ? { ...event, push: { lateMs: 9 * HOUR_MS } } : event,
      ),
    ),
  ),
  scenarioOf(
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
  scenarioOf(
    'silence',
    'No update for twelve days in the middle of the country',
    '9400100000000000000204',
    ground([...ACCEPTED, scan(15, '10', DALLAS), scan(303, 'T1', DALLAS)]),
  ),
  scenarioOf(
    'moving',
    'The whole scenarioOf, from the label to the mailbox',
    '9400100000000000000211',
    ground(DELIVERED),
  ),
];
