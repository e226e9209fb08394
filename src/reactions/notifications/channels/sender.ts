import { z } from 'zod';
import { isMailAddress, type MailSender } from './mail.ts';

const NAME_CHARS_MAX = 100;

const mailAddress = z
  .string()
  .refine(isMailAddress, 'expected an email address alone, such as parcels@shop.example');

/** The sender settings of every mail channel. */
export const senderMembers = {
  from_address: mailAddress,
  from_name: z.string().min(1).max(NAME_CHARS_MAX).optional(),
  reply_to: mailAddress.optional(),
};

export function senderOf(config: {
  readonly from_address: string;
  readonly from_name?: string | undefined;
  readonly reply_to?: string | undefined;
}): MailSender {
  return {
    address: config.from_address,
    name: config.from_name ?? null,
    replyTo: config.reply_to ?? null,
  };
}
