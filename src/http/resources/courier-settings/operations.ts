import { z } from 'zod';
import { courierSettingsChange } from '../../../couriers/index.ts';
import { operation } from '../../kit/operation.ts';

const courierSettings = z
  .strictObject({
    arriving: z
      .strictObject({
        minutes: z.int().meta({ description: 'So many minutes before the courier is expected.' }),
        metres: z.int().meta({ description: 'Or so near to the next stop, as the crow flies.' }),
      })
      .meta({ description: 'When recipients are told that the courier is nearly there.' }),
    depot: z
      .strictObject({
        on_leaving: z.enum(['nothing', 'out_for_delivery']).meta({
          description: 'What becomes of the parcels of a courier who leaves the home facility.',
        }),
      })
      .meta({ description: 'Whether coming to a building or leaving it sets a status.' }),
    silence: z
      .strictObject({
        minutes: z.int().meta({ description: 'Without a position or scan for so many minutes.' }),
      })
      .meta({ description: 'When somebody is to look after a courier.' }),
  })
  .meta({ id: 'CourierSettings' });

const answers = { 200: { description: 'What applies to your couriers.', schema: courierSettings } };

export const getCourierSettingsOperation = operation({
  id: 'getCourierSettings',
  method: 'GET',
  path: '/courier-settings',
  tag: 'Couriers',
  summary: 'Get the courier settings',
  scope: 'couriers:read',
  answers,
});

export const patchCourierSettingsOperation = operation({
  id: 'updateCourierSettings',
  method: 'PATCH',
  path: '/courier-settings',
  tag: 'Couriers',
  summary: 'Update the courier settings',
  description: 'For the mode of the key. It takes effect within half a minute.',
  scope: 'couriers:write',
  body: courierSettingsChange,
  answers,
  example: { arriving: { minutes: 15, metres: 500 } },
});

/** In the order in which the docs list them. */
export const courierSettingsOperations = [
  getCourierSettingsOperation,
  patchCourierSettingsOperation,
];
