export { startFigures } from './figures.ts';
