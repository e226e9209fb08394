export { startPlaces } from './places.ts';
