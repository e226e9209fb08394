export { startLinks } from './links.ts';
