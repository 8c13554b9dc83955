import { z } from 'zod';
import { currencyCodes } from './currencies.ts';
import { eventTypes, schemas, type EventType } from './registry.ts';
import { textLengthMax, textPattern } from './fields.ts';
import { tenantPattern } from './envelope.ts';

/** As `textPattern`, in what the regular expressions of all languages have in common. */
const shortText = { type: 'string', minLength: 1, maxLength: textLengthMax, pattern: String.raw`^[^\x00-\x1f\x7f-\x9f]+$` };

/** The JSON Schema (2020-12) of the data of every type, as it travels. */
export function jsonSchemas(): Record<EventType, Record<string, unknown>> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- one entry per type
  return Object.fromEntries(eventTypes.map((type) => [type, dataSchema(type)])) as Record<EventType, Record<string, unknown>>;
}

/** One JSON Schema for a whole event of any type: the envelope, and under `$defs` the data of each type. */
export function envelopeJsonSchema(): Record<string, unknown> {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Vigie event',
    description: 'A CloudEvents 1.0 event in structured JSON, one per Kafka record, with the key tenantid:subject.',
    type: 'object',
    required: ['specversion', 'id', 'source', 'type', 'subject', 'time', 'data'],
    properties: {
      specversion: { const: '1.0' },
      id: { ...shortText, description: 'Unique with tenantid and source. Every retry carries the same one.' },
      source: { ...shortText, description: 'The application that publishes.' },
      type: { enum: eventTypes },
      subject: { ...shortText, description: 'Who the event is about; one subject stays in order.' },
      time: { type: 'string', format: 'date-time', description: 'When it happened, with an offset.' },
      tenantid: { type: 'string', pattern: tenantPattern.source, default: 'default' },
      datacontenttype: { type: 'string', pattern: '^application/json' },
      data: { type: 'object' },
    },
    allOf: eventTypes.map((type) => ({
      if: { properties: { type: { const: type } }, required: ['type'] },
      // oxlint-disable-next-line unicorn/no-thenable -- the keyword of JSON Schema
      then: { properties: { data: { $ref: `#/$defs/${type}` } } },
    })),
    $defs: { currency: { type: 'string', enum: currencyCodes, description: 'ISO 4217 code.' }, ...jsonSchemas() },
  };
}

function dataSchema(type: EventType): Record<string, unknown> {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(schemas[type].data, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      if (jsonSchema.pattern === textPattern.source) Object.assign(jsonSchema, shortText);
      // The list of currencies stands once, not in every type.
      if (!Array.isArray(jsonSchema.enum) || jsonSchema.enum.length !== currencyCodes.length) return;
      delete jsonSchema.enum;
      delete jsonSchema.type;
      jsonSchema.$ref = '#/$defs/currency';
    },
  });
  return { description: schemas[type].summary, ...schema };
}
