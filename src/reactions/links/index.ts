export { type LinkFollower, startLinks } from './links.ts';
