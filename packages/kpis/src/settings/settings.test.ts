import { expect, test } from 'vitest';
import { parseSettings, SettingsError } from './settings.ts';

test('an empty file gives every tenant the defaults', () => {
  const expected = { basis: 'subscriptions', lapseAfterDays: 90, zone: 'UTC', currency: 'EUR', freeOrders: 'count' };
  expect(parseSettings('').of('anyone')).toEqual(expected);
  expect(parseSettings('version: 1').of('anyone')).toEqual(expected);
});

test('a tenant has its own settings over the default ones of the file', () => {
  const book = parseSettings(
    'default: {zone: Europe/Paris, currency: USD}\ntenants: {acme: {basis: purchases, lapse_after_days: 30, free_orders: skip}}',
  );
  expect(book.of('acme')).toEqual({ basis: 'purchases', lapseAfterDays: 30, zone: 'Europe/Paris', currency: 'USD', freeOrders: 'skip' });
  expect(book.of('other')).toMatchObject({ basis: 'subscriptions', zone: 'Europe/Paris' });
});

test('the canonical text depends on what the settings say, not on how they are written', () => {
  const one = parseSettings('tenants: {a: {zone: UTC}, b: {basis: purchases}}').canonical;
  expect(parseSettings('version: 1\ntenants:\n  b: {basis: purchases, currency: EUR}\n  a: {}').canonical).toBe(one);
  expect(parseSettings('tenants: {a: {zone: UTC}, b: {basis: purchases, lapse_after_days: 91}}').canonical).not.toBe(one);
});

test('every wrong key is named at once, with what to do', () => {
  const text = 'default: {basis: orders, zone: Mars/Olympus}\ntenants: {acme: {lapse_after_days: 0, colour: red}}';
  expect(() => parseSettings(text)).toThrow(SettingsError);
  expect(() => parseSettings(text)).toThrow(
    /default\.basis.*default\.zone.*IANA.*tenants\.acme\.lapse_after_days.*colour.*VIGIE_SETTINGS_FILE/,
  );
});

test.each([
  ['default: {zone: +02:00}', /default\.zone/],
  ['default: {currency: eur}', /default\.currency: expected an ISO 4217 code/],
  ['tenants: {"Acme Inc": {}}', /tenants/],
  ['version: 2', /version/],
  ['- a list', /the file/],
  ['default: {zone: [', /expected YAML/],
  ['default: {basis: purchases, basis: subscriptions}', /expected YAML/],
])('%s is refused', (text, message) => {
  expect(() => parseSettings(text)).toThrow(SettingsError);
  expect(() => parseSettings(text)).toThrow(message);
});
