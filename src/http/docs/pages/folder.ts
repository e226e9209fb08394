import { PROJECT_ROOT } from '../../../platform/settings/yaml-settings.ts';

/** The folder of the guides and their pictures. */
export const FOLDER = `${PROJECT_ROOT}docs/`;
