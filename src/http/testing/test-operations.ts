import { FLEET_OPERATIONS } from '../../fleet/api/fleet-http.ts';
import { isOfApi, operationsWith } from '../http.ts';

/** Every operation of a hub with own couriers, pages included. */
export const OPERATIONS = operationsWith(FLEET_OPERATIONS);

/** Operations described in `/openapi.json`, in the order of the docs. */
export const API_OPERATIONS = OPERATIONS.filter(isOfApi);
