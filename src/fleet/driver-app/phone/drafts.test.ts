import { expect, it } from 'vitest';
import { memoryStorage } from '../../driver/index.ts';
import { COURIER, FakeHub } from '../../driver/test-fake-hub.ts';
import { openPhone } from '../../driver/test-phone.ts';
import { type DeliveryForm, EMPTY_FORM } from '../plan/delivery-plan.ts';
import { openDrafts } from './drafts.ts';

const FORM: DeliveryForm = { ...EMPTY_FORM, shipmentIds: ['A'], name: 'Kim', pin: '1234' };

it('the draft of a delivery is deleted with its courier', async () => {
  const phone = openPhone(new FakeHub());
  await phone.enrolled();
  const drafts = openDrafts(phone.storage, COURIER.id);
  await drafts.save('sto_1', 'delivered', FORM);
  expect(await drafts.load('sto_1', 'delivered')).toEqual(FORM);
  expect(await phone.driver.enrolments()).toHaveLength(1);
  expect(await phone.driver.forget(COURIER.id)).toBe(true);
  expect(await phone.storage.list('')).toEqual([]);
});

it('is deleted with its stop, and the others stay', async () => {
  const storage = memoryStorage();
  const drafts = openDrafts(storage, COURIER.id);
  await drafts.save('sto_1', 'delivered', FORM);
  await drafts.save('sto_2', 'delivered', FORM);
  await drafts.keepOnly(['sto_2', 'sto_3']);
  expect(await drafts.load('sto_1', 'delivered')).toBeUndefined();
  expect(await drafts.load('sto_2', 'delivered')).toEqual(FORM);
  await drafts.clear('sto_2');
  expect(await storage.list('')).toEqual([]);
});
