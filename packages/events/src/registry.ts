import { z } from 'zod';
import type { WireEvent } from './define.ts';
import { instantFields } from './fields.ts';
import { acquisitionTypes } from './types/acquisition.ts';
import { companyTypes } from './types/company.ts';
import { customerTypes } from './types/customers.ts';
import { moneyTypes } from './types/money.ts';
import { productionTypes } from './types/production.ts';
import { salesTypes } from './types/sales.ts';
import { subscriptionTypes } from './types/subscriptions.ts';
import { usageTypes } from './types/usage.ts';

/** All event types. A family is a file in types/; adding a type means adding an entry there. */
export const schemas = {
  ...acquisitionTypes,
  ...customerTypes,
  ...usageTypes,
  ...subscriptionTypes,
  ...salesTypes,
  ...moneyTypes,
  ...companyTypes,
  ...productionTypes,
};
export type EventType = keyof typeof schemas;
/** The data of one type once decoded: instants are epoch ms. */
export type EventData<T extends EventType> = z.output<(typeof schemas)[T]['data']>;
/** The data of one type as it travels: instants are RFC 3339 text. */
export type WireData<T extends EventType> = z.input<(typeof schemas)[T]['data']>;

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of a literal are its type's keys
export const eventTypes = Object.keys(schemas) as EventType[];

/** One whole envelope per type, valid for any append time from 2027 on. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- built type by type just below
export const examples = Object.fromEntries(
  eventTypes.map((type, index) => {
    const { subject, time, data } = schemas[type].example;
    const id = `01JEXAMPLE${String(index + 1).padStart(4, '0')}`;
    return [type, { specversion: '1.0', id, source: 'shop/eu', type, subject, time, tenantid: 'default', data }];
  }),
) as { [T in EventType]: WireEvent<T, WireData<T>> };

export interface CompiledType {
  readonly type: EventType;
  readonly data: z.ZodObject;
  readonly instantFields: readonly string[];
}

/** Type by name, with its schema compiled to one function: decoding goes through here for every event. */
export const compiledTypes: ReadonlyMap<string, CompiledType> = new Map(
  eventTypes.map((type) => {
    const data: z.ZodObject = schemas[type].data;
    return [type, { type, data: z.compile(data, { strict: true }), instantFields: instantFields(data.shape) }];
  }),
);
