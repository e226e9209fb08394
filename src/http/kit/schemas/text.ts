export { longText, text } from '../../../kernel/wire/given-text.ts';
