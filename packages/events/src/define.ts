import type { z } from 'zod';

/** The attributes of a CloudEvents 1.0 envelope, as an event travels. */
export interface WireEvent<T extends string = string, D = Record<string, unknown>> {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: T;
  readonly subject: string;
  readonly time: string;
  readonly tenantid?: string;
  readonly data: D;
}

/** Everything that is known of one event type: the schema of its data, what its subject is, and an example that tests and docs use. */
export interface TypeDefinition<S extends z.ZodObject = z.ZodObject> {
  readonly summary: string;
  /** Who the event is about; with the tenant it is the partition key. */
  readonly subject: string;
  readonly feeds: string;
  readonly data: S;
  readonly example: { readonly subject: string; readonly time: string; readonly data: z.input<S> };
}

export function defineType<S extends z.ZodObject>(definition: TypeDefinition<S>): TypeDefinition<S> {
  return definition;
}
